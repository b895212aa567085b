package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"

	"assay.dev/assay/workloads/internal/dapr/daprtest"
	"assay.dev/assay/workloads/internal/events"
	"assay.dev/assay/workloads/todo-backend/internal/outbox"
	"assay.dev/assay/workloads/todo-backend/internal/store"
)

const (
	alice = "7f3c1f0a-8f43-4a53-8b1d-2a6f4c7f9b11"
	bob   = "11111111-1111-4111-8111-111111111111"
	none  = "00000000-0000-4000-8000-000000000000"
)

// backend is the API over fakes.
type backend struct {
	http.Handler
	state *daprtest.State
}

func newBackend() *backend {
	state := daprtest.NewState()
	box := outbox.New(state, daprtest.NewPublisher(), slog.New(slog.DiscardHandler), prometheus.NewRegistry(), time.Now)
	mux := http.NewServeMux()
	Register(mux, "/api/tasks", store.New(state, box, events.Defaults(), time.Now))
	return &backend{mux, state}
}

// call sends a request; headers are name, value pairs.
func (b *backend) call(method, path, body string, headers ...string) *httptest.ResponseRecorder {
	req := httptest.NewRequest(method, path, strings.NewReader(body))
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	rec := httptest.NewRecorder()
	b.ServeHTTP(rec, req)
	return rec
}

// reply is the part of answers that tests look at.
type reply struct {
	TaskID    string  `json:"task_id"`
	UserID    string  `json:"user_id"`
	Title     string  `json:"title"`
	Completed bool    `json:"completed"`
	Priority  string  `json:"priority"`
	DueDate   *string `json:"due_date"`
	Type      string  `json:"type"`
	Errors    []struct {
		Pointer string `json:"pointer"`
	} `json:"errors"`
}

func decode(t *testing.T, rec *httptest.ResponseRecorder) reply {
	t.Helper()
	var r reply
	if err := json.Unmarshal(rec.Body.Bytes(), &r); err != nil {
		t.Fatalf("%v in %s", err, rec.Body)
	}
	return r
}

func (b *backend) create(t *testing.T, user, title string) reply {
	t.Helper()
	rec := b.call("POST", "/api/tasks", fmt.Sprintf(`{"user_id":%q,"title":%q}`, user, title))
	if rec.Code != http.StatusCreated {
		t.Fatalf("create: %d %s", rec.Code, rec.Body)
	}
	return decode(t, rec)
}

func TestTheLifeOfATask(t *testing.T) {
	b := newBackend()
	rec := b.call("POST", "/api/tasks", fmt.Sprintf(`{"user_id":%q,"title":"Milk","due_date":"2026-03-01T10:00:00+01:00"}`, alice))
	if rec.Code != 201 {
		t.Fatalf("create: %d %s", rec.Code, rec.Body)
	}
	made := decode(t, rec)
	path := "/api/tasks/" + made.TaskID
	if rec.Header().Get("Location") != path || rec.Header().Get("ETag") == "" || made.Priority != "medium" || *made.DueDate != "2026-03-01T09:00:00Z" {
		t.Errorf("created %+v with %v", made, rec.Header())
	}
	if got := b.call("GET", path, ""); got.Code != 200 || got.Header().Get("ETag") != rec.Header().Get("ETag") || got.Body.String() != rec.Body.String() {
		t.Errorf("get: %d %s", got.Code, got.Body)
	}
	if got := b.call("PATCH", path, `{"completed":true,"due_date":null}`, "Content-Type", "application/merge-patch+json"); got.Code != 200 ||
		!decode(t, got).Completed || decode(t, got).DueDate != nil || got.Header().Get("ETag") == rec.Header().Get("ETag") {
		t.Errorf("patch: %d %s", got.Code, got.Body)
	}
	if got := b.call("PUT", path, `{"title":"Tea","priority":"high"}`); got.Code != 200 || decode(t, got).Title != "Tea" || decode(t, got).Completed {
		t.Errorf("put: %d %s", got.Code, got.Body)
	}
	if got := b.call("DELETE", path, ""); got.Code != 204 || got.Body.Len() != 0 {
		t.Errorf("delete: %d %s", got.Code, got.Body)
	}
	for _, method := range []string{"GET", "DELETE"} {
		if got := b.call(method, path, ""); got.Code != 404 {
			t.Errorf("%s after delete: %d", method, got.Code)
		}
	}
}

func TestListsAreByUserNewestFirstAndPaged(t *testing.T) {
	b := newBackend()
	var want []string
	for i := range 25 {
		made := b.create(t, alice, fmt.Sprint("task ", i))
		want = append([]string{made.TaskID}, want...)
	}
	b.create(t, bob, "not mine")
	var got []string
	query := "?limit=10&user_id=" + strings.ToUpper(alice)
	for cursor := ""; ; {
		rec := b.call("GET", "/api/tasks"+query+cursor, "")
		var p struct {
			Tasks      []reply `json:"tasks"`
			NextCursor *string `json:"next_cursor"`
		}
		if err := json.Unmarshal(rec.Body.Bytes(), &p); err != nil || rec.Code != 200 {
			t.Fatalf("%d %s", rec.Code, rec.Body)
		}
		for _, task := range p.Tasks {
			got = append(got, task.TaskID)
		}
		if p.NextCursor == nil {
			break
		}
		cursor = "&cursor=" + *p.NextCursor
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	b.call("DELETE", "/api/tasks/"+want[0], "")
	if rec := b.call("GET", "/api/tasks?user_id="+alice, ""); strings.Contains(rec.Body.String(), want[0]) {
		t.Error("a deleted task is listed")
	}
	if rec := b.call("GET", "/api/tasks?user_id="+none, ""); rec.Body.String() != `{"tasks":[],"next_cursor":null}`+"\n" {
		t.Errorf("no tasks: %s", rec.Body)
	}
}

func TestRefusals(t *testing.T) {
	b := newBackend()
	id := b.create(t, alice, "Milk").TaskID
	keys := b.state.Keys()
	valid := fmt.Sprintf(`{"user_id":%q,"title":"Milk"}`, alice)
	for name, tc := range map[string]struct {
		method, path, body string
		headers            []string
		code               int
		problem            string
		pointers           []string
	}{
		"malformed":         {"POST", "/api/tasks", `{`, nil, 400, "malformed-json", nil},
		"invalid UTF-8":     {"POST", "/api/tasks", strings.Replace(valid, "Milk", "Mi\xfflk", 1), nil, 400, "malformed-json", nil},
		"lone surrogate":    {"POST", "/api/tasks", strings.Replace(valid, "Milk", `Mi\ud800lk`, 1), nil, 400, "malformed-json", nil},
		"doubled member":    {"POST", "/api/tasks", strings.Replace(valid, `"title"`, `"title":"Tea","title"`, 1), nil, 400, "malformed-json", nil},
		"doubled by escape": {"POST", "/api/tasks", strings.Replace(valid, `"title"`, `"\u0074itle":"Tea","title"`, 1), nil, 400, "malformed-json", nil},
		"doubled in PATCH":  {"PATCH", "/api/tasks/" + id, `{"title":"x","title":"y"}`, nil, 400, "malformed-json", nil},
		"surrogate in PUT":  {"PUT", "/api/tasks/" + id, fmt.Sprintf(`{"user_id":%q,"title":"x","tags":["\udfff"]}`, alice), nil, 400, "malformed-json", nil},
		"array":             {"POST", "/api/tasks", `[]`, nil, 400, "malformed-json", nil},
		"no title":          {"POST", "/api/tasks", fmt.Sprintf(`{"user_id":%q}`, alice), nil, 422, "invalid-document", []string{"/title"}},
		"two violations":    {"POST", "/api/tasks", `{"user_id":"me","title":"x","priority":"now"}`, nil, 422, "invalid-document", []string{"/user_id", "/priority"}},
		"media type":        {"POST", "/api/tasks", valid, []string{"Content-Type", "text/plain"}, 415, "media-type", nil},
		"too large":         {"POST", "/api/tasks", strings.Repeat(" ", 70000), nil, 413, "too-large", nil},
		"key":               {"POST", "/api/tasks", valid, []string{"Idempotency-Key", "two words"}, 400, "idempotency-key", nil},
		"method":            {"DELETE", "/api/tasks", "", nil, 405, "method", nil},
		"method on a task":  {"POST", "/api/tasks/" + id, valid, nil, 405, "method", nil},
		"unknown path":      {"GET", "/api/users", "", nil, 404, "not-found", nil},
		"unknown task":      {"GET", "/api/tasks/" + none, "", nil, 404, "not-found", nil},
		"id is no UUID":     {"GET", "/api/tasks/7", "", nil, 404, "not-found", nil},
		"patch nothing":     {"PATCH", "/api/tasks/" + none, `{"completed":true}`, nil, 404, "not-found", nil},
		"bad patch":         {"PATCH", "/api/tasks/" + id, `{"priority":null}`, nil, 422, "invalid-document", []string{"/priority"}},
		"another owner":     {"PUT", "/api/tasks/" + id, fmt.Sprintf(`{"user_id":%q,"title":"x"}`, bob), nil, 422, "invalid-document", []string{"/user_id"}},
		"stale patch":       {"PATCH", "/api/tasks/" + id, `{"title":"x"}`, []string{"If-Match", `"` + none + `"`}, 412, "changed-meanwhile", nil},
		"stale delete":      {"DELETE", "/api/tasks/" + id, "", []string{"If-Match", `"` + none + `"`}, 412, "changed-meanwhile", nil},
		"weak tag":          {"DELETE", "/api/tasks/" + id, "", []string{"If-Match", `W/"x"`}, 412, "changed-meanwhile", nil},
		"list nobody":       {"GET", "/api/tasks", "", nil, 400, "query", nil},
		"bad limit":         {"GET", "/api/tasks?limit=0&user_id=" + alice, "", nil, 400, "query", nil},
		"bad cursor":        {"GET", "/api/tasks?cursor=x&user_id=" + alice, "", nil, 400, "query", nil},
	} {
		t.Run(name, func(t *testing.T) {
			rec := b.call(tc.method, tc.path, tc.body, tc.headers...)
			got := decode(t, rec)
			if rec.Code != tc.code || got.Type != "/problems/"+tc.problem || rec.Header().Get("Content-Type") != "application/problem+json" {
				t.Errorf("%d %s %s", rec.Code, rec.Header().Get("Content-Type"), rec.Body)
			}
			var pointers []string
			for _, e := range got.Errors {
				pointers = append(pointers, e.Pointer)
			}
			if diff := cmp.Diff(tc.pointers, pointers); diff != "" {
				t.Errorf("pointers (-want +got):\n%s", diff)
			}
		})
	}
	if b.state.Keys() != keys {
		t.Errorf("refused requests left %d keys, had %d", b.state.Keys(), keys)
	}
}

func TestIfMatchWithTheCurrentRevision(t *testing.T) {
	b := newBackend()
	id := b.create(t, alice, "Milk").TaskID
	etag := b.call("GET", "/api/tasks/"+id, "").Header().Get("ETag")
	if rec := b.call("PATCH", "/api/tasks/"+id, `{"title":"Tea"}`, "If-Match", etag); rec.Code != 200 {
		t.Errorf("patch: %d %s", rec.Code, rec.Body)
	}
	if rec := b.call("PATCH", "/api/tasks/"+id, `{"title":"Rum"}`, "If-Match", etag); rec.Code != 412 {
		t.Errorf("patch with the old revision: %d", rec.Code)
	}
	if rec := b.call("DELETE", "/api/tasks/"+id, "", "If-Match", "*"); rec.Code != 204 {
		t.Errorf("delete with *: %d", rec.Code)
	}
}

func TestAnIdempotencyKeyMakesOneTask(t *testing.T) {
	b := newBackend()
	body := fmt.Sprintf(`{"user_id":%q,"title":"Milk"}`, alice)
	first := b.call("POST", "/api/tasks", body, "Idempotency-Key", "k1")
	again := b.call("POST", "/api/tasks", body, "Idempotency-Key", "k1")
	if first.Code != 201 || again.Code != 200 || first.Body.String() != again.Body.String() {
		t.Errorf("first %d, again %d %s", first.Code, again.Code, again.Body)
	}
	if rec := b.call("POST", "/api/tasks", strings.Replace(body, "Milk", "Tea", 1), "Idempotency-Key", "k1"); rec.Code != 422 || decode(t, rec).Type != "/problems/idempotency-key-reused" {
		t.Errorf("another body: %d %s", rec.Code, rec.Body)
	}
	if rec := b.call("POST", "/api/tasks", body, "Idempotency-Key", "k2"); rec.Code != 201 {
		t.Errorf("another key: %d", rec.Code)
	}
	b.call("DELETE", "/api/tasks/"+decode(t, first).TaskID, "")
	if rec := b.call("POST", "/api/tasks", body, "Idempotency-Key", "k1"); rec.Code != 410 {
		t.Errorf("after the task's deletion: %d", rec.Code)
	}
}

func TestAStoreThatFailsIsA503WithAdvice(t *testing.T) {
	b := newBackend()
	id := b.create(t, alice, "Milk").TaskID
	down := errors.New("connection refused to secret-host")
	for name, tc := range map[string]struct {
		fail   func()
		advice string
	}{
		"reading": {func() { b.state.GetFaults.Fail(down) }, "nothing was changed"},
		"writing": {func() { b.state.Fail(down) }, "did not confirm"},
	} {
		tc.fail()
		rec := b.call("PATCH", "/api/tasks/"+id, `{"title":"x"}`)
		if rec.Code != 503 || rec.Header().Get("Retry-After") == "" || !strings.Contains(rec.Body.String(), tc.advice) || strings.Contains(rec.Body.String(), "secret-host") {
			t.Errorf("%s: %d %s", name, rec.Code, rec.Body)
		}
	}
}
