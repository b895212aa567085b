package ocisim

import (
	"encoding/json"
	"net/http"
	"regexp"
	"time"
)

// controlPath is where the standalone emulator takes orders; no OCI call starts with it.
const controlPath = "/_sim/"

// faultOrder is a Fault as JSON; see Fault for the fields' meaning.
type faultOrder struct {
	Method    string `json:"method"`
	Path      string `json:"path"`
	Skip      int    `json:"skip"`
	Times     int    `json:"times"`
	LatencyMS int    `json:"latencyMs"`
	Status    int    `json:"status"`
	Code      string `json:"code"`
	Message   string `json:"message"`
	FailWork  string `json:"failWork"`
	// RetryAfter is in seconds.
	RetryAfter int  `json:"retryAfter"`
	Reset      bool `json:"reset"`
	Serve      bool `json:"serve"`
}

type driftOrder struct {
	Kind   string         `json:"kind"`
	Name   string         `json:"name"`
	Fields map[string]any `json:"fields"`
}

// Control returns a handler that serves the emulator and, under /_sim/, orders
// for it: GET calls, GET resources, POST and DELETE faults, POST drift. Orders
// are not signed, which is one more reason to listen on loopback only.
func (s *Server) Control() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", s.handler)
	mux.HandleFunc("GET "+controlPath+"calls", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, append([]Call{}, s.Calls()...))
	})
	mux.HandleFunc("GET "+controlPath+"resources", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, append([]Resource{}, s.Resources()...))
	})
	mux.HandleFunc("DELETE "+controlPath+"faults", func(w http.ResponseWriter, _ *http.Request) {
		s.ClearFaults()
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("POST "+controlPath+"faults", func(w http.ResponseWriter, r *http.Request) {
		var order faultOrder
		if err := readOrder(r, &order); err != nil {
			writeError(w, err)
			return
		}
		path, err := regexp.Compile(order.Path)
		if err != nil {
			writeError(w, invalid("path %q: %v", order.Path, err))
			return
		}
		s.Inject(Fault{
			Method: order.Method, Path: path, Skip: order.Skip, Times: order.Times,
			Latency: time.Duration(order.LatencyMS) * time.Millisecond,
			Status:  order.Status, Code: order.Code, Message: order.Message, FailWork: order.FailWork,
			RetryAfter: time.Duration(order.RetryAfter) * time.Second, Reset: order.Reset, Serve: order.Serve,
		})
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("POST "+controlPath+"drift", func(w http.ResponseWriter, r *http.Request) {
		var order driftOrder
		if err := readOrder(r, &order); err != nil {
			writeError(w, err)
			return
		}
		err := s.Edit(order.Kind, order.Name, func(fields map[string]any) {
			for field, value := range order.Fields {
				fields[field] = value
			}
		})
		if err != nil {
			writeError(w, invalid("%v", err))
			return
		}
		w.WriteHeader(http.StatusNoContent)
	})
	return mux
}

func readOrder(r *http.Request, order any) error {
	decoder := json.NewDecoder(r.Body)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(order); err != nil {
		return invalid("%v", err)
	}
	return nil
}
