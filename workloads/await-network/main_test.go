package main

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
)

func listen(t *testing.T, address string) net.Listener {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	return listener
}

func TestWhatAcceptsIsNotWaitedFor(t *testing.T) {
	one, two := listen(t, "127.0.0.1:0"), listen(t, "127.0.0.1:0")
	if err := run(t.Context(), io.Discard, []string{one.Addr().String(), two.Addr().String()}); err != nil {
		t.Error(err)
	}
}

// onFirst runs do at the first write.
type onFirst struct {
	once sync.Once
	do   func()
}

func (o *onFirst) Write(p []byte) (int, error) {
	o.once.Do(o.do)
	return len(p), nil
}

func TestARefusalIsWaitedOut(t *testing.T) {
	gone := listen(t, "127.0.0.1:0")
	address := gone.Addr().String()
	if err := gone.Close(); err != nil {
		t.Fatal(err)
	}
	refused := false
	out := &onFirst{do: func() { refused = true; listen(t, address) }}
	if err := run(t.Context(), out, []string{address}); err != nil {
		t.Error(err)
	}
	if !refused {
		t.Error("nothing was refused")
	}
}

func TestTheWaitEndsWithThePod(t *testing.T) {
	gone := listen(t, "127.0.0.1:0")
	if err := gone.Close(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	err := run(ctx, &onFirst{do: cancel}, []string{gone.Addr().String()})
	if err == nil || !strings.Contains(err.Error(), "did not accept") {
		t.Errorf("got %v", err)
	}
}

func TestABadAddressIsRefused(t *testing.T) {
	var addr *net.AddrError
	if err := run(t.Context(), io.Discard, []string{"todo-kafka"}); !errors.As(err, &addr) {
		t.Errorf("got %v", err)
	}
}
