package nginx

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	networkingv1 "k8s.io/api/networking/v1"

	"assay.dev/assay/standins/ingress/config"
	"assay.dev/assay/standins/ingress/internal/fixture"
)

// testDeadline bounds each test that runs NGINX.
const testDeadline = 60 * time.Second

// proxy is a real NGINX on the loopback with pods a to e behind it, all of
// which are test servers.
type proxy struct {
	*Server
	t    *testing.T
	ctx  context.Context
	opts config.Options
	// pods by the address that the configuration has for them.
	pods map[string]netip.AddrPort
	log  *syncBuffer
}

type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

func nginxBinary(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"nginx", "/usr/sbin/nginx"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Skip("NGINX is not installed (Debian's package nginx)")
	return ""
}

func newProxy(t *testing.T) *proxy {
	t.Helper()
	binary := nginxBinary(t)
	ctx, cancel := context.WithTimeout(t.Context(), testDeadline)
	t.Cleanup(cancel)
	dir := t.TempDir()
	// Workers of an NGINX that root started must get to their directories.
	for _, parent := range []string{dir, filepath.Dir(dir)} {
		if err := os.Chmod(parent, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	p := &proxy{
		t: t, ctx: ctx, log: &syncBuffer{}, pods: make(map[string]netip.AddrPort),
		opts: config.Options{
			ClassName: fixture.ClassName, ControllerName: fixture.ControllerName,
			HTTPListen: freeAddress(t), HTTPSListen: freeAddress(t),
			RunDir: filepath.Join(dir, "run"), TempDir: filepath.Join(dir, "tmp"),
			AccessLog: filepath.Join(dir, "access.log"),
			Workers:   2, WorkerConnections: 512,
			ShutdownTimeout: 20 * time.Second, ConnectTimeout: 2 * time.Second, ReadTimeout: 20 * time.Second,
			Now: fixture.Epoch,
		},
	}
	p.opts.RedirectPort = portOf(p.opts.HTTPSListen)
	p.Server = p.newServer(binary)
	for i, name := range []string{"a", "b", "c", "d", "e"} {
		p.pod("10.0.0."+strconv.Itoa(i+1), echo(name))
	}
	return p
}

func (p *proxy) newServer(binary string) *Server {
	p.t.Helper()
	server, err := New(Settings{
		Binary: binary, RunDir: p.opts.RunDir, TempDir: p.opts.TempDir, Stderr: p.log,
		Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() {
		stop, cancel := context.WithCancel(context.Background())
		cancel() // no grace: clients are gone
		if err := server.Stop(stop); err != nil {
			p.t.Errorf("stopping NGINX: %v", err)
		}
		if p.t.Failed() {
			p.t.Logf("NGINX's log:\n%s", p.log)
		}
	})
	return server
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

func portOf(address string) int {
	return int(netip.MustParseAddrPort(address).Port())
}

// pod serves handler behind the pod address ip.
func (p *proxy) pod(ip string, handler http.Handler) *httptest.Server {
	server := httptest.NewServer(handler)
	p.t.Cleanup(server.Close)
	p.pods[ip+":3000"] = netip.MustParseAddrPort(server.Listener.Addr().String())
	return server
}

// seen is what a pod saw of a request.
type seen struct {
	Pod, Method, URI, Host string
	Header                 http.Header
}

func echo(name string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = json.NewEncoder(w).Encode(seen{name, r.Method, r.RequestURI, r.Host, r.Header})
	})
}

// input has the services a to e with the pods 10.0.0.1 to .5.
func input(ingresses ...*networkingv1.Ingress) config.Input {
	in := config.Input{Ingresses: ingresses, IngressClasses: []*networkingv1.IngressClass{fixture.Class()}}
	for i, name := range []string{"a", "b", "c", "d", "e"} {
		in.Services = append(in.Services, fixture.Service(name))
		in.EndpointSlices = append(in.EndpointSlices, fixture.Endpoints(name, fixture.Pod("10.0.0."+strconv.Itoa(i+1), "rs")))
	}
	return in
}

// serve applies the configuration of a snapshot. The pods' addresses are
// replaced by those of the test servers: the loopback is not allowed to pods.
func (p *proxy) serve(in config.Input) *config.Model {
	p.t.Helper()
	model := config.Build(in, p.opts)
	for i, upstream := range model.Upstreams {
		servers := slices.Clone(upstream.Servers)
		for j, server := range servers {
			real, found := p.pods[server.String()]
			if !found {
				p.t.Fatalf("no test server stands for %s", server)
			}
			servers[j] = real
		}
		model.Upstreams[i].Servers = servers
	}
	if err := p.Apply(p.ctx, model.Bundle(p.opts)); err != nil {
		p.t.Fatal(err)
	}
	return model
}
