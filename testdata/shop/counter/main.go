// Command counter takes the shop's stock events, and says in its metrics what it has
// counted. It is a program that knows nothing of assay's: it reads PORT, APP_API_TOKEN and
// DAPR_HTTP_PORT, and answers Dapr's deliveries (Dapr's pub/sub API, subscriptions).
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"
)

// remembered is how many events are known by their IDs.
const remembered = 1 << 16

// counter counts events; each of them once, as far as it remembers.
type counter struct {
	token string

	mu       sync.Mutex
	seen     map[string]bool
	results map[string]int
}

func main() {
	c := &counter{token: os.Getenv("APP_API_TOKEN"), seen: map[string]bool{}, results: map[string]int{}}
	if err := c.serve(":" + os.Getenv("PORT")); err != nil {
		slog.Error("the counter ended", "error", err)
		os.Exit(1)
	}
}

func (c *counter) serve(address string) error {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })
	mux.HandleFunc("GET /readyz", ready)
	mux.HandleFunc("GET /metrics", c.metrics)
	mux.HandleFunc("/", c.guarded)
	server := &http.Server{Addr: address, Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	stopped, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	ended := make(chan error, 1)
	go func() {
		<-stopped.Done()
		within, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		ended <- server.Shutdown(within)
	}()
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return <-ended
}

// ready asks the sidecar whether it has its components.
func ready(w http.ResponseWriter, r *http.Request) {
	within, cancel := context.WithTimeout(r.Context(), 2*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(within, http.MethodGet, "http://localhost:"+os.Getenv("DAPR_HTTP_PORT")+"/v1.0/healthz/outbound", nil)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	request.Header.Set("dapr-api-token", os.Getenv("DAPR_API_TOKEN"))
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
		return
	}
	answer.Body.Close()
	if answer.StatusCode/100 != 2 {
		http.Error(w, "the sidecar says "+answer.Status, http.StatusServiceUnavailable)
	}
}

// guarded lets in who brings the application's token, whatever is asked for.
func (c *counter) guarded(w http.ResponseWriter, r *http.Request) {
	switch {
	case c.token == "" || r.Header.Get("dapr-api-token") != c.token:
		http.Error(w, "bring the application's token", http.StatusUnauthorized)
	case r.URL.Path != "/stock" || r.Method != http.MethodPost:
		http.NotFound(w, r)
	case !fromOwnSidecar(r):
		http.Error(w, "publish to the topic instead", http.StatusForbidden)
	default:
		c.delivery(w, r)
	}
}

// delivery takes one event from the sidecar. One that is not as the specification says is
// dropped, which leads it to the dead letters.
func (c *counter) delivery(w http.ResponseWriter, r *http.Request) {
	status := "DROP"
	if event, err := read(r); err == nil {
		c.count(event.ID)
		status = "SUCCESS"
	} else {
		slog.Warn("dropped", "error", err)
		c.add("dropped")
	}
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(map[string]string{"status": status}); err != nil {
		slog.Warn("the sidecar was not answered", "error", err)
	}
}

// fromOwnSidecar reports whether the pod's own sidecar delivers, and not for another
// application.
func fromOwnSidecar(r *http.Request) bool {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	return err == nil && net.ParseIP(host).IsLoopback() && r.Header.Get("dapr-caller-app-id") == ""
}

func (c *counter) count(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.seen[id] {
		c.results["repeated"]++
		return
	}
	if len(c.seen) == remembered {
		clear(c.seen)
	}
	c.seen[id] = true
	c.results["counted"]++
}

func (c *counter) add(result string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.results[result]++
}

func (c *counter) metrics(w http.ResponseWriter, _ *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	fmt.Fprintln(w, "# TYPE counted_total counter")
	for _, result := range []string{"counted", "repeated", "dropped"} {
		fmt.Fprintf(w, "counted_total{type=%q,outcome=%q} %d\n", stockCounted, result, c.results[result])
	}
}
