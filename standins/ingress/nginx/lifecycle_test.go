package nginx

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"assay.dev/assay/standins/ingress/config"
	"assay.dev/assay/standins/ingress/internal/fixture"
)

func TestStopLetsRequestsFinish(t *testing.T) {
	p := newProxy(t)
	arrived, finish := make(chan struct{}), make(chan struct{})
	var later atomic.Bool
	p.pod("10.0.0.1", http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		if !later.Swap(true) {
			close(arrived)
			<-finish
		}
	}))
	p.serve(input(fixture.Ingress("web", 0, "h / P a")))
	answered := make(chan int, 1)
	go func() {
		status, err := ask(p.ctx, p.client(), http.MethodGet)
		if err != nil {
			status = -1
		}
		answered <- status
	}()
	receive(p, arrived, "the request reaches the pod")
	stopped := make(chan error, 1)
	go func() { stopped <- p.Stop(p.ctx) }()
	waitFor(t, func() bool {
		_, err := ask(p.ctx, p.client(), http.MethodGet)
		return err != nil
	}, "new connections are refused")
	close(finish)
	if status := receive(p, answered, "the request is answered"); status != 200 {
		t.Errorf("the request under way got %d", status)
	}
	if err := receive(p, stopped, "NGINX stops"); err != nil {
		t.Errorf("Stop: %v", err)
	}
	receive(p, p.Exited(), "NGINX ends")
}

func TestStopDoesNotWaitLongerThanItMay(t *testing.T) {
	p := newProxy(t)
	arrived, finish := make(chan struct{}), make(chan struct{})
	p.pod("10.0.0.1", http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		close(arrived)
		<-finish
	}))
	t.Cleanup(func() { close(finish) })
	p.serve(input(fixture.Ingress("web", 0, "h / P a")))
	answered := make(chan error, 1)
	go func() {
		_, err := ask(p.ctx, p.client(), http.MethodGet)
		answered <- err
	}()
	receive(p, arrived, "the request reaches the pod")
	ctx, cancel := context.WithTimeout(p.ctx, 200*time.Millisecond)
	defer cancel()
	start := time.Now()
	if err := p.Stop(ctx); err != nil {
		t.Errorf("Stop: %v", err)
	}
	if took := time.Since(start); took > fastStopTimeout {
		t.Errorf("stopping took %v", took)
	}
	if err := receive(p, answered, "the request is cut off"); err == nil {
		t.Error("the request that had no time left was answered")
	}
}

func TestTheMastersDeathIsNoticedAndLeavesNoWorkers(t *testing.T) {
	p := newProxy(t)
	p.serve(input(fixture.Ingress("web", 0, "h / P a")))
	if err := p.Alive(p.ctx); err != nil {
		t.Errorf("Alive: %v", err)
	}
	pids, err := workers(p.running().cmd.Process.Pid)
	if err != nil || len(pids) == 0 {
		t.Fatalf("workers %v, %v", pids, err)
	}
	if err := p.running().cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	receive(p, p.Exited(), "the master's end is noticed")
	if p.Err() == nil {
		t.Error("there is no error")
	}
	waitFor(t, func() bool { return allRetired(pids) }, "the workers are gone")
	if err := p.Alive(p.ctx); err == nil {
		t.Error("a dead NGINX is alive")
	}
	if err := p.Apply(p.ctx, config.Build(input(), p.opts).Bundle(p.opts)); err == nil {
		t.Error("a dead NGINX took a configuration")
	}
}

// TestARestartInTheSameDirectory is what a container's restart in its pod is:
// the directories are still there, with what the NGINX before left in them.
func TestARestartInTheSameDirectory(t *testing.T) {
	for _, signal := range []syscall.Signal{syscall.SIGQUIT, syscall.SIGKILL} {
		t.Run(signal.String(), func(t *testing.T) {
			p := newProxy(t)
			p.serve(input(fixture.Ingress("web", 0, "h / P a")))
			if err := p.running().cmd.Process.Signal(signal); err != nil {
				t.Fatal(err)
			}
			receive(p, p.Exited(), "NGINX ends")
			p.Server = p.newServer(nginxBinary(t))
			p.serve(input(fixture.Ingress("web", 0, "h / P b")))
			if status, saw := p.raw("h", "/"); status != 200 || saw.Pod != "b" {
				t.Errorf("status %d from %q", status, saw.Pod)
			}
		})
	}
}

func TestCertificateFilesArePrivateAndRemovedWhenUnused(t *testing.T) {
	p := newProxy(t)
	in, _, _ := tlsInput(t)
	p.serve(in)
	list := func() []string {
		files, err := filepath.Glob(filepath.Join(p.opts.RunDir, "certificates", "*"))
		if err != nil {
			t.Fatal(err)
		}
		return files
	}
	if got := len(list()); got != 4 {
		t.Errorf("%d files for 2 certificates", got)
	}
	for _, file := range list() {
		info, err := os.Stat(file)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", file, info.Mode(), err)
		}
	}
	p.serve(input(fixture.Ingress("web", 0, "h / P a")))
	if got := len(list()); got != 0 {
		t.Errorf("%d files for no certificate", got)
	}
}

func TestNewSaysWhatIsMissing(t *testing.T) {
	_, err := New(Settings{Binary: "no-such-nginx", RunDir: t.TempDir(), TempDir: t.TempDir()})
	if err == nil || !strings.Contains(err.Error(), "install the package nginx") {
		t.Errorf("New: %v", err)
	}
}

func TestErrorLogLosesQueriesOnly(t *testing.T) {
	out := &syncBuffer{}
	log := &errorLog{out: out}
	for _, part := range []string{`[error] request: "GET /x?tok`, `en=hush HTTP/1.1", upstream: "http://10.0.0.1:80/x?token=hush", `, "referrer: \"http://h/?a=hush\"\nnext line?hush\n", strings.Repeat("y", maxLine+1), "\nend"} {
		if n, err := log.Write([]byte(part)); n != len(part) || err != nil {
			t.Fatal(n, err)
		}
	}
	log.flush()
	want := "[error] request: \"GET /x?… HTTP/1.1\", upstream: \"http://10.0.0.1:80/x?…\", referrer: \"http://h/?…\"\nnext line?…\n" + strings.Repeat("y", maxLine+1) + "\nend"
	if out.String() != want {
		t.Errorf("got %.300q", out.String())
	}
}
