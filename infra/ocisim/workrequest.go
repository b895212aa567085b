package ocisim

import (
	"context"
	"net/http"
	"time"
)

// workKind names a kind's operations in work requests.
type workKind struct {
	// operation is the prefix of the operation type, e.g. CLUSTER for CLUSTER_CREATE.
	operation string
	// entityType is how the work request calls the resource, e.g. cluster.
	entityType string
}

// workRequest is a long operation as the service reports it
// (https://docs.oracle.com/en-us/iaas/api/#/en/containerengine/20180222/WorkRequest).
type workRequest struct {
	ID              string         `json:"id"`
	OperationType   string         `json:"operationType"`
	Status          string         `json:"status"`
	CompartmentID   string         `json:"compartmentId"`
	Resources       []workResource `json:"resources"`
	TimeAccepted    time.Time      `json:"timeAccepted"`
	TimeStarted     *time.Time     `json:"timeStarted,omitempty"`
	TimeFinished    *time.Time     `json:"timeFinished,omitempty"`
	PercentComplete float32        `json:"percentComplete"`

	errors []workError
}

type workResource struct {
	ActionType string `json:"actionType"`
	EntityType string `json:"entityType"`
	Identifier string `json:"identifier"`
}

type workError struct {
	Code      string    `json:"code"`
	Message   string    `json:"message"`
	Timestamp time.Time `json:"timestamp"`
}

type failedWorkKey struct{}

func withFailedWork(ctx context.Context, message string) context.Context {
	if message == "" {
		return ctx
	}
	return context.WithValue(ctx, failedWorkKey{}, message)
}

// workResult is what a finished operation does to its resource.
type workResult struct {
	action            string
	succeeded, failed func()
}

// startWork accepts an operation on a resource and answers 202.
func (s *Server) startWork(w http.ResponseWriter, r *http.Request, k *workKind, m *Meta, verb string, result workResult) {
	now := s.opts.Now().UTC()
	request := &workRequest{
		ID: s.newID("clustersworkrequest"), OperationType: k.operation + "_" + verb, Status: "IN_PROGRESS",
		CompartmentID: m.CompartmentID, TimeAccepted: now, TimeStarted: &now,
		Resources: []workResource{{ActionType: "IN_PROGRESS", EntityType: k.entityType, Identifier: m.ID}},
	}
	s.workRequests[request.ID] = request
	failure, _ := r.Context().Value(failedWorkKey{}).(string)

	s.later(func() {
		finished := s.opts.Now().UTC()
		request.TimeFinished = &finished
		if failure != "" {
			request.Status, request.Resources[0].ActionType = "FAILED", "FAILED"
			request.errors = []workError{{Code: "InternalError", Message: failure, Timestamp: finished}}
			result.failed()
			return
		}
		request.Status, request.PercentComplete = "SUCCEEDED", 100
		request.Resources[0].ActionType = result.action
		result.succeeded()
	})
	w.Header().Set("Opc-Work-Request-Id", request.ID)
	w.WriteHeader(http.StatusAccepted)
}

// startCreate leaves a resource whose creation fails behind in state FAILED, as
// the service does: it is listed, costs nothing and has to be deleted.
func (k *kind[T, P]) startCreate(w http.ResponseWriter, r *http.Request, item P) {
	m := item.meta()
	m.LifecycleState = stateCreating
	k.server.startWork(w, r, k.work, m, "CREATE", workResult{
		action:    "CREATED",
		succeeded: func() { m.LifecycleState = stateActive },
		failed:    func() { m.LifecycleState = stateFailed },
	})
}

func (k *kind[T, P]) startUpdate(w http.ResponseWriter, r *http.Request, old, updated P) {
	m := old.meta()
	state := m.LifecycleState
	m.LifecycleState = stateUpdating
	k.server.startWork(w, r, k.work, m, "UPDATE", workResult{
		action: "UPDATED",
		succeeded: func() {
			*old = *updated
			old.meta().LifecycleState = stateActive
		},
		failed: func() { m.LifecycleState = state },
	})
}

func (k *kind[T, P]) startDelete(w http.ResponseWriter, r *http.Request, item P) {
	m := item.meta()
	state := m.LifecycleState
	m.LifecycleState = stateDeleting
	k.server.startWork(w, r, k.work, m, "DELETE", workResult{
		action:    "DELETED",
		succeeded: func() { k.drop(item) },
		failed:    func() { m.LifecycleState = state },
	})
}

func (s *Server) mountWorkRequests(mux *http.ServeMux) {
	find := func(id string) (*workRequest, error) {
		request, ok := s.workRequests[id]
		if !ok {
			return nil, notFound("work request %q does not exist", id)
		}
		return request, nil
	}
	mux.HandleFunc("GET "+okeAPI+"/workRequests/{id}", s.locked(func(w http.ResponseWriter, r *http.Request) error {
		request, err := find(r.PathValue("id"))
		if err != nil {
			return err
		}
		writeJSON(w, http.StatusOK, request)
		return nil
	}))
	mux.HandleFunc("GET "+okeAPI+"/workRequests/{id}/errors", s.locked(func(w http.ResponseWriter, r *http.Request) error {
		request, err := find(r.PathValue("id"))
		if err != nil {
			return err
		}
		writeJSON(w, http.StatusOK, append([]workError{}, request.errors...))
		return nil
	}))
}
