// Command await-network ends once each address (host:port) that it is given has
// accepted a connection. It runs before the containers of a pod whose sidecar
// ends itself when it finds no broker or no database: right after its start a
// pod may be refused, since NetworkPolicies learn its address a moment later.
package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"syscall"
	"time"
)

const (
	// attempt bounds one try to connect.
	attempt = 2 * time.Second
	// pause is between two tries: a refusal comes at once.
	pause = 200 * time.Millisecond
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	err := run(ctx, os.Stdout, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run tries each address in turn until it accepts. The pod's deployment bounds
// the whole by its progress deadline; ctx ends with the pod.
func run(ctx context.Context, out io.Writer, addresses []string) error {
	for _, address := range addresses {
		if _, _, err := net.SplitHostPort(address); err != nil {
			return fmt.Errorf("address %q: %w", address, err)
		}
	}
	for _, address := range addresses {
		if err := await(ctx, out, address); err != nil {
			return err
		}
	}
	return nil
}

// await says the first refusal and each one that differs from the one before.
func await(ctx context.Context, out io.Writer, address string) error {
	dialer, start, reason := net.Dialer{Timeout: attempt}, time.Now(), ""
	for {
		connection, err := dialer.DialContext(ctx, "tcp", address)
		if err == nil {
			fmt.Fprintf(out, "%s accepts after %s\n", address, time.Since(start).Round(time.Millisecond))
			return connection.Close()
		}
		if err.Error() != reason {
			reason = err.Error()
			fmt.Fprintf(out, "%s: %s\n", address, reason)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s did not accept within %s: %w", address, time.Since(start).Round(time.Millisecond), err)
		case <-time.After(pause):
		}
	}
}
