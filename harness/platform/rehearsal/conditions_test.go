package rehearsal

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestSlowAndFailAreRead(t *testing.T) {
	for _, c := range []struct {
		slow, fail string
		want       Conditions
	}{
		{"", "", Conditions{}},
		{"20mbit", "", Conditions{BytesPerSecond: 2_500_000}},
		{"1mbit,80ms", "", Conditions{BytesPerSecond: 125_000, Latency: 80 * time.Millisecond}},
		{"", "quay.io=429", Conditions{Host: "quay.io", Failure: Limited}},
		{"", "quay.io=down", Conditions{Host: "quay.io", Failure: Down}},
		{"", "quay.io=slow", Conditions{Host: "quay.io", Failure: Slow}},
		{"8mbit", "docker.io=missing", Conditions{BytesPerSecond: 1_000_000, Host: "docker.io", Failure: Missing}},
	} {
		got, err := ParseConditions(c.slow, c.fail)
		if diff := cmp.Diff(c.want, got); diff != "" || err != nil {
			t.Errorf("SLOW=%s FAIL=%s: %v (-want +got)\n%s", c.slow, c.fail, err, diff)
		}
	}
}

func TestSlowAndFailInAnotherFormAreRefused(t *testing.T) {
	for _, c := range []struct{ slow, fail, want string }{
		{"fast", "", "20mbit"},
		{"20", "", "20mbit"},
		{"0mbit", "", "20mbit"},
		{"-3mbit", "", "20mbit"},
		{"1.5mbit", "", "20mbit"},
		{"20mbit,", "", "20mbit,80ms"},
		{"20mbit,80", "", "20mbit,80ms"},
		{"20mbit,-80ms", "", "20mbit,80ms"},
		{"", "quay.io", "HOST="},
		{"", "quay.io=broken", "HOST="},
		{"", "=429", "HOST="},
	} {
		if _, err := ParseConditions(c.slow, c.fail); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("SLOW=%s FAIL=%s: got %v, want the form %s", c.slow, c.fail, err, c.want)
		}
	}
}

// answerOf returns the status that a registry answers with, and after how long.
// It runs in a bubble of synctest: the waits take no time.
func answerOf(t *testing.T, c Conditions, host, path string) (status int, took time.Duration) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		inner := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })
		request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "https://"+host+path, nil)
		answer := httptest.NewRecorder()
		start := time.Now()
		c.apply(inner).ServeHTTP(answer, request)
		status, took = answer.Code, time.Since(start)
	})
	return status, took
}

// TestARegistryFailsAlone asks the registry that fails and another one. docker.io is
// called index.docker.io by those who ask it.
func TestARegistryFailsAlone(t *testing.T) {
	const manifest, blob = "/v2/strimzi/operator/manifests/0.40.0", "/v2/strimzi/operator/blobs/sha256:0"
	for _, c := range []struct {
		fail           string
		manifest, blob int
		took           time.Duration
	}{
		{"down", http.StatusServiceUnavailable, http.StatusServiceUnavailable, 0},
		{"429", http.StatusTooManyRequests, http.StatusTooManyRequests, 0},
		{"missing", http.StatusNotFound, http.StatusOK, 0},
		{"slow", http.StatusOK, http.StatusOK, slowDelay},
	} {
		for named, asked := range map[string]string{"quay.io": "quay.io", "docker.io": "index.docker.io", "mirror.example.test": "mirror.example.test:443"} {
			conditions, err := ParseConditions("", named+"="+c.fail)
			if err != nil {
				t.Fatal(err)
			}
			if got, took := answerOf(t, conditions, asked, manifest); got != c.manifest || took != c.took {
				t.Errorf("%s=%s: a manifest is answered with %d after %s", named, c.fail, got, took)
			}
			if got, took := answerOf(t, conditions, asked, blob); got != c.blob || took != c.took {
				t.Errorf("%s=%s: a blob is answered with %d after %s", named, c.fail, got, took)
			}
			if got, took := answerOf(t, conditions, "ghcr.io", manifest); got != http.StatusOK || took != 0 {
				t.Errorf("%s=%s: ghcr.io answers with %d after %s", named, c.fail, got, took)
			}
		}
	}
}

func TestLatencyIsAddedToEachAnswer(t *testing.T) {
	conditions, err := ParseConditions("20mbit,80ms", "quay.io=slow")
	if err != nil {
		t.Fatal(err)
	}
	for host, want := range map[string]time.Duration{"quay.io": slowDelay + 80*time.Millisecond, "ghcr.io": 80 * time.Millisecond} {
		if _, took := answerOf(t, conditions, host, "/v2/"); took != want {
			t.Errorf("%s answers after %s, want %s", host, took, want)
		}
	}
}

// oneConn is a listener that has accepted the server's end of a pipe.
type oneConn struct {
	net.Listener
	conn net.Conn
}

func (l oneConn) Accept() (net.Conn, error) { return l.conn, nil }

// TestTheLineIsSharedByItsConnections sends over two connections at the same time.
func TestTheLineIsSharedByItsConnections(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const each = 1 << 20
		conditions := Conditions{BytesPerSecond: 1 << 20}
		first, firstEnd := net.Pipe()
		second, secondEnd := net.Pipe()
		slow := conditions.throttle(oneConn{conn: first}).(slowListener)
		start := time.Now()
		done := make(chan error)
		for _, pipe := range [][2]net.Conn{{first, firstEnd}, {second, secondEnd}} {
			slow.Listener = oneConn{conn: pipe[0]}
			conn, err := slow.Accept()
			if err != nil {
				t.Fatal(err)
			}
			go func() {
				n, err := conn.Write(make([]byte, each))
				if err == nil && n != each {
					err = fmt.Errorf("%d bytes were sent", n)
				}
				done <- err
			}()
			go func() {
				buffer := make([]byte, 8<<10)
				for {
					if _, err := pipe[1].Read(buffer); err != nil {
						return
					}
				}
			}()
		}
		for range 2 {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
		took := time.Since(start)
		for _, conn := range []net.Conn{first, second} {
			_ = conn.Close()
		}
		if took < 1900*time.Millisecond || took > 2100*time.Millisecond {
			t.Errorf("2 MB at 1 MB a second took %s", took)
		}
	})
	listener := oneConn{}
	if _, slow := (Conditions{}).throttle(listener).(slowListener); slow {
		t.Error("a line without a bound is slowed down")
	}
}
