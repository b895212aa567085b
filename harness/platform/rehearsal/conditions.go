package rehearsal

import (
	"fmt"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/time/rate"
)

// Conditions are what is wrong with the played line and registries. The zero
// value is a good day.
type Conditions struct {
	// BytesPerSecond bounds the line, shared by all connections; 0 is no bound.
	BytesPerSecond int
	// Latency is added to each answer.
	Latency time.Duration
	// Host is the registry that fails in the way of Failure.
	Host    string
	Failure Failure
}

// Failure is a way in which a registry fails.
type Failure string

// Ways in which a registry fails.
const (
	// Down answers 503 to everything.
	Down Failure = "down"
	// Limited answers 429 to everything.
	Limited Failure = "429"
	// Slow waits for ten seconds before each answer.
	Slow Failure = "slow"
	// Missing knows no tag.
	Missing Failure = "missing"
)

var failures = []Failure{Down, Limited, Slow, Missing}

// slowDelay is the wait of a sluggish registry.
const slowDelay = 10 * time.Second

// ParseConditions reads SLOW, as in 20mbit or 20mbit,80ms, and FAIL, as in
// quay.io=429. Empty strings stand for none.
func ParseConditions(slow, fail string) (Conditions, error) {
	var c Conditions
	if slow != "" {
		bandwidth, latency, hasLatency := strings.Cut(slow, ",")
		number, hasUnit := strings.CutSuffix(bandwidth, "mbit")
		megabits, err := strconv.Atoi(number)
		if err != nil || !hasUnit || megabits <= 0 {
			return c, errSlow(slow)
		}
		c.BytesPerSecond = megabits * 1_000_000 / 8
		if hasLatency {
			if c.Latency, err = time.ParseDuration(latency); err != nil || c.Latency < 0 {
				return c, errSlow(slow)
			}
		}
	}
	if fail != "" {
		host, failure, _ := strings.Cut(fail, "=")
		c.Host, c.Failure = host, Failure(failure)
		if host == "" || !slices.Contains(failures, c.Failure) {
			return c, fmt.Errorf("FAIL is %q: it has the form HOST=%s, %s, %s or %s", fail, Down, Limited, Slow, Missing)
		}
	}
	return c, nil
}

func errSlow(slow string) error {
	return fmt.Errorf("SLOW is %q: it has the form 20mbit or 20mbit,80ms", slow)
}

// apply lets the registry of Host fail.
func (c Conditions) apply(inner http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		delay := c.Latency
		if askedHost(r) == c.Host {
			switch c.Failure {
			case Down:
				http.Error(w, "this registry is down", http.StatusServiceUnavailable)
				return
			case Limited:
				http.Error(w, "too many requests", http.StatusTooManyRequests)
				return
			case Missing:
				if strings.Contains(r.URL.Path, "/manifests/") {
					http.NotFound(w, r)
					return
				}
			case Slow:
				delay += slowDelay
			}
		}
		if delay > 0 {
			select {
			case <-time.After(delay):
			case <-r.Context().Done():
				return
			}
		}
		inner.ServeHTTP(w, r)
	})
}

// throttle bounds what all connections of a listener send together.
func (c Conditions) throttle(listener net.Listener) net.Listener {
	if c.BytesPerSecond == 0 {
		return listener
	}
	return slowListener{listener, rate.NewLimiter(rate.Limit(c.BytesPerSecond), burst)}
}

// burst is the largest piece that is sent at once, in bytes.
const burst = 64 << 10

type slowListener struct {
	net.Listener
	line *rate.Limiter
}

// Accept implements net.Listener.
func (l slowListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return slowConn{conn, l.line}, nil
}

type slowConn struct {
	net.Conn
	line *rate.Limiter
}

// Write implements net.Conn.
func (c slowConn) Write(p []byte) (int, error) {
	sent := 0
	for sent < len(p) {
		piece := p[sent:min(sent+burst, len(p))]
		pause := c.line.ReserveN(time.Now(), len(piece)).Delay()
		time.Sleep(pause) // a bandwidth is a wait for each byte
		n, err := c.Conn.Write(piece)
		sent += n
		if err != nil {
			return sent, err
		}
	}
	return sent, nil
}
