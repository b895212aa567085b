package dapr

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	commonpb "github.com/dapr/dapr/pkg/proto/common/v1"
	runtimepb "github.com/dapr/dapr/pkg/proto/runtime/v1"
	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"

	"assay.dev/assay/workloads/internal/tracing"
)

const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

// daprd is the part of a sidecar that the client calls: it keeps what it was
// asked and answers from items, with the codes that Dapr uses.
type daprd struct {
	runtimepb.UnimplementedDaprServer
	mu        sync.Mutex
	items     map[string]string // key to ETag; the value is "value of KEY"
	padding   int               // bytes behind each value
	getErr    string
	execErr   error
	metadata  metadata.MD
	published *runtimepb.PublishEventRequest
	executed  *runtimepb.ExecuteStateTransactionRequest
}

func (d *daprd) PublishEvent(ctx context.Context, in *runtimepb.PublishEventRequest) (*emptypb.Empty, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.metadata, _ = metadata.FromIncomingContext(ctx)
	d.published = in
	return &emptypb.Empty{}, nil
}

func (d *daprd) GetBulkState(_ context.Context, in *runtimepb.GetBulkStateRequest) (*runtimepb.GetBulkStateResponse, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	out := &runtimepb.GetBulkStateResponse{}
	for _, key := range in.GetKeys() {
		item := &runtimepb.BulkStateItem{Key: key, Error: d.getErr}
		if etag := d.items[key]; etag != "" {
			item.Etag, item.Data = etag, []byte("value of "+key+strings.Repeat(" ", d.padding))
		}
		out.Items = append(out.Items, item)
	}
	return out, nil
}

func (d *daprd) ExecuteStateTransaction(_ context.Context, in *runtimepb.ExecuteStateTransactionRequest) (*emptypb.Empty, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.executed = in
	return &emptypb.Empty{}, d.execErr
}

// start runs a fake sidecar and a client of it; web is its HTTP side.
func start(t *testing.T, d *daprd, web http.Handler) *Sidecar {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := grpc.NewServer()
	runtimepb.RegisterDaprServer(server, d)
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(server.Stop)
	httpServer := httptest.NewServer(web)
	t.Cleanup(httpServer.Close)
	_, grpcPort, _ := net.SplitHostPort(listener.Addr().String())
	_, httpPort, _ := net.SplitHostPort(httpServer.Listener.Addr().String())
	s, err := NewSidecar(Config{HTTPPort: httpPort, GRPCPort: grpcPort, APIToken: "token", PubSub: "bus", StateStore: "store"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func traced(t *testing.T) context.Context {
	t.Helper()
	return tracing.FromMap(t.Context(), map[string]string{"traceparent": traceparent})
}

func TestPublishSendsOwnCloudEventsByKey(t *testing.T) {
	d := &daprd{}
	s := start(t, d, http.NotFoundHandler())
	if err := s.Publish(traced(t), Message{Topic: "task-events", Key: "task-1", Event: []byte(`{"id":"1"}`)}); err != nil {
		t.Fatal(err)
	}
	p := d.published
	if p.GetPubsubName() != "bus" || p.GetTopic() != "task-events" || string(p.GetData()) != `{"id":"1"}` ||
		p.GetDataContentType() != "application/cloudevents+json" || !cmp.Equal(p.GetMetadata(), map[string]string{"partitionKey": "task-1"}) {
		t.Errorf("published %v", p)
	}
	if got := d.metadata.Get("traceparent"); len(got) != 1 || !strings.HasPrefix(got[0], traceparent[:36]) {
		t.Errorf("traceparent %v", got)
	}
	if got := d.metadata.Get("dapr-api-token"); !cmp.Equal(got, []string{"token"}) {
		t.Errorf("token %v", got)
	}
}

func TestGetMapsMissingKeysAndErrors(t *testing.T) {
	d := &daprd{items: map[string]string{"a": "7"}}
	s := start(t, d, http.NotFoundHandler())
	items, err := s.Get(t.Context(), "a", "b")
	if err != nil {
		t.Fatal(err)
	}
	if a := items["a"]; !a.Exists() || a.ETag != "7" || string(a.Value) != "value of a" {
		t.Errorf("a = %+v", a)
	}
	if items["b"].Exists() {
		t.Errorf("b = %+v", items["b"])
	}
	d.getErr = "disk on fire"
	if _, err := s.Get(t.Context(), "a"); err == nil || !strings.Contains(err.Error(), "disk on fire") {
		t.Errorf("Get = %v", err)
	}
	if items, err := s.Get(t.Context()); err != nil || len(items) != 0 {
		t.Errorf("Get of nothing = %v, %v", items, err)
	}
}

// TestGetReadsWhatIsTooLargeForOneAnswer reads keys that together are larger than what
// gRPC takes by itself, and than what the client takes at once.
func TestGetReadsWhatIsTooLargeForOneAnswer(t *testing.T) {
	for name, padding := range map[string]int{"beyond gRPC's bound": 1 << 20, "beyond the client's bound": 9 << 20} {
		d := &daprd{items: map[string]string{}, padding: padding}
		var keys []string
		for _, key := range "abcdef" {
			keys = append(keys, string(key))
			d.items[string(key)] = "1"
		}
		got, err := start(t, d, http.NotFoundHandler()).Get(t.Context(), keys...)
		if err != nil || len(got) != len(keys) {
			t.Fatalf("%s: %d of %d keys: %v", name, len(got), len(keys), err)
		}
		for _, key := range keys {
			if !strings.HasPrefix(string(got[key].Value), "value of "+key) {
				t.Errorf("%s: %s is %.20q", name, key, got[key].Value)
			}
		}
	}
	d := &daprd{items: map[string]string{"a": "1"}, padding: maxAnswer}
	if _, err := start(t, d, http.NotFoundHandler()).Get(t.Context(), "a"); err == nil {
		t.Error("one value beyond the bound was read")
	}
}

func TestTransactIsConditionalOnEveryKey(t *testing.T) {
	d := &daprd{}
	s := start(t, d, http.NotFoundHandler())
	err := s.Transact(t.Context(),
		Op{Key: "new", Value: []byte("1"), TTL: 90 * time.Second},
		Op{Key: "old", ETag: "7", Value: []byte("2")},
		Op{Key: "gone", ETag: "8"})
	if err != nil {
		t.Fatal(err)
	}
	type op struct{ Type, Key, Value, ETag, TTL string }
	var got []op
	for _, o := range d.executed.GetOperations() {
		r := o.GetRequest()
		if r.GetOptions().GetConcurrency() != commonpb.StateOptions_CONCURRENCY_FIRST_WRITE {
			t.Errorf("%s is written with %v", r.GetKey(), r.GetOptions().GetConcurrency())
		}
		got = append(got, op{o.GetOperationType(), r.GetKey(), string(r.GetValue()), r.GetEtag().GetValue(), r.GetMetadata()["ttlInSeconds"]})
	}
	want := []op{{"upsert", "new", "1", "", "90"}, {"upsert", "old", "2", "7", ""}, {"delete", "gone", "", "8", ""}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestTransactTellsAConflictFromAnOutage(t *testing.T) {
	// Dapr answers a failed transaction with Internal, whatever the cause.
	failed := status.Error(codes.Internal, "error while executing state transaction")
	for name, tc := range map[string]struct {
		items    map[string]string
		getErr   string
		conflict bool
	}{
		"a key changed":      {map[string]string{"old": "9"}, "", true},
		"a key appeared":     {map[string]string{"old": "7", "new": "1"}, "", true},
		"a key vanished":     {map[string]string{}, "", true},
		"nothing changed":    {map[string]string{"old": "7"}, "", false},
		"reading fails, too": {map[string]string{"old": "9"}, "down", false},
	} {
		d := &daprd{items: tc.items, getErr: tc.getErr, execErr: failed}
		s := start(t, d, http.NotFoundHandler())
		err := s.Transact(t.Context(), Op{Key: "new", Value: []byte("1")}, Op{Key: "old", ETag: "7", Value: []byte("2")})
		if err == nil || errors.Is(err, ErrConflict) != tc.conflict {
			t.Errorf("%s: %v, want a conflict: %v", name, err, tc.conflict)
		}
	}
}

func TestInvokePassesStatusHeadersAndBody(t *testing.T) {
	s := start(t, &daprd{}, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("Saw", strings.Join([]string{r.Method, r.URL.RequestURI(), r.Header.Get("Idempotency-Key"), r.Header.Get("dapr-api-token"), string(body)}, " "))
		w.Header().Set("Trace", r.Header.Get("traceparent"))
		w.WriteHeader(http.StatusTeapot)
		_, _ = io.WriteString(w, "short and stout")
	}))
	resp, err := s.Invoke(traced(t), Request{
		AppID: "todo-backend", Method: http.MethodPost, Path: "/api/tasks?x=1", Body: []byte("{}"), Header: http.Header{"Idempotency-Key": {"k"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if resp.Status != http.StatusTeapot || string(resp.Body) != "short and stout" ||
		resp.Header.Get("Saw") != "POST /v1.0/invoke/todo-backend/method/api/tasks?x=1 k token {}" ||
		!strings.HasPrefix(resp.Header.Get("Trace"), traceparent[:36]) {
		t.Errorf("%+v", resp)
	}
}

func TestHealthy(t *testing.T) {
	code := http.StatusNoContent
	s := start(t, &daprd{}, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/v1.0/healthz/outbound" {
			t.Errorf("asked %s", r.URL.Path)
		}
		w.WriteHeader(code)
	}))
	if err := s.Healthy(t.Context()); err != nil {
		t.Error(err)
	}
	code = http.StatusInternalServerError
	if err := s.Healthy(t.Context()); err == nil {
		t.Error("an unhealthy sidecar passes")
	}
}

func TestASidecarThatIsNotThereIsAnError(t *testing.T) {
	s, err := NewSidecar(Config{HTTPPort: "1", GRPCPort: "1", PubSub: "bus", StateStore: "store"})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Healthy(t.Context()); err == nil {
		t.Error("Healthy passes")
	}
	soon, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if err := s.Publish(soon, Message{Topic: "t"}); err == nil {
		t.Error("Publish passes")
	}
	if _, err := s.Invoke(t.Context(), Request{AppID: "a", Method: "GET", Path: "/"}); err == nil {
		t.Error("Invoke passes")
	}
}
