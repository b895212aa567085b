package audit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"assay.dev/assay/workloads/internal/httpx"
	"assay.dev/assay/workloads/internal/strictjson"
)

const (
	// retryAfter is what readers are told when the store does not answer.
	retryAfter = 2 * time.Second
	// readTimeout bounds a query.
	readTimeout = 5 * time.Second
	// maxPage is the most entries of a trail in one answer.
	maxPage = 200
)

// Register adds the queries to mux.
func (l *Log) Register(mux *http.ServeMux) {
	mux.Handle("GET /audit/events/{id}", httpx.Timeout(readTimeout, httpx.Handler(l.event)))
	mux.Handle("GET /audit/tasks/{id}", httpx.Timeout(readTimeout, httpx.Handler(l.task)))
}

func (l *Log) event(w http.ResponseWriter, r *http.Request) error {
	id := strings.ToLower(r.PathValue("id"))
	found, err := l.entries(r.Context(), id)
	if err != nil {
		return err
	}
	if len(found) == 0 {
		return httpx.NotFound("The trail has no event " + id + ".")
	}
	httpx.WriteJSON(w, http.StatusOK, found[0])
	return nil
}

func (l *Log) task(w http.ResponseWriter, r *http.Request) error {
	id := strings.ToLower(r.PathValue("id"))
	if !strictjson.IsUUID(id) {
		return httpx.NotFound("A task's id is a UUID.")
	}
	from, err := strconv.Atoi(r.URL.Query().Get("from"))
	if r.URL.Query().Get("from") == "" {
		from, err = 0, nil
	}
	if err != nil || from < 0 {
		return httpx.NewProblem(http.StatusBadRequest, "query", "Invalid query", "from must be the number of entries to skip.")
	}
	items, err := l.state.Get(r.Context(), trailKey(id))
	if err != nil {
		return unavailable(err)
	}
	t, err := readTrail(items[trailKey(id)])
	if err != nil {
		return err
	}
	found, err := l.page(r.Context(), id, from, min(t.Count, from+maxPage))
	if err != nil {
		return err
	}
	httpx.WriteJSON(w, http.StatusOK, answer{Count: t.Count, Entries: found})
	return nil
}

// answer is a page of a task's trail: Count entries exist in all.
type answer struct {
	Count   int               `json:"count"`
	Entries []json.RawMessage `json:"entries"`
}

// page reads the entries from (included) to (excluded).
func (l *Log) page(ctx context.Context, taskID string, from, to int) ([]json.RawMessage, error) {
	keys := make([]string, 0, maxPage)
	for n := from; n < to; n++ {
		keys = append(keys, stepKey(taskID, n))
	}
	items, err := l.state.Get(ctx, keys...)
	if err != nil {
		return nil, unavailable(err)
	}
	ids := make([]string, len(keys))
	for i, key := range keys {
		if err := json.Unmarshal(items[key].Value, &ids[i]); err != nil {
			return nil, fmt.Errorf("decode %s: %w", key, err)
		}
	}
	return l.entries(ctx, ids...)
}

// entries reads entries in the order of ids; it is never nil.
func (l *Log) entries(ctx context.Context, ids ...string) ([]json.RawMessage, error) {
	keys := make([]string, len(ids))
	for i, id := range ids {
		keys[i] = entryKey(id)
	}
	items, err := l.state.Get(ctx, keys...)
	if err != nil {
		return nil, unavailable(err)
	}
	found := make([]json.RawMessage, 0, len(ids))
	for _, key := range keys {
		if items[key].Exists() {
			found = append(found, items[key].Value)
		}
	}
	return found, nil
}

func unavailable(err error) error {
	return errors.Join(httpx.Unavailable("The state store does not answer. Send the request again.", retryAfter), err)
}
