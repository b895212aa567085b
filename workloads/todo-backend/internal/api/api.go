// Package api is the backend's REST interface, by default under /api/tasks.
//
// The specification knows no authentication: user_id is what the client says.
// A deployment with real users puts an authenticating proxy in front, which
// sets it.
package api

import (
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"assay.dev/assay/workloads/internal/httpx"
	"assay.dev/assay/workloads/internal/strictjson"
	"assay.dev/assay/workloads/todo-backend/internal/store"
	"assay.dev/assay/workloads/todo-backend/internal/task"
)

const (
	// requestTimeout bounds one request; the ingress waits longer.
	requestTimeout = 10 * time.Second
	defaultLimit   = 100
	maxLimit       = 500

	mediaJSON  = "application/json"
	mediaPatch = "application/merge-patch+json"
)

// idempotencyKey is what the Idempotency-Key header may hold.
var idempotencyKey = regexp.MustCompile(`^[\x21-\x7e]{1,128}$`)

// API serves the routes.
type API struct {
	store *store.Store
	// path is where the tasks are.
	path string
}

// Register adds the routes to mux, the tasks under path.
func Register(mux *http.ServeMux, path string, s *store.Store) {
	a := &API{store: s, path: path}
	handle := func(pattern string, h httpx.Handler) { mux.Handle(pattern, httpx.Timeout(requestTimeout, h)) }
	one := path + "/{id}"
	handle("POST "+path, a.create)
	handle("GET "+path, a.list)
	handle("GET "+one, a.get)
	handle("PUT "+one, a.replace)
	handle("PATCH "+one, a.patch)
	handle("DELETE "+one, a.remove)
	handle(path, methodNotAllowed("GET, POST"))
	handle(one, methodNotAllowed("GET, PUT, PATCH, DELETE"))
	// Everything else where the ingress leads here.
	above, _ := url.JoinPath(path, "..", "/")
	handle(above, func(http.ResponseWriter, *http.Request) error {
		return httpx.NotFound("The API is at " + path + ".")
	})
}

func methodNotAllowed(allow string) httpx.Handler {
	return func(w http.ResponseWriter, _ *http.Request) error {
		w.Header().Set("Allow", allow)
		return httpx.NewProblem(http.StatusMethodNotAllowed, "method", "Method not allowed", "Use one of: "+allow+".")
	}
}

func (a *API) create(w http.ResponseWriter, r *http.Request) error {
	key := r.Header.Get("Idempotency-Key")
	if key != "" && !idempotencyKey.MatchString(key) {
		return httpx.NewProblem(http.StatusBadRequest, "idempotency-key", "Invalid Idempotency-Key",
			"The key must have 1 to 128 visible ASCII characters.")
	}
	raw, err := httpx.ReadBody(w, r, mediaJSON)
	if err != nil {
		return err
	}
	userID, fields, err := task.ParseCreate(raw)
	if err != nil {
		return httpx.FromDocument(err)
	}
	v, created, err := a.store.Create(r.Context(), userID, fields, key)
	if err != nil {
		return err
	}
	w.Header().Set("Location", a.path+"/"+v.TaskID)
	status := http.StatusCreated
	if !created {
		status = http.StatusOK
	}
	answer(w, status, v)
	return nil
}

// page is the answer to a listing.
type page struct {
	Tasks []store.Versioned `json:"tasks"`
	// NextCursor is null on the last page.
	NextCursor *string `json:"next_cursor"`
}

func (a *API) list(w http.ResponseWriter, r *http.Request) error {
	query := r.URL.Query()
	userID, cursor := query.Get("user_id"), query.Get("cursor")
	limit, err := strconv.Atoi(query.Get("limit"))
	if query.Get("limit") == "" {
		limit, err = defaultLimit, nil
	}
	switch {
	case !strictjson.IsUUID(userID):
		return badQuery("user_id must be the UUID of the user whose tasks to list.")
	case cursor != "" && !strictjson.IsUUID(cursor):
		return badQuery("cursor must be the next_cursor of the page before.")
	case err != nil || limit < 1 || limit > maxLimit:
		return badQuery("limit must be a number from 1 to " + strconv.Itoa(maxLimit) + ".")
	}
	tasks, next, err := a.store.List(r.Context(), strings.ToLower(userID), limit, strings.ToLower(cursor))
	if err != nil {
		return err
	}
	p := page{Tasks: tasks}
	if next != "" {
		p.NextCursor = &next
	}
	httpx.WriteJSON(w, http.StatusOK, p)
	return nil
}

func badQuery(detail string) error {
	return httpx.NewProblem(http.StatusBadRequest, "query", "Invalid query", detail)
}

func (a *API) get(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	v, err := a.store.Get(r.Context(), id)
	if err != nil {
		return err
	}
	answer(w, http.StatusOK, v)
	return nil
}

func (a *API) replace(w http.ResponseWriter, r *http.Request) error {
	return a.edit(w, r, task.ParseReplace, mediaJSON)
}

func (a *API) patch(w http.ResponseWriter, r *http.Request) error {
	return a.edit(w, r, task.ParsePatch, mediaPatch, mediaJSON)
}

func (a *API) edit(w http.ResponseWriter, r *http.Request, parse func([]byte) (task.Edit, error), mediaTypes ...string) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	raw, err := httpx.ReadBody(w, r, mediaTypes...)
	if err != nil {
		return err
	}
	edit, err := parse(raw)
	if err != nil {
		return httpx.FromDocument(err)
	}
	v, err := a.store.Update(r.Context(), id, ifMatch(r), edit)
	if err != nil {
		return err
	}
	answer(w, http.StatusOK, v)
	return nil
}

func (a *API) remove(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	if err := a.store.Delete(r.Context(), id, ifMatch(r)); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// pathID reads the task's id; what is no UUID names no task.
func pathID(r *http.Request) (string, error) {
	id := r.PathValue("id")
	if !strictjson.IsUUID(id) {
		return "", httpx.NotFound("A task's id is a UUID.")
	}
	return strings.ToLower(id), nil
}

// ifMatch returns the revision of an If-Match header, "*" or nothing. A weak
// or foreign tag stays as it is and matches no revision, as RFC 9110 wants.
func ifMatch(r *http.Request) string {
	return strings.Trim(strings.TrimSpace(r.Header.Get("If-Match")), `"`)
}

func answer(w http.ResponseWriter, status int, v store.Versioned) {
	w.Header().Set("ETag", strconv.Quote(v.Revision))
	httpx.WriteJSON(w, status, v)
}
