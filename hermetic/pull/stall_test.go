package pull

import (
	"errors"
	"net"
	"os"
	"testing"
	"testing/synctest"
	"time"
)

// TestASlowLineIsNoErrorAndASilentOneIs reads from a connection on which a byte arrives
// each minute, for hours, and then none any more.
func TestASlowLineIsNoErrorAndASilentOneIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server, client := net.Pipe()
		line := idleConn{client}
		const bytes = 200
		go func() {
			for range bytes {
				time.Sleep(time.Minute)
				if _, err := server.Write([]byte{1}); err != nil {
					return
				}
			}
		}()
		buffer := make([]byte, 16)
		start := time.Now()
		for i := range bytes {
			if n, err := line.Read(buffer); n != 1 || err != nil {
				t.Fatalf("byte %d, after %s: %d, %v", i, time.Since(start), n, err)
			}
		}
		silent := time.Now()
		if _, err := line.Read(buffer); !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(silent) != StallTimeout {
			t.Errorf("a silent line: %v after %s, want an end after %s", err, time.Since(silent), StallTimeout)
		}
		_ = server.Close()
		_ = client.Close()
	})
}
