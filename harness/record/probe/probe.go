package probe

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Server is the probe. It is an http.Handler.
type Server struct {
	app  string
	boot string
	mux  *http.ServeMux
	now  func() time.Time

	mu         sync.Mutex
	rules      []Rule
	attempts   map[string]int
	deliveries []Delivery
	changed    chan struct{} // closed and recreated with each delivery
}

// New makes the probe of a Dapr application.
func New(app string) *Server {
	s := &Server{
		app: app, boot: rand.Text(), mux: http.NewServeMux(), now: time.Now,
		attempts: map[string]int{}, changed: make(chan struct{}),
	}
	s.mux.HandleFunc("POST /events/{topic}", s.deliver)
	s.mux.HandleFunc("PUT /rules", s.setRules)
	s.mux.HandleFunc("GET /deliveries", s.list)
	s.mux.HandleFunc("GET /healthz", func(http.ResponseWriter, *http.Request) {})
	// Subscriptions are declarative: there are none to ask for.
	s.mux.HandleFunc("GET /dapr/subscribe", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "[]") })
	return s
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set(BootHeader, s.boot)
	s.mux.ServeHTTP(w, r)
}

// event is what identifies an event.
type event struct {
	ID     string `json:"id"`
	Source string `json:"source"`
	Type   string `json:"type"`
	Data   struct {
		Key string `json:"key"`
	} `json:"data"`
}

// deliver answers a delivery as the rules say, and remembers it once answered.
func (s *Server) deliver(w http.ResponseWriter, r *http.Request) {
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxEvent))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	var e event
	_ = json.Unmarshal(raw, &e) // what cannot be read stays empty
	digest := sha256.Sum256(raw)
	d := Delivery{
		Arrived: s.now(), App: s.app, Topic: r.PathValue("topic"), ID: e.ID, Source: e.Source, Type: e.Type, Key: e.Data.Key,
		Partition: r.Header.Get("__partition"), Offset: r.Header.Get("__offset"), SHA256: hex.EncodeToString(digest[:]),
	}
	d.Answer, d.Attempt = s.choose(d, string(raw))
	if d.Answer == None {
		hang(r.Context())
	}
	d.Answered = s.now()
	if !s.remember(d) {
		http.Error(w, "the probe cannot save more deliveries", http.StatusInsufficientStorage)
		return
	}
	switch d.Answer {
	case Success, Retry, Drop:
		w.Header().Set("Content-Type", "application/json")
		_, _ = fmt.Fprintf(w, `{"status":%q}`, strings.ToUpper(string(d.Answer)))
	case Lost:
		panic(http.ErrAbortHandler) // net/http closes the connection
	default:
		http.Error(w, "scripted to fail", http.StatusInternalServerError)
	}
}

// hang waits until whoever asked gives up.
func hang(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, maxHang)
	defer cancel()
	<-ctx.Done()
}

// choose finds the answer to a delivery and which one of its event it is.
func (s *Server) choose(d Delivery, raw string) (Answer, int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	identity := d.Topic + "\n" + d.ID
	s.attempts[identity]++
	attempt := s.attempts[identity]
	for _, rule := range s.rules {
		if rule.matches(d, raw) {
			return rule.Answers[min(attempt, len(rule.Answers))-1], attempt
		}
	}
	return Success, attempt
}

func (r Rule) matches(d Delivery, raw string) bool {
	return (r.Topic == "" || r.Topic == d.Topic) && (r.ID == "" || r.ID == d.ID) &&
		(r.Type == "" || r.Type == d.Type) && strings.Contains(raw, r.Contains)
}

func (s *Server) remember(d Delivery) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.deliveries) == maxSaved {
		return false
	}
	d.Number = len(s.deliveries) + 1
	s.deliveries = append(s.deliveries, d)
	close(s.changed)
	s.changed = make(chan struct{})
	return true
}

func (s *Server) setRules(w http.ResponseWriter, r *http.Request) {
	var rules []Rule
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxEvent))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&rules); err != nil {
		http.Error(w, "rules: "+err.Error(), http.StatusBadRequest)
		return
	}
	for i, rule := range rules {
		if err := rule.validate(); err != nil {
			http.Error(w, fmt.Sprintf("rule %d: %v", i, err), http.StatusBadRequest)
			return
		}
	}
	s.mu.Lock()
	s.rules = rules
	s.mu.Unlock()
	w.WriteHeader(http.StatusNoContent)
}

func (r Rule) validate() error {
	if len(r.Answers) == 0 {
		return fmt.Errorf("no answers")
	}
	for _, a := range r.Answers {
		switch a {
		case Success, Retry, Drop, Fail, None, Lost:
		default:
			return fmt.Errorf("unknown answer %q", string(a))
		}
	}
	return nil
}

// list writes the deliveries after a number, and waits for one if there is none.
func (s *Server) list(w http.ResponseWriter, r *http.Request) {
	after, err := strconv.Atoi(r.URL.Query().Get("after"))
	if err != nil || after < 0 {
		http.Error(w, "after must be a number of a delivery, or 0", http.StatusBadRequest)
		return
	}
	wait, err := time.ParseDuration(r.URL.Query().Get("wait"))
	if err != nil || wait < 0 || wait > MaxWait {
		http.Error(w, "wait must be a duration of at most "+MaxWait.String(), http.StatusBadRequest)
		return
	}
	lines := json.NewEncoder(w)
	w.Header().Set("Content-Type", "application/jsonl")
	// At once, so that whoever asked knows whom he asked.
	if lines.Encode(Line{Now: s.now()}) != nil || http.NewResponseController(w).Flush() != nil {
		return // whoever asked has gone
	}
	for _, d := range s.after(r.Context(), after, wait) {
		if lines.Encode(Line{Now: s.now(), Delivery: &d}) != nil {
			return
		}
	}
}

// after returns the deliveries after a number, as soon as there is one.
func (s *Server) after(ctx context.Context, after int, wait time.Duration) []Delivery {
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	for {
		s.mu.Lock()
		found := slices.Clone(s.deliveries[min(after, len(s.deliveries)):])
		changed := s.changed
		s.mu.Unlock()
		if len(found) > 0 || ctx.Err() != nil {
			return found
		}
		select {
		case <-ctx.Done():
		case <-changed:
		}
	}
}
