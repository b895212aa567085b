package traffic

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/record/observe"
)

// API is what changes are sent through. *observe.IngressClient is one.
type API interface {
	Do(ctx context.Context, call observe.Call) (observe.Answer, error)
}

// Generator sends requests of a load until it is stopped.
type Generator struct {
	api     API
	log     observe.Log
	profile Profile
	users   []string
	start   history.Nanos

	stop     context.CancelFunc
	running  sync.WaitGroup
	accepted atomic.Int64
	mu       sync.Mutex
	failed   error // of the history, the first
}

// Start starts to send requests through api, as profile says, until Stop is called or ctx
// ends. The error says what is wrong with the profile.
func Start(ctx context.Context, api API, log observe.Log, profile Profile) (*Generator, error) {
	if err := profile.validate(); err != nil {
		return nil, err
	}
	g := &Generator{api: api, log: log, profile: profile, users: profile.UserIDs(), start: log.Now()}
	pacing, stop := context.WithCancel(ctx)
	g.stop = stop
	turns := make(chan struct{})
	g.running.Go(func() { pace(pacing, profile.Load.Rate, turns) })
	for number := range profile.Load.Keys {
		k := g.key(number)
		g.running.Go(func() {
			for range turns {
				// What was started is answered, or times out, after a stop too.
				if err := k.send(context.WithoutCancel(ctx)); err != nil {
					g.fail(err)
					return
				}
			}
		})
	}
	return g, nil
}

// Accepted is how many requests were accepted so far.
func (g *Generator) Accepted() int64 { return g.accepted.Load() }

// Enough reports whether the load would have reached its minimum rate if it ended
// now.
func (g *Generator) Enough() bool {
	return enough(g.Accepted(), g.log.Now()-g.start, g.profile.Minimum)
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
	load := history.Load{Start: g.start, End: g.log.Now(), Minimum: g.profile.Minimum, Events: g.accepted.Load()}
	if took := time.Duration(load.End - load.Start).Seconds(); took > 0 {
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

// key is an object that is changed step by step, and the next one after its end.
type key struct {
	g      *Generator
	maker  *Maker
	user   string
	object *Object // nil before it is made
}

func (g *Generator) key(number int) *key {
	random := rand.New(rand.NewChaCha8(seedOf(g.profile.Seed, uint64(number)+1)))
	return &key{g: g, user: g.users[number%len(g.users)], maker: NewMaker(g.profile.Load, random)}
}

// send sends the next request about the object and takes note of the answer. After an
// answer that leaves open what the object is now, another one is started.
func (k *key) send(ctx context.Context) error {
	step, err := k.maker.Next(k.object, k.user)
	if err != nil {
		return err
	}
	answer, err := k.g.api.Do(ctx, step.Call)
	if err != nil {
		return err
	}
	k.object = nil
	if answer.Result == history.Accepted {
		k.g.accepted.Add(1)
		k.object = step.After(answer)
	}
	return nil
}
