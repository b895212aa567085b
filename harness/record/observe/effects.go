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
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
	"k8s.io/apimachinery/pkg/util/wait"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/spec"
)

// Effects looks at what applications have made of events: whether each one was
// processed, and how often. It looks once, when the events are through.
type Effects struct {
	Log    Log
	Client *http.Client
	// Queries are what can be asked.
	Queries []Query
	// Retry is the time between two looks at an application that does not answer.
	Retry time.Duration
}

// Query is how an application that answers at URL, such as http://audit.shop.svc:8003,
// shows what it has made of the events of a topic. Replicas behind one URL share what
// they know.
type Query struct {
	Group, Topic string
	URL          string
	Show         spec.Show
}

// parallelReads is how many queries are open at once: what the workers' share of a
// processor answers without waiting.
const parallelReads = 4

// Read looks for the effects of all events among captures, by the queries of their
// topics. Applications that do not answer are asked again until ctx ends; what is unknown
// then is told by the Observer entry. The error is of the history.
func (e Effects) Read(ctx context.Context, captures []Capture) error {
	start := e.Log.Now()
	byTopic := eventsOf(captures)
	group, all := errgroup.WithContext(ctx)
	group.SetLimit(parallelReads)
	for _, q := range e.Queries {
		byKey := byTopic[q.Topic]
		for _, key := range slices.Sorted(maps.Keys(byKey)) {
			if q.Show.Trail != "" && key != "" {
				group.Go(func() error { return e.trail(all, q, key, byKey[key]) })
				continue
			}
			for _, id := range byKey[key] {
				group.Go(func() error { return e.one(all, q, id) })
			}
		}
	}
	err := group.Wait()
	seen := history.Observer{Name: "effects", Kinds: []history.Kind{history.Effects}, Start: start, End: e.Log.Now()}
	var unwritten writeError
	if errors.As(err, &unwritten) {
		return err
	}
	if err != nil {
		seen.Lost = err.Error()
	}
	return e.Log.Write(seen)
}

// eventsOf are the ids of captured events, each once, by topic and key.
func eventsOf(captures []Capture) map[string]map[string][]string {
	all, known := map[string]map[string][]string{}, map[[2]string]bool{}
	for _, c := range captures {
		if at := [2]string{c.Topic, c.ID}; c.ID == "" || known[at] {
			continue
		} else {
			known[at] = true
		}
		if all[c.Topic] == nil {
			all[c.Topic] = map[string][]string{}
		}
		all[c.Topic][c.EventKey] = append(all[c.Topic][c.EventKey], c.ID)
	}
	return all
}

// writeError is an error of the history.
type writeError struct{ error }

func (w writeError) Unwrap() error { return w.error }

func (e Effects) write(q Query, id string, times int) error {
	err := e.Log.Write(history.Effect{Seen: e.Log.Now(), Group: q.Group, Topic: q.Topic, ID: id, Times: times})
	if err != nil {
		return writeError{err}
	}
	return nil
}

// trail reads what an application has recorded of a key, and counts the entries of each
// event.
func (e Effects) trail(ctx context.Context, q Query, key string, ids []string) error {
	times := map[string]int{}
	for from, count := 0, 1; from < count; {
		address := q.URL + strings.NewReplacer("{key}", url.PathEscape(key), "{from}", strconv.Itoa(from)).Replace(q.Show.Trail)
		var page map[string]json.RawMessage
		found, err := e.ask(ctx, address, &page)
		if err != nil {
			return err
		}
		if !found { // the name of nothing has no trail
			break
		}
		var entries []map[string]json.RawMessage
		if err := errors.Join(json.Unmarshal(page[q.Show.Count], &count), json.Unmarshal(page[q.Show.Entries], &entries)); err != nil {
			return fmt.Errorf("read %s: %w", address, err)
		}
		for _, entry := range entries {
			times[memberOf(entry, q.Show.ID)]++
		}
		if len(entries) == 0 { // it counts what it does not show
			break
		}
		from += len(entries)
	}
	for _, id := range ids {
		if err := e.write(q, id, times[id]); err != nil {
			return err
		}
	}
	return nil
}

// one looks for the single effect that an event can have.
func (e Effects) one(ctx context.Context, q Query, id string) error {
	times := 0
	found, err := e.ask(ctx, q.of(id), &struct{}{})
	if err != nil {
		return err
	}
	if found {
		times = 1
	}
	return e.write(q, id, times)
}

// of is where one event is asked for.
func (q Query) of(id string) string {
	return q.URL + strings.ReplaceAll(q.Show.Path, "{id}", url.PathEscape(id))
}

// ask asks until there is an answer: whether there is something, read into value.
func (e Effects) ask(ctx context.Context, address string, value any) (bool, error) {
	var found bool
	var last error
	if wait.PollUntilContextCancel(ctx, e.Retry, true, func(ctx context.Context) (bool, error) {
		answer, err := e.get(ctx, address, value)
		if found = answer; err != nil && (ctx.Err() == nil || last == nil) { // the end of the wait explains nothing
			last = err
		}
		return err == nil, nil
	}) != nil {
		return false, last
	}
	return found, nil
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
