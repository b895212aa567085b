package traffic

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/observe"
	"assay.dev/assay/spec"
)

// API is what changes are sent through. *observe.Front is one.
type API interface {
	Do(ctx context.Context, call observe.Call) (observe.Answer, error)
}

// Generator sends changes of tasks until it is stopped.
type Generator struct {
	api     API
	log     observe.Log
	profile Profile
	users   []string
	begin   history.Nanos

	stop     context.CancelFunc
	running  sync.WaitGroup
	accepted atomic.Int64
	mu       sync.Mutex
	failed   error // of the history, the first
}

// Start begins to send changes through api, as profile says, until Stop is called
// or ctx ends. The error says what is wrong with the profile.
func Start(ctx context.Context, api API, log observe.Log, profile Profile) (*Generator, error) {
	if err := profile.check(); err != nil {
		return nil, err
	}
	g := &Generator{api: api, log: log, profile: profile, users: profile.UserIDs(), begin: log.Now()}
	pacing, stop := context.WithCancel(ctx)
	g.stop = stop
	turns := make(chan struct{})
	g.running.Go(func() { pace(pacing, profile.Rate, turns) })
	for key := range profile.Keys {
		k := g.key(key)
		g.running.Go(func() {
			for range turns {
				// What was begun is answered, or times out, after a stop too.
				if err := k.change(context.WithoutCancel(ctx)); err != nil {
					g.fail(err)
					return
				}
			}
		})
	}
	return g, nil
}

// Accepted is how many changes were accepted so far.
func (g *Generator) Accepted() int64 { return g.accepted.Load() }

// Enough reports whether the load would have reached its minimum rate if it ended
// now.
func (g *Generator) Enough() bool {
	return enough(g.Accepted(), g.log.Now()-g.begin, g.profile.Minimum)
}

// answering is the part by which the end of a load takes longer, since it waits for
// answers in which nothing may come to be accepted.
const answering = 0.1

// enough reports whether so many events in such a time are the minimum rate.
func enough(events int64, took history.Nanos, minimum float64) bool {
	return float64(events) >= minimum*(1+answering)*time.Duration(took).Seconds()
}

// Stop ends the load, waits for the answers that are still out, which the API's
// timeout bounds, and records what was reached. The error is of the history.
func (g *Generator) Stop() (history.Load, error) {
	g.stop()
	g.running.Wait()
	load := history.Load{Begin: g.begin, End: g.log.Now(), Minimum: g.profile.Minimum, Events: g.accepted.Load()}
	if took := time.Duration(load.End - load.Begin).Seconds(); took > 0 {
		load.Reached = float64(load.Events) / took
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	return load, errors.Join(g.failed, g.log.Write(load))
}

// fail keeps the first error and ends the load: what is not recorded is not judged.
func (g *Generator) fail(err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.failed == nil {
		g.failed = err
	}
	g.stop()
}

// pace gives a turn to whoever is free, rate times a second, until ctx ends. A
// turn that nobody takes in time is not made up for.
func pace(ctx context.Context, rate float64, turns chan<- struct{}) {
	defer close(turns)
	tick := time.NewTicker(time.Duration(float64(time.Second) / rate))
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		select {
		case <-ctx.Done():
			return
		case turns <- struct{}{}:
		}
	}
}

// key is a task that is changed step by step, and the next one after its end.
type key struct {
	g       *Generator
	content content
	user    string
	// task is the task's id, empty before it is made; the rest is what it is.
	task      string
	fields    fields
	completed bool
	changes   int
}

func (g *Generator) key(number int) *key {
	return &key{
		g: g, user: g.users[number%len(g.users)],
		content: content{
			random:  rand.New(rand.NewChaCha8(seedOf(g.profile.Seed, uint64(number)+1))),
			profile: g.profile, now: time.Now,
		},
	}
}

// change sends the next change of the task and takes note of the answer. After
// an answer that leaves open what the task is now, another task is begun.
func (k *key) change(ctx context.Context) error {
	call, next, err := k.next()
	if err != nil {
		return err
	}
	answer, err := k.g.api.Do(ctx, call)
	if err != nil {
		return err
	}
	if answer.Outcome != history.Accepted {
		k.forget()
		return nil
	}
	k.g.accepted.Add(1)
	if call.Change == "delete" {
		k.forget()
		return nil
	}
	k.task, k.fields, k.changes = answer.Key, next, k.changes+1
	k.completed = k.completed || call.Change == "complete"
	return nil
}

func (k *key) forget() { k.task, k.fields, k.completed, k.changes = "", fields{}, false, 0 }

// next chooses the next change. A task lives for about six of them.
func (k *key) next() (observe.Call, fields, error) {
	if k.task == "" {
		return k.create()
	}
	call := observe.Call{Path: "/api/tasks/" + k.task, Key: k.task, User: k.user, EventAt: eventAt}
	switch choice := k.content.random.IntN(6); {
	case k.changes > 1 && choice == 0:
		call.Method, call.Change = http.MethodDelete, "delete"
		return call, k.fields, nil
	case !k.completed && choice == 1:
		call.Method, call.Change = http.MethodPatch, "complete"
		call.ContentType, call.Body = "application/merge-patch+json", []byte(`{"completed":true}`)
		if k.fields.RecurrencePattern != nil {
			call.Counts = map[string]int{"occurrences": 1}
		}
		return call, k.fields, nil
	}
	return k.update(call)
}

func (k *key) create() (observe.Call, fields, error) {
	made, reminders := k.content.make(fields{})
	made = k.content.recurring(made)
	body, err := json.Marshal(struct {
		UserID string `json:"user_id"`
		fields
	}{k.user, made})
	if err != nil {
		return observe.Call{}, made, fmt.Errorf("write a task: %w", err)
	}
	return observe.Call{
		Method: http.MethodPost, Path: "/api/tasks", Body: body,
		User: k.user, Change: "create", Counts: map[string]int{"reminders": reminders}, KeyAt: keyAt, EventAt: eventAt,
	}, made, nil
}

// update writes all fields anew. A completed task schedules no reminders.
func (k *key) update(call observe.Call) (observe.Call, fields, error) {
	made, reminders := k.content.make(k.fields)
	body, err := json.Marshal(struct {
		fields
		Completed bool `json:"completed"`
	}{made, k.completed})
	if err != nil {
		return call, made, fmt.Errorf("write a task: %w", err)
	}
	call.Method, call.Change, call.Body = http.MethodPut, "update", body
	if !k.completed {
		call.Counts = map[string]int{"reminders": reminders}
	}
	return call, made, nil
}

// Where the answers name what.
var (
	keyAt   = spec.Place{Body: "task_id"}
	eventAt = spec.Place{Header: "ETag"}
)
