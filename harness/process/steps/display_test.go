package steps

import (
	"bytes"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// shared is a buffer that several goroutines write to.
type shared struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (s *shared) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.buf.Write(p)
}

func (s *shared) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.buf.String()
}

// TestHeartbeat wants a line every 30 s that names what runs, and none after Close.
func TestHeartbeat(t *testing.T) {
	Pace() // measures by the real clock
	synctest.Test(t, func(t *testing.T) {
		out := &shared{}
		b := NewDisplay(out, false, []Step{{Name: "compile kube/kubernetes"}, {Name: "of this test"}}, nil)
		b.Started("compile kube/kubernetes")
		time.Sleep(95 * time.Second)
		b.Close()
		time.Sleep(time.Hour)
		if n := strings.Count(out.String(), "running: "); n != 3 {
			t.Errorf("%d heartbeats in 95 s:\n%s", n, out)
		}
		for _, want := range []string{"2 steps", "running: compile kube/kubernetes, 1m30s", "at least "} {
			if !strings.Contains(out.String(), want) {
				t.Errorf("%q is not in\n%s", want, out)
			}
		}
	})
}

func TestNoEstimateYet(t *testing.T) {
	out := &shared{}
	b := NewDisplay(out, false, []Step{{Name: "of this test"}}, nil)
	defer b.Close()
	if !strings.Contains(out.String(), "no estimate yet") {
		t.Error(out)
	}
	b.Ended("of this test", time.Second, errors.New("x"))
	if !strings.Contains(out.String(), "FAILED") {
		t.Error(out)
	}
}
