package remind

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"assay.dev/assay/workloads/internal/httpx"
)

const (
	// readTimeout bounds a query.
	readTimeout = 5 * time.Second
	// retryAfter is what readers are told when the store does not answer.
	retryAfter = 2 * time.Second
)

// Register adds the query to mux.
func (r *Reminders) Register(mux *http.ServeMux) {
	mux.Handle("GET /notifications/{id}", httpx.Timeout(readTimeout, httpx.Handler(r.get)))
}

func (r *Reminders) get(w http.ResponseWriter, req *http.Request) error {
	id := strings.ToLower(req.PathValue("id"))
	items, err := r.state.Get(req.Context(), recordKey(id))
	if err != nil {
		return errors.Join(httpx.Unavailable("The state store does not answer. Send the request again.", retryAfter), err)
	}
	item := items[recordKey(id)]
	if !item.Exists() {
		return httpx.NotFound("There is no notification for event " + id + ".")
	}
	httpx.WriteJSON(w, http.StatusOK, json.RawMessage(item.Value))
	return nil
}
