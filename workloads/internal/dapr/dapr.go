// Package dapr is what the services need of their Dapr sidecar, as small
// interfaces: state with compare-and-set transactions, publishing, service
// invocation and health. Sidecar implements them over the Dapr SDK; package
// daprtest holds in-memory fakes for tests.
package dapr

import (
	"context"
	"errors"
	"net/http"
	"time"
)

// ErrConflict says that a transaction changed nothing, or that it is not known
// to have changed something, because a key no longer has the expected ETag.
// The caller reads again and decides.
var ErrConflict = errors.New("state changed since it was read")

// Item is a value with its version. ETag is empty when the key does not exist.
type Item struct {
	Value []byte
	ETag  string
}

// Exists reports whether the key had a value.
func (i Item) Exists() bool { return i.ETag != "" }

// Op is one conditional write: it applies only while the key still has ETag,
// or does not exist when ETag is empty (Dapr's first-write concurrency). A nil
// Value deletes. TTL above zero lets the store forget the value after it.
type Op struct {
	Key   string
	ETag  string
	Value []byte
	TTL   time.Duration
}

// State is a transactional key-value store.
type State interface {
	// Get reads keys in one call; a missing key maps to a zero Item.
	Get(ctx context.Context, keys ...string) (map[string]Item, error)
	// Transact applies all ops or none. The error wraps ErrConflict when an
	// ETag no longer matches. Any other error leaves open whether the ops were
	// applied: read again to find out.
	Transact(ctx context.Context, ops ...Op) error
}

// Message is one event for a topic.
type Message struct {
	Topic string
	// Key keeps the messages of one task in one partition and thus in order.
	Key string
	// Event is a CloudEvent in structured JSON.
	Event []byte
}

// Publisher hands messages to the broker.
type Publisher interface {
	// Publish returns nil once the broker has acknowledged the message.
	Publish(ctx context.Context, m Message) error
}

// Request is a call of another service by its Dapr app id.
type Request struct {
	AppID  string
	Method string
	// Path is absolute and may carry a query.
	Path   string
	Header http.Header
	Body   []byte
}

// Response is the other service's answer, whatever its status.
type Response struct {
	Status int
	Header http.Header
	Body   []byte
}

// Invoker calls other services.
type Invoker interface {
	// Invoke returns an error only when there is no answer.
	Invoke(ctx context.Context, r Request) (*Response, error)
}

// Health reports whether the sidecar can serve the app.
type Health interface {
	// Healthy returns nil when the sidecar answers and has its components.
	Healthy(ctx context.Context) error
}
