package push

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/coder/websocket"

	"assay.dev/assay/workloads/internal/httpx"
	"assay.dev/assay/workloads/internal/strictjson"
)

const (
	// pingEvery keeps proxies from closing a quiet connection (the usual limit
	// is 60 s) and finds browsers that are gone.
	pingEvery = 25 * time.Second
	// writeTimeout bounds one message or ping.
	writeTimeout = 10 * time.Second
	// maxConnections bounds memory and file descriptors of one replica.
	maxConnections = 1000
	// ready is the first message: from here on no update is missed.
	ready = `{"type":"stream.ready"}`
)

// Sockets serves browsers.
type Sockets struct {
	hub   *Hub
	log   *slog.Logger
	slots chan struct{}
}

// NewSockets makes the handler of the WebSocket endpoint.
func NewSockets(hub *Hub, log *slog.Logger) *Sockets {
	return &Sockets{hub: hub, log: log, slots: make(chan struct{}, maxConnections)}
}

// Register adds GET /ws?user_id=UUID to mux.
func (s *Sockets) Register(mux *http.ServeMux) { mux.Handle("GET /ws", httpx.Handler(s.serve)) }

func (s *Sockets) serve(w http.ResponseWriter, r *http.Request) error {
	userID := strings.ToLower(r.URL.Query().Get("user_id"))
	if !strictjson.IsUUID(userID) {
		return httpx.NewProblem(http.StatusBadRequest, "query", "Invalid query", "user_id must be the UUID of the user whose updates to send.")
	}
	select {
	case s.slots <- struct{}{}:
		defer func() { <-s.slots }()
	default:
		return httpx.Unavailable("Too many browsers are connected. Try again.", pingEvery)
	}
	// Accept refuses a browser whose page is from another host.
	// When it refuses, it has answered.
	conn, err := websocket.Accept(w, r, nil)
	if err != nil {
		s.log.Debug("no upgrade", slog.String("error", err.Error()))
		return nil
	}
	c, leave := s.hub.join(userID)
	defer leave()
	status, reason := s.pump(conn.CloseRead(context.WithoutCancel(r.Context())), conn, c)
	if err := conn.Close(status, reason); err != nil {
		s.log.Debug("browser went away", slog.String("error", err.Error()))
	}
	return nil
}

// pump sends until something ends the connection, and says how to close it.
func (s *Sockets) pump(ctx context.Context, conn *websocket.Conn, c *client) (websocket.StatusCode, string) {
	ping := time.NewTicker(pingEvery)
	defer ping.Stop()
	if err := send(ctx, conn, []byte(ready)); err != nil {
		return websocket.StatusGoingAway, "write failed"
	}
	for {
		select {
		case message := <-c.messages:
			if err := send(ctx, conn, message); err != nil {
				return websocket.StatusGoingAway, "write failed"
			}
		case <-ping.C:
			if err := pingOnce(ctx, conn); err != nil {
				return websocket.StatusGoingAway, "no pong"
			}
		case <-c.overflow:
			return websocket.StatusTryAgainLater, "too slow, connect again"
		case <-s.hub.closing:
			return websocket.StatusGoingAway, "shutting down, connect again"
		case <-ctx.Done():
			return websocket.StatusNormalClosure, ""
		}
	}
}

func send(ctx context.Context, conn *websocket.Conn, message []byte) error {
	ctx, cancel := context.WithTimeout(ctx, writeTimeout)
	defer cancel()
	return conn.Write(ctx, websocket.MessageText, message)
}

func pingOnce(ctx context.Context, conn *websocket.Conn) error {
	ctx, cancel := context.WithTimeout(ctx, writeTimeout)
	defer cancel()
	return conn.Ping(ctx)
}
