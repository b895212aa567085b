package service

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

func environment(values map[string]string) func(string) string {
	return func(name string) string { return values[name] }
}

func TestReadConfig(t *testing.T) {
	config, err := ReadConfig(environment(nil), 8000)
	if err != nil {
		t.Fatal(err)
	}
	if config.Port != 8000 || config.Dapr.HTTPPort != "3500" || config.Dapr.GRPCPort != "50001" ||
		config.Dapr.PubSub != "pubsub-kafka" || config.Dapr.StateStore != "statestore" || config.LogLevel != slog.LevelInfo {
		t.Errorf("defaults: %+v", config)
	}
	if config.AppToken != "" {
		t.Error("a token is required that nobody was given")
	}
	if config, err = ReadConfig(environment(map[string]string{"APP_API_TOKEN": "x"}), 8000); err != nil || config.AppToken != "x" {
		t.Errorf("with a token: %q, %v", config.AppToken, err)
	}
	_, err = ReadConfig(environment(map[string]string{"PORT": "http", "LOG_LEVEL": "loud", "DRAIN_DELAY": "2", "SHUTDOWN_TIMEOUT": "-1s"}), 8000)
	for _, name := range []string{"PORT", "LOG_LEVEL", "DRAIN_DELAY", "SHUTDOWN_TIMEOUT"} {
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("error %v does not name %s", err, name)
		}
	}
}

// start runs a service and returns its address and the result of Run.
func start(t *testing.T, ctx context.Context, config Config, build func(*Runtime) error) (string, <-chan error) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- Run(ctx, config, slog.New(slog.DiscardHandler), listener, build) }()
	return "http://" + listener.Addr().String(), done
}

func await(t *testing.T, what string, done <-chan error) error {
	t.Helper()
	select {
	case err := <-done:
		return err
	case <-time.After(5 * time.Second):
		t.Fatalf("no end of %s", what)
		return nil
	}
}

func TestShutdownFinishesOpenRequestsAndBackgroundWork(t *testing.T) {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	entered, release, flushed, hook := make(chan struct{}), make(chan struct{}), make(chan struct{}), make(chan struct{})
	url, done := start(t, ctx, Config{ShutdownTimeout: 5 * time.Second}, func(rt *Runtime) error {
		rt.Mux.HandleFunc("GET /slow", func(w http.ResponseWriter, _ *http.Request) {
			close(entered)
			<-release
			_, _ = io.WriteString(w, "finished")
		})
		rt.Go(func(ctx context.Context) {
			<-ctx.Done()
			close(flushed)
		})
		rt.OnShutdown(func() { close(hook) })
		return nil
	})

	type answer struct {
		body string
		err  error
	}
	answers := make(chan answer, 1)
	go func() {
		resp, err := http.Get(url + "/slow")
		if err != nil {
			answers <- answer{err: err}
			return
		}
		body, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		answers <- answer{string(body), err}
	}()
	<-entered
	stop()
	<-hook
	select {
	case <-flushed:
		t.Error("background work ended before the open request")
	default:
	}
	close(release)
	if got := <-answers; got.err != nil || got.body != "finished" {
		t.Errorf("the open request got %+v", got)
	}
	if err := await(t, "Run", done); err != nil {
		t.Errorf("Run = %v", err)
	}
	<-flushed
}

func TestShutdownIsBounded(t *testing.T) {
	ctx, stop := context.WithCancel(context.Background())
	release := make(chan struct{})
	defer close(release)
	_, done := start(t, ctx, Config{ShutdownTimeout: 20 * time.Millisecond}, func(rt *Runtime) error {
		rt.Go(func(context.Context) { <-release })
		return nil
	})
	stop()
	if err := await(t, "Run", done); err == nil || !strings.Contains(err.Error(), "background work") {
		t.Errorf("Run = %v", err)
	}
}

func TestSetUpErrorsEndTheService(t *testing.T) {
	_, done := start(t, context.Background(), Config{}, func(*Runtime) error { return io.ErrUnexpectedEOF })
	if err := await(t, "Run", done); err == nil || !strings.Contains(err.Error(), "set up") {
		t.Errorf("Run = %v", err)
	}
}

func TestCallsWithoutTheTokenAreRefused(t *testing.T) {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	config, err := ReadConfig(environment(map[string]string{"APP_API_TOKEN": "s3cr3t", "DRAIN_DELAY": "0s"}), 8000)
	if err != nil {
		t.Fatal(err)
	}
	address, done := start(t, ctx, config, func(r *Runtime) error {
		r.Mux.HandleFunc("GET /work", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
		return nil
	})
	for _, tc := range []struct {
		path, token string
		status      int
	}{{"/work", "", 401}, {"/work", "x", 401}, {"/work", "s3cr3t", 204}, {"/healthz", "", 200}, {"/metrics", "", 200}} {
		request, err := http.NewRequest(http.MethodGet, address+tc.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		if tc.token != "" {
			request.Header.Set("dapr-api-token", tc.token)
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		if response.StatusCode != tc.status {
			t.Errorf("%s with %q: %d, want %d", tc.path, tc.token, response.StatusCode, tc.status)
		}
	}
	stop()
	if err := await(t, "the service", done); err != nil {
		t.Error(err)
	}
}
