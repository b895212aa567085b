// Command probe serves the suites' own subscriber until SIGTERM. See package probe.
package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"

	"assay.dev/assay/harness/record/probe"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	err := run(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run serves until ctx ends, and then ends what is still open.
func run(ctx context.Context) error {
	app := os.Getenv("APP_ID")
	if app == "" {
		return errors.New("APP_ID must name the Dapr application of this pod")
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", ":"+strconv.Itoa(probe.Port))
	if err != nil {
		return err
	}
	// Answers wait for deliveries and rules: there is no bound on writing.
	server := &http.Server{Handler: probe.New(app), ReadHeaderTimeout: 5 * time.Second, IdleTimeout: time.Minute}
	defer context.AfterFunc(ctx, func() { _ = server.Close() })()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
