// Package service runs a service from main to exit: configuration, JSON logs,
// metrics, the HTTP server with its timeouts, background work, and a shutdown
// that drains instead of dropping.
package service

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"assay.dev/assay/workloads/internal/dapr"
	"assay.dev/assay/workloads/internal/httpx"
)

// Timeouts of the HTTP server. Handlers have shorter ones of their own; these
// bound what a slow or hostile client can hold.
const (
	readHeaderTimeout = 5 * time.Second
	readTimeout       = 15 * time.Second
	writeTimeout      = 20 * time.Second
	idleTimeout       = 60 * time.Second
	maxHeaderBytes    = 16 << 10
)

// Runtime is what a service's build function fills.
type Runtime struct {
	Log      *slog.Logger
	Registry *prometheus.Registry
	Mux      *http.ServeMux
	Ready    *httpx.Ready
	Dapr     *dapr.Sidecar
	Config   Config

	deliveries []string
	background []func(context.Context)
	onShutdown []func()
}

// Deliveries serves the events that come to a route.
func (r *Runtime) Deliveries(route string, handler http.Handler) {
	pattern := "POST " + route
	r.Mux.Handle(pattern, handler)
	r.deliveries = append(r.deliveries, pattern)
}

// Go adds background work. It must return soon after its context ends, and may
// finish what it started.
func (r *Runtime) Go(work func(context.Context)) { r.background = append(r.background, work) }

// OnShutdown adds a call for the moment when the server stops taking requests;
// it ends hijacked connections, which the server does not know any more.
func (r *Runtime) OnShutdown(f func()) { r.onShutdown = append(r.onShutdown, f) }

// Main runs the service until SIGTERM or SIGINT and exits the process: 0 after
// a clean shutdown, 1 on an error.
func Main(name string, defaultPort int, build func(*Runtime) error) {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	config, err := ReadConfig(os.Getenv, defaultPort)
	log := slog.New(slog.NewJSONHandler(os.Stdout, &slog.HandlerOptions{Level: config.LogLevel})).With(slog.String("app", name))
	if err == nil {
		var listener net.Listener
		listener, err = new(net.ListenConfig).Listen(ctx, "tcp", ":"+strconv.Itoa(config.Port))
		if err == nil {
			err = Run(ctx, config, log, listener, build)
		}
	}
	if err != nil {
		log.Error("service failed", slog.String("error", err.Error()))
		stop()
		os.Exit(1) //nolint:gocritic // stop has run
	}
}

// Run serves on listener until ctx ends or the server fails.
func Run(ctx context.Context, config Config, log *slog.Logger, listener net.Listener, build func(*Runtime) error) error {
	sidecar, err := dapr.NewSidecar(config.Dapr)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	defer sidecar.Close()
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	rt := &Runtime{Log: log, Registry: registry, Mux: http.NewServeMux(), Ready: &httpx.Ready{}, Dapr: sidecar, Config: config}
	if err := build(rt); err != nil {
		return errors.Join(fmt.Errorf("set up: %w", err), listener.Close())
	}
	httpx.RegisterOps(rt.Mux, rt.Ready, registry)
	server := &http.Server{
		Handler:           httpx.NewInstrument(log, registry, rt.deliveries...).Wrap(httpx.RequireToken(config.AppToken, rt.Mux)),
		ReadHeaderTimeout: readHeaderTimeout, ReadTimeout: readTimeout,
		WriteTimeout: writeTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeaderBytes,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}

	work, stopWork := context.WithCancel(context.WithoutCancel(ctx))
	defer stopWork()
	var running sync.WaitGroup
	for _, f := range rt.background {
		running.Go(func() { f(work) })
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	log.Info("serving", slog.String("address", listener.Addr().String()))

	select {
	case err := <-failed:
		return fmt.Errorf("serve HTTP: %w", err)
	case <-ctx.Done():
	}
	return drain(config, rt, server, stopWork, &running)
}

// drain stops in the order in which nothing is lost: tell the cluster, answer
// what still arrives, finish open requests, then let background work end.
func drain(config Config, rt *Runtime, server *http.Server, stopWork context.CancelFunc, running *sync.WaitGroup) error {
	rt.Log.Info("draining", slog.String("delay", config.DrainDelay.String()))
	rt.Ready.Drain()
	time.Sleep(config.DrainDelay)

	ctx, cancel := context.WithTimeout(context.Background(), config.ShutdownTimeout)
	defer cancel()
	for _, f := range rt.onShutdown {
		f()
	}
	err := server.Shutdown(ctx)
	if err != nil {
		err = fmt.Errorf("requests still open after %s: %w", config.ShutdownTimeout, err)
	}
	stopWork()
	done := make(chan struct{})
	go func() { running.Wait(); close(done) }()
	select {
	case <-done:
		rt.Log.Info("stopped")
		return err
	case <-ctx.Done():
		return errors.Join(err, fmt.Errorf("background work still runs after %s", config.ShutdownTimeout))
	}
}
