package dapr

import (
	"context"
	"net"
	"testing"
	"time"

	runtimepb "github.com/dapr/dapr/pkg/proto/runtime/v1"
	"google.golang.org/grpc"
)

// An app asks for state before its sidecar listens, and becomes ready as soon as
// the sidecar says over HTTP that it is: from then on every call has to succeed,
// whatever the connection of the first one waits for.
func TestCallsSucceedOnceTheSidecarListens(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(address)
	s, err := NewSidecar(Config{GRPCPort: port, APIToken: "token", StateStore: "store"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	early, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if _, err := s.Get(early, "a"); err == nil {
		t.Fatal("nothing listens, and something answered")
	}

	if listener, err = net.Listen("tcp", address); err != nil {
		t.Fatal(err)
	}
	server := grpc.NewServer()
	runtimepb.RegisterDaprServer(server, &daprd{items: map[string]string{"a": "1"}})
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(server.Stop)
	started := time.Now()
	items, err := s.Get(t.Context(), "a")
	if err != nil {
		t.Fatal(err)
	}
	if !items["a"].Exists() {
		t.Errorf("items %v", items)
	}
	t.Logf("answered after %s", time.Since(started))
}
