package observe

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// pusher pushes what is in messages to whoever connects, and hangs up on "bye".
func pusher(t *testing.T, messages <-chan string) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, err := websocket.Accept(w, r, nil)
		if err != nil {
			return
		}
		defer func() { _ = conn.CloseNow() }()
		if conn.Write(r.Context(), websocket.MessageText, []byte(`{"type":"stream.ready"}`)) != nil {
			return
		}
		ctx := conn.CloseRead(r.Context())
		for {
			select {
			case <-ctx.Done():
				return
			case message := <-messages:
				if message == "bye" {
					return
				}
				if conn.Write(ctx, websocket.MessageText, []byte(message)) != nil {
					return
				}
			}
		}
	}))
	t.Cleanup(server.Close)
	return server
}

func TestPushesAreRecordedAndTimesWithoutABrowserAreGaps(t *testing.T) {
	messages := make(chan string)
	server := pusher(t, messages)
	log := newMemory()
	b, err := WatchBrowsers(t.Context(), log, BrowsersOptions{
		Client: server.Client(), URL: server.URL + "?for={user}", Users: []string{"u"}, Group: "pusher", Topic: "updates", Greets: true, ID: "id",
		Timeout: 5 * time.Second, Retry: time.Millisecond,
	})
	if err != nil {
		t.Fatal(err)
	}
	messages <- `{"id":"e1","type":"order.changed"}`
	messages <- "bye"
	messages <- `{"id":"e2","type":"order.changed"}` // taken by the next connection
	for len(b.Pushed("u")) < 2 {
		time.Sleep(time.Millisecond)
	}
	if err := b.Stop(); err != nil {
		t.Fatal(err)
	}
	if got := b.Pushed("u"); len(got) != 2 || got[0] != "e1" || got[1] != "e2" || len(log.seen.Effects) != 2 {
		t.Errorf("pushed %v, recorded %+v", got, log.seen.Effects)
	}
	if o := log.seen.Observers[0]; len(o.Gaps) != 1 || !strings.Contains(o.Gaps[0].Why, "user u was not connected") {
		t.Errorf("held out: %+v", o)
	}
}

func TestABrowserThatCannotConnectIsAnError(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(server.Close)
	_, err := WatchBrowsers(t.Context(), newMemory(), BrowsersOptions{
		Client: server.Client(), URL: server.URL, Users: []string{"u"}, Timeout: time.Second, Retry: time.Millisecond,
	})
	if err == nil || !strings.Contains(err.Error(), "404") {
		t.Errorf("error is %v", err)
	}
}
