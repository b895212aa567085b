// Command nginx-standin is an Ingress controller in one process tree: it runs
// NGINX, keeps it at what the cluster's Ingresses say, and ends with it.
//
// It stands in for F5's NGINX Ingress Controller where no container registry
// answers; standins/ingress/README.md tells what it honours.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	log := slog.New(slog.NewJSONHandler(os.Stderr, nil))
	settings, err := parse(os.Args[1:], os.Stderr)
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	err = run(ctx, settings, log)
	stop()
	if err != nil {
		log.Error("ending", "error", err)
		os.Exit(1)
	}
}
