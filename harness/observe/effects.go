package observe

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"golang.org/x/sync/errgroup"

	"assay.dev/assay/harness/history"
)

// Effects looks at what the reference workloads have made of events: whether each
// one was processed, and how often. It looks once, when the events are through.
type Effects struct {
	Log    Log
	Client *http.Client
	// Audit and Notifications are where audit-worker and notification-worker
	// answer queries, such as http://audit-worker.todo-app.svc:8003.
	Audit, Notifications string
	// Retry is the time between two looks at a worker that does not answer.
	Retry time.Duration
}

// lookers is how many queries are open at once: what the workers' share of a
// processor answers without waiting.
const lookers = 4

// auditPage is how many entries audit-worker gives at once.
const auditPage = 200

// Look looks for the effects of all events among captures, whatever topic they
// were seen in: of those with a task in the audit trail, of the others that have
// an id among the notifications. Workers that do not answer are asked again until
// ctx ends; what is unknown then is told by the Observer entry. The error is of
// the history.
func (e Effects) Look(ctx context.Context, auditTopic, notificationTopic string, captures []Capture) error {
	begin := e.Log.Now()
	tasks, reminders := map[string][]string{}, map[string]bool{}
	for _, c := range captures {
		switch {
		case c.ID == "":
		case c.Topic == auditTopic && !slices.Contains(tasks[c.Task], c.ID):
			tasks[c.Task] = append(tasks[c.Task], c.ID)
		case c.Topic == notificationTopic:
			reminders[c.ID] = true
		}
	}
	looking, all := errgroup.WithContext(ctx)
	looking.SetLimit(lookers)
	for _, task := range slices.Sorted(maps.Keys(tasks)) {
		looking.Go(func() error { return e.trail(all, auditTopic, task, tasks[task]) })
	}
	for _, id := range slices.Sorted(maps.Keys(reminders)) {
		looking.Go(func() error {
			return e.one(all, notificationWorker, notificationTopic, id, e.Notifications+"/notifications/")
		})
	}
	err := looking.Wait()
	seen := history.Observer{Name: "effects", Kinds: []history.Kind{history.Effects}, Begin: begin, End: e.Log.Now()}
	var unwritten writeError
	if errors.As(err, &unwritten) {
		return err
	}
	if err != nil {
		seen.Lost = err.Error()
	}
	return e.Log.Write(seen)
}

// writeError is an error of the history.
type writeError struct{ error }

func (w writeError) Unwrap() error { return w.error }

func (e Effects) write(group, topic, id string, times int) error {
	err := e.Log.Write(history.Effect{Seen: e.Log.Now(), Group: group, Topic: topic, ID: id, Times: times})
	if err != nil {
		return writeError{err}
	}
	return nil
}

// trail reads the audit trail of a task and counts the entries of each event. An
// event of no task is looked for by its own id.
func (e Effects) trail(ctx context.Context, topic, task string, ids []string) error {
	if task == "" {
		for _, id := range ids {
			if err := e.one(ctx, auditWorker, topic, id, e.Audit+"/audit/events/"); err != nil {
				return err
			}
		}
		return nil
	}
	times := map[string]int{}
	for from, count := 0, 1; from < count; from += auditPage {
		var page struct {
			Count   int `json:"count"`
			Entries []struct {
				EventID string `json:"event_id"`
			} `json:"entries"`
		}
		found, err := e.ask(ctx, e.Audit+"/audit/tasks/"+url.PathEscape(task)+"?from="+strconv.Itoa(from), &page)
		if err != nil {
			return err
		}
		if !found { // the name of no task has no trail
			break
		}
		count = page.Count
		for _, entry := range page.Entries {
			times[entry.EventID]++
		}
	}
	for _, id := range ids {
		if err := e.write(auditWorker, topic, id, times[id]); err != nil {
			return err
		}
	}
	return nil
}

// one looks for the single effect that an event can have.
func (e Effects) one(ctx context.Context, group, topic, id, query string) error {
	times := 0
	found, err := e.ask(ctx, query+url.PathEscape(id), &struct{}{})
	if err != nil {
		return err
	}
	if found {
		times = 1
	}
	return e.write(group, topic, id, times)
}

// ask asks until there is an answer: whether there is something, read into value.
func (e Effects) ask(ctx context.Context, address string, value any) (bool, error) {
	again := time.NewTicker(e.Retry)
	defer again.Stop()
	var last error
	for {
		found, err := e.get(ctx, address, value)
		if err == nil {
			return found, nil
		}
		if ctx.Err() == nil || last == nil { // the end of the wait explains nothing
			last = err
		}
		select {
		case <-ctx.Done():
			return false, last
		case <-again.C:
		}
	}
}

func (e Effects) get(ctx context.Context, address string, value any) (bool, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return false, err
	}
	response, err := e.Client.Do(request)
	if err != nil {
		return false, err
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	switch {
	case err != nil:
		return false, fmt.Errorf("read %s: %w", address, err)
	case response.StatusCode == http.StatusNotFound:
		return false, nil
	case response.StatusCode != http.StatusOK:
		return false, fmt.Errorf("ask %s: %s", address, response.Status)
	}
	if err := json.Unmarshal(body, value); err != nil {
		return false, fmt.Errorf("read %s: %w", address, err)
	}
	return true, nil
}
