// Package push sends task updates to the browsers of their users.
//
// A browser holds one WebSocket and gets every task.sync event of its user as
// one text message, the CloudEvent as it came from the topic. Pushes are a
// hint, not a record: whoever connects, or connects again, reads the tasks
// from the API first, so a push that is lost with a connection costs nothing.
package push

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"

	"github.com/prometheus/client_golang/prometheus"

	"assay.dev/assay/workloads/internal/consumer"
	"assay.dev/assay/workloads/internal/events"
)

const (
	// queue is how many messages may wait for one slow browser before its
	// connection is closed; it then reads everything again.
	queue = 64
	// remembered is how many event ids are kept to recognise duplicates.
	remembered = 4096
)

// client is one browser's connection as the hub sees it.
type client struct {
	messages chan []byte
	// overflow is closed when the browser is too slow.
	overflow chan struct{}
	once     sync.Once
}

// Hub knows the connected browsers by user.
type Hub struct {
	mu      sync.Mutex
	clients map[string]map[*client]struct{}
	seen    *recent
	closing chan struct{}
	once    sync.Once

	connected prometheus.Gauge
	pushed    *prometheus.CounterVec
}

// NewHub makes a hub without browsers.
func NewHub(registry prometheus.Registerer) *Hub {
	h := &Hub{
		clients: map[string]map[*client]struct{}{}, seen: newRecent(remembered), closing: make(chan struct{}),
		connected: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "websocket_connections", Help: "Browsers that are connected now.",
		}),
		pushed: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "websocket_messages_total", Help: "Messages for browsers by result: queued, or overflow when the browser was too slow.",
		}, []string{"result"}),
	}
	registry.MustRegister(h.connected, h.pushed)
	return h
}

// Close asks all connections to end; browsers connect again elsewhere.
func (h *Hub) Close() { h.once.Do(func() { close(h.closing) }) }

// Handle pushes the event to its user's browsers. Nobody being connected is
// fine: the event is processed.
func (h *Hub) Handle(_ context.Context, e events.Envelope[events.Sync]) (consumer.Result, error) {
	message, err := json.Marshal(e)
	if err != nil {
		return "", fmt.Errorf("%w: encode the message: %w", consumer.ErrDrop, err)
	}
	if !h.seen.add(e.ID) {
		return consumer.Duplicate, nil
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for c := range h.clients[e.Data.UserID] {
		select {
		case c.messages <- message:
			h.pushed.WithLabelValues("queued").Inc()
		default:
			c.once.Do(func() { close(c.overflow) })
			h.pushed.WithLabelValues("overflow").Inc()
		}
	}
	return consumer.Processed, nil
}

// join adds a browser of the user; the returned function removes it.
func (h *Hub) join(userID string) (*client, func()) {
	c := &client{messages: make(chan []byte, queue), overflow: make(chan struct{})}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.clients[userID] == nil {
		h.clients[userID] = map[*client]struct{}{}
	}
	h.clients[userID][c] = struct{}{}
	h.connected.Inc()
	return c, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		delete(h.clients[userID], c)
		if len(h.clients[userID]) == 0 {
			delete(h.clients, userID)
		}
		h.connected.Dec()
	}
}

// recent is a set of the last ids, oldest forgotten first.
type recent struct {
	mu    sync.Mutex
	ids   map[string]struct{}
	order []string
	next  int
}

func newRecent(size int) *recent {
	return &recent{ids: make(map[string]struct{}, size), order: make([]string, size)}
}

// add returns false when the id is known already.
func (r *recent) add(id string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, known := r.ids[id]; known {
		return false
	}
	delete(r.ids, r.order[r.next])
	r.order[r.next] = id
	r.ids[id] = struct{}{}
	r.next = (r.next + 1) % len(r.order)
	return true
}
