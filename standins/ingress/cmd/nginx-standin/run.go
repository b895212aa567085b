package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/go-logr/logr"
	"k8s.io/apimachinery/pkg/types"
	ctrl "sigs.k8s.io/controller-runtime"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	"assay.dev/assay/standins/ingress/config"
	"assay.dev/assay/standins/ingress/controller"
	"assay.dev/assay/standins/ingress/nginx"
)

// run serves until the context ends, then drains; anything else that ends it is
// an error.
func run(ctx context.Context, s *settings, log *slog.Logger) error {
	ctrl.SetLogger(logr.FromSlogHandler(log.Handler()))
	server, err := nginx.New(nginx.Settings{
		Binary: s.nginx, RunDir: s.runDir, TempDir: s.tempDir,
		Stdout: os.Stdout, Stderr: os.Stderr, Log: log,
	})
	if err != nil {
		return err
	}
	progress := controller.NewProgress()
	mgr, err := newManager(s, server, progress)
	if err != nil {
		return err
	}
	// The parts go on after the context ends, until NGINX has drained.
	working, stop := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan error, 2)
	go func() { ended <- fmt.Errorf("the controller ended: %w", orCanceled(mgr.Start(working))) }()
	go func() {
		ended <- fmt.Errorf("answering probes: %w", serveHealth(working, s.healthListen, progress, server))
	}()

	var cause error
	running := 2
	select {
	case <-ctx.Done():
		log.Info("draining", "delay", s.drainDelay.String(), "timeout", s.drainTimeout.String())
		progress.Drain()
		awaitDelay(s.drainDelay, server.Exited())
	case <-server.Exited():
		cause = fmt.Errorf("NGINX ended: %w", orUnknown(server.Err()))
	case cause = <-ended:
		running--
	}
	// No reload may come between NGINX and its end.
	stop()
	for range running {
		<-ended
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.drainTimeout)
	defer cancel()
	return errors.Join(cause, server.Stop(grace))
}

func newManager(s *settings, server *nginx.Server, progress *controller.Progress) (ctrl.Manager, error) {
	rest, err := ctrl.GetConfig()
	if err != nil {
		return nil, fmt.Errorf("finding the cluster: %w; run in a pod or set KUBECONFIG", err)
	}
	published := types.NamespacedName(s.publishService)
	mgr, err := ctrl.NewManager(rest, ctrl.Options{
		Cache:   controller.CacheOptions(s.watchNamespaces, published),
		Metrics: metricsserver.Options{BindAddress: "0"},
		// There is no leader: each replica has its own NGINX to keep, and all
		// write the same status.
		LeaderElection: false,
	})
	if err != nil {
		return nil, fmt.Errorf("connecting to the cluster: %w", err)
	}
	reconciler := &controller.Reconciler{
		Client:    mgr.GetClient(),
		Recorder:  mgr.GetEventRecorderFor("nginx-ingress-controller"),
		DataPlane: server, Progress: progress,
		Options: s.options(), Debounce: s.debounce,
		StatusAddresses: s.statusAddresses, PublishService: published,
	}
	return mgr, reconciler.SetupWithManager(mgr)
}

func (s *settings) options() config.Options {
	return config.Options{
		ClassName: s.className, ControllerName: s.controllerName,
		HTTPListen: s.httpListen, HTTPSListen: s.httpsListen, RedirectPort: s.redirectPort,
		RunDir: s.runDir, TempDir: s.tempDir, AccessLog: s.accessLog,
		Workers: s.workers, WorkerConnections: s.workerConnections,
		ShutdownTimeout: s.workerShutdownTimeout, ConnectTimeout: s.connectTimeout, ReadTimeout: s.readTimeout,
		TrustedProxies: s.trustedProxies,
	}
}

// serveHealth answers probes until the context ends.
func serveHealth(ctx context.Context, address string, progress *controller.Progress, server *nginx.Server) error {
	const limit = 5 * time.Second // for one probe, which NGINX answers in a moment
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return err
	}
	probes := &http.Server{
		Handler:      http.TimeoutHandler(controller.Health(progress, server.Alive), limit, "NGINX does not answer\n"),
		ReadTimeout:  limit,
		WriteTimeout: 2 * limit,
	}
	stopped := context.AfterFunc(ctx, func() { _ = probes.Close() })
	defer stopped()
	return probes.Serve(listener)
}

func awaitDelay(delay time.Duration, exited <-chan struct{}) {
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-exited:
	}
}

func orCanceled(err error) error {
	if err == nil {
		return context.Canceled
	}
	return err
}

func orUnknown(err error) error {
	if err == nil {
		return errors.New("without an error")
	}
	return err
}
