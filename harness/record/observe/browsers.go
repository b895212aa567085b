package observe

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"

	"assay.dev/assay/harness/history"
)

// Browsers are WebSockets of users, to which an application pushes each event of their
// objects. What is pushed while a browser is not connected is not pushed
// again: each such time is a gap.
type Browsers struct {
	log     Log
	options BrowsersOptions
	start   history.Nanos

	stop    context.CancelFunc
	running sync.WaitGroup

	mu     sync.Mutex
	pushed map[string][]string // ids of events by user
	gaps   []history.Gap
	failed error // of the history, the first
}

// BrowsersOptions say what is watched.
type BrowsersOptions struct {
	// Client reaches URL, which has {user} in the place of a user.
	Client *http.Client
	URL    string
	Users  []string
	// Greets says that the first message tells that the subscription is complete, ID is
	// the member of a message that is the event's id.
	Greets bool
	ID     string
	// Group and Topic are whose effects the pushes are.
	Group, Topic string
	// Timeout bounds connecting, Retry is the time between two tries.
	Timeout, Retry time.Duration
}

// maxPush bounds one message, in bytes.
const maxPush = 1 << 20

// WatchBrowsers connects a browser for each user, and records each event that is
// pushed to it until Stop. All are connected when it returns.
func WatchBrowsers(ctx context.Context, log Log, options BrowsersOptions) (*Browsers, error) {
	watching, stop := context.WithCancel(context.WithoutCancel(ctx))
	b := &Browsers{log: log, options: options, start: log.Now(), stop: stop, pushed: map[string][]string{}}
	for _, user := range options.Users {
		conn, err := b.connect(ctx, user)
		if err != nil {
			stop()
			b.running.Wait()
			return nil, fmt.Errorf("watch updates of user %s: %w", user, err)
		}
		b.running.Go(func() { b.follow(watching, user, conn) })
	}
	return b, nil
}

// connect opens a browser's WebSocket. If the application greets, no event is missed from
// its first message on.
func (b *Browsers) connect(ctx context.Context, user string) (*websocket.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, b.options.Timeout)
	defer cancel()
	// The answer's body is the connection's.
	conn, _, err := websocket.Dial(ctx, strings.ReplaceAll(b.options.URL, "{user}", url.QueryEscape(user)), &websocket.DialOptions{HTTPClient: b.options.Client}) //nolint:bodyclose
	if err != nil {
		return nil, err
	}
	conn.SetReadLimit(maxPush)
	if !b.options.Greets {
		return conn, nil
	}
	if _, _, err := conn.Read(ctx); err != nil {
		_ = conn.CloseNow()
		return nil, err
	}
	return conn, nil
}

// follow reads a browser's messages until ctx ends, and connects it again.
func (b *Browsers) follow(ctx context.Context, user string, conn *websocket.Conn) {
	for {
		why := b.read(ctx, user, conn)
		_ = conn.CloseNow()
		from := b.log.Now()
		conn = b.again(ctx, user)
		if ctx.Err() != nil {
			if conn != nil {
				_ = conn.CloseNow()
			}
			return
		}
		b.mu.Lock()
		b.gaps = append(b.gaps, history.Gap{From: from, To: b.log.Now(), Why: fmt.Sprintf("the browser of user %s was not connected: %v", user, why)})
		b.mu.Unlock()
	}
}

// again connects until it succeeds or ctx ends.
func (b *Browsers) again(ctx context.Context, user string) *websocket.Conn {
	again := time.NewTicker(b.options.Retry)
	defer again.Stop()
	for ctx.Err() == nil {
		if conn, err := b.connect(ctx, user); err == nil {
			return conn
		}
		select {
		case <-ctx.Done():
		case <-again.C:
		}
	}
	return nil
}

func (b *Browsers) read(ctx context.Context, user string, conn *websocket.Conn) error {
	for {
		_, message, err := conn.Read(ctx)
		if err != nil {
			return err
		}
		var members map[string]json.RawMessage
		_ = json.Unmarshal(message, &members) // what is no object has no id
		id := foldUUID(memberOf(members, b.options.ID))
		err = b.log.Write(history.Effect{Seen: b.log.Now(), Group: b.options.Group, Topic: b.options.Topic, ID: id, Times: 1})
		b.mu.Lock()
		b.pushed[user] = append(b.pushed[user], id)
		if err != nil && b.failed == nil {
			b.failed = err
		}
		b.mu.Unlock()
	}
}

// Pushed returns the ids of the events that were pushed to a user, in their order.
func (b *Browsers) Pushed(user string) []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.pushed[user])
}

// Stop disconnects the browsers and says how well they held out. The error is of
// the history.
func (b *Browsers) Stop() error {
	b.stop()
	b.running.Wait()
	seen := history.Observer{Name: "browsers", Kinds: []history.Kind{history.Effects}, Start: b.start, End: b.log.Now(), Gaps: b.gaps}
	return errors.Join(b.failed, b.log.Write(seen))
}
