package observe

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"assay.dev/assay/harness/history"
)

// TestAnAbandonedRequestArrivesAndHasNoAnswer waits until the server has read all of a
// request whose client has gone.
func TestAnAbandonedRequestArrivesAndHasNoAnswer(t *testing.T) {
	log := newMemory()
	arrived := make(chan string, 1)
	ingress := door(t, log, patience, func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		arrived <- string(body)
		<-r.Context().Done() // the client closes the connection
	})
	answer, err := ingress.Do(t.Context(), Call{Method: http.MethodPost, Path: "/v1/orders", Body: []byte(`{"title":"x"}`), Change: "place", Abandon: true})
	if err != nil || answer.Result != history.Unknown || !strings.Contains(answer.Error, "canceled") || answer.Status != 0 {
		t.Errorf("%+v, %v", answer.Request, err)
	}
	select {
	case body := <-arrived:
		if body != `{"title":"x"}` {
			t.Errorf("what arrived is %q", body)
		}
	case <-time.After(5 * time.Second):
		t.Error("the request never arrived")
	}
}
