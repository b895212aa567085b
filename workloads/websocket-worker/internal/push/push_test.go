package push

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/prometheus/client_golang/prometheus"

	"assay.dev/assay/workloads/internal/consumer"
	"assay.dev/assay/workloads/internal/events"
	"assay.dev/assay/workloads/internal/httpx"
)

const (
	alice = "7f3c1f0a-8f43-4a53-8b1d-2a6f4c7f9b11"
	bob   = "11111111-1111-4111-8111-111111111111"
)

func event(n int, user string) events.Envelope[events.Sync] {
	return events.Defaults().NewSync(fmt.Sprintf("0a2f9d6e-0f4b-4c43-9a51-%012d", n), time.Unix(1771147800, 0), events.Sync{
		TaskID: "01946f2e-7c00-7000-8000-000000000001", UserID: user, Action: events.ActionCreate, TaskSnapshot: []byte(`{"title":"Milk"}`),
	})
}

// serve runs the endpoint as the service does, middleware included.
func serve(t *testing.T) (*Hub, string) {
	t.Helper()
	registry := prometheus.NewRegistry()
	log := slog.New(slog.DiscardHandler)
	hub := NewHub(registry)
	mux := http.NewServeMux()
	NewSockets(hub, log).Register(mux)
	server := httptest.NewServer(httpx.NewInstrument(log, registry).Wrap(mux))
	t.Cleanup(server.Close)
	t.Cleanup(hub.Close)
	return hub, server.URL
}

func connect(t *testing.T, url, user string) *websocket.Conn {
	t.Helper()
	conn, _, err := websocket.Dial(t.Context(), url+"/ws?user_id="+user, nil) //nolint:bodyclose // Dial keeps the body
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.CloseNow() })
	if got := receive(t, conn); got != ready {
		t.Fatalf("first message %s", got)
	}
	return conn
}

func receive(t *testing.T, conn *websocket.Conn) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	_, message, err := conn.Read(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return string(message)
}

func push(t *testing.T, hub *Hub, e events.Envelope[events.Sync], want consumer.Result) {
	t.Helper()
	if got, err := hub.Handle(t.Context(), e); err != nil || got != want {
		t.Fatalf("Handle = %v, %v, want %v", got, err, want)
	}
}

func TestUpdatesReachTheirUsersBrowsersOnce(t *testing.T) {
	hub, url := serve(t)
	first, second, other := connect(t, url, alice), connect(t, url, strings.ToUpper(alice)), connect(t, url, bob)
	push(t, hub, event(1, alice), consumer.Processed)
	push(t, hub, event(1, alice), consumer.Duplicate)
	push(t, hub, event(2, alice), consumer.Processed)
	push(t, hub, event(3, bob), consumer.Processed)
	for _, conn := range []*websocket.Conn{first, second} {
		for _, n := range []int{1, 2} {
			want, err := event(n, alice).Marshal()
			if err != nil {
				t.Fatal(err)
			}
			if got := receive(t, conn); got != string(want) {
				t.Errorf("got %s, want %s", got, want)
			}
		}
	}
	if got := receive(t, other); !strings.Contains(got, event(3, bob).ID) {
		t.Errorf("bob got %s", got)
	}
}

func TestNobodyConnectedIsFine(t *testing.T) {
	hub, _ := serve(t)
	push(t, hub, event(1, alice), consumer.Processed)
}

func TestASlowBrowserIsDisconnected(t *testing.T) {
	hub := NewHub(prometheus.NewRegistry())
	c, leave := hub.join(alice)
	defer leave()
	for n := range queue + 1 {
		push(t, hub, event(n, alice), consumer.Processed)
	}
	select {
	case <-c.overflow:
	default:
		t.Error("the connection was not marked for closing")
	}
	push(t, hub, event(queue+1, alice), consumer.Processed) // and does not panic or block
}

func TestShutdownTellsBrowsersToComeBack(t *testing.T) {
	hub, url := serve(t)
	conn := connect(t, url, alice)
	hub.Close()
	hub.Close()
	_, _, err := conn.Read(t.Context())
	if websocket.CloseStatus(err) != websocket.StatusGoingAway {
		t.Errorf("read = %v, want close 1001", err)
	}
}

func TestRefusals(t *testing.T) {
	_, url := serve(t)
	for name, tc := range map[string]struct {
		query  string
		origin string
		want   int
	}{
		"no user":      {"", "", http.StatusBadRequest},
		"no uuid":      {"?user_id=me", "", http.StatusBadRequest},
		"another host": {"?user_id=" + alice, "https://evil.example", http.StatusForbidden},
	} {
		options := &websocket.DialOptions{HTTPHeader: http.Header{"Origin": {tc.origin}}}
		_, resp, err := websocket.Dial(t.Context(), url+"/ws"+tc.query, options) //nolint:bodyclose // Dial keeps the body
		if err == nil || resp == nil || resp.StatusCode != tc.want {
			t.Errorf("%s: %v, %v", name, resp, err)
		}
	}
	resp, err := http.Get(url + "/ws?user_id=" + alice)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusUpgradeRequired {
		t.Errorf("without an upgrade: %d", resp.StatusCode)
	}
}

func TestRecentForgetsTheOldest(t *testing.T) {
	r := newRecent(2)
	for i, tc := range []struct {
		id   string
		want bool
	}{{"a", true}, {"b", true}, {"a", false}, {"c", true}, {"a", true}, {"c", false}} {
		if got := r.add(tc.id); got != tc.want {
			t.Errorf("%d: add(%s) = %v", i, tc.id, got)
		}
	}
}
