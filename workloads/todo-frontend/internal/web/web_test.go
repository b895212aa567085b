package web

import (
	"context"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/prometheus/client_golang/prometheus"

	"assay.dev/assay/workloads/internal/httpx"
)

// serve runs the frontend in front of worker as the service does.
func serve(t *testing.T, worker string) string {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	mux := http.NewServeMux()
	if err := Register(mux, Config{Worker: worker, Token: "", APIPath: "/api/tasks"}, log); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(httpx.NewInstrument(log, prometheus.NewRegistry()).Wrap(mux))
	t.Cleanup(server.Close)
	return server.URL
}

// answer is a response with its body read.
type answer struct {
	code   int
	header http.Header
	body   string
}

func get(t *testing.T, url string) answer {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{resp.StatusCode, resp.Header, string(body)}
}

func TestThePageAndItsFilesAreServed(t *testing.T) {
	url := serve(t, "http://127.0.0.1:1")
	for path, contentType := range map[string]string{
		"/": "text/html", "/app.js": "text/javascript", "/model.js": "text/javascript", "/style.css": "text/css", "/icon.svg": "image/svg+xml",
	} {
		got := get(t, url+path)
		if got.code != http.StatusOK || !strings.HasPrefix(got.header.Get("Content-Type"), contentType) || got.body == "" {
			t.Errorf("%s: %d %s", path, got.code, got.header.Get("Content-Type"))
		}
		if !strings.Contains(got.header.Get("Content-Security-Policy"), "script-src 'self'") || got.header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: headers %v", path, got.header)
		}
	}
	if got := get(t, url+"/nothing"); got.code != http.StatusNotFound {
		t.Errorf("unknown path: %d", got.code)
	}
}

// TestThePageNeedsNothingFromElsewhere holds the page to its own policy: no
// inline script or style, no address of another host.
func TestThePageNeedsNothingFromElsewhere(t *testing.T) {
	files, err := fs.Glob(static, "static/*")
	if err != nil {
		t.Fatal(err)
	}
	forbidden := regexp.MustCompile(`https?://|<script>|<style|\son\w+=|style="|innerHTML|eval\(`)
	for _, name := range files {
		raw, err := fs.ReadFile(static, name)
		if err != nil {
			t.Fatal(err)
		}
		text := strings.ReplaceAll(string(raw), "http://www.w3.org/2000/svg", "")
		if found := forbidden.FindString(text); found != "" {
			t.Errorf("%s contains %q", name, found)
		}
	}
	page, err := fs.ReadFile(static, "static/index.html")
	if err != nil {
		t.Fatal(err)
	}
	script, err := fs.ReadFile(static, "static/app.js")
	if err != nil {
		t.Fatal(err)
	}
	for _, match := range regexp.MustCompile(`\$\("([a-z-]+)"\)`).FindAllStringSubmatch(string(script), -1) {
		if !strings.Contains(string(page), `id="`+match[1]+`"`) {
			t.Errorf("app.js looks for #%s, which the page does not have", match[1])
		}
	}
}

func TestTheSocketIsRelayedWithTheBrowsersHost(t *testing.T) {
	type arrival struct{ host, path, trace, origin string }
	arrivals := make(chan arrival, 1)
	worker := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		arrivals <- arrival{r.Host, r.URL.RequestURI(), r.Header.Get("traceparent"), r.Header.Get("Origin")}
		conn, err := websocket.Accept(w, r, nil)
		if err != nil {
			return
		}
		_ = conn.Write(r.Context(), websocket.MessageText, []byte("hello"))
		_ = conn.Close(websocket.StatusGoingAway, "restart")
	}))
	defer worker.Close()
	url := serve(t, worker.URL)
	host := strings.TrimPrefix(url, "http://")

	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	headers := http.Header{"Origin": {url}, "Traceparent": {"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}}
	conn, _, err := websocket.Dial(ctx, url+"/ws?user_id=u", &websocket.DialOptions{HTTPHeader: headers}) //nolint:bodyclose // Dial keeps the body
	if err != nil {
		t.Fatal(err)
	}
	got := <-arrivals
	if got.host != host || got.path != "/ws?user_id=u" || got.origin != url || !strings.HasPrefix(got.trace, "00-4bf92f3577b34da6a3ce929d0e0e4736-") {
		t.Errorf("the worker saw %+v", got)
	}
	if _, message, err := conn.Read(ctx); err != nil || string(message) != "hello" {
		t.Errorf("read %s, %v", message, err)
	}
	if _, _, err := conn.Read(ctx); websocket.CloseStatus(err) != websocket.StatusGoingAway {
		t.Errorf("close = %v", err)
	}
}

func TestWithoutTheWorkerThePageIsTold(t *testing.T) {
	got := get(t, serve(t, "http://127.0.0.1:1")+"/ws?user_id=u")
	if got.code != http.StatusBadGateway || !strings.Contains(got.body, "no-live-updates") {
		t.Errorf("%d %s", got.code, got.body)
	}
}

func TestABadWorkerURLIsRefused(t *testing.T) {
	for _, worker := range []string{"", "websocket-worker:8004", "://"} {
		if err := Register(http.NewServeMux(), Config{Worker: worker, Token: "", APIPath: "/api/tasks"}, slog.New(slog.DiscardHandler)); err == nil {
			t.Errorf("Register accepted %q", worker)
		}
	}
}

// TestTheScripts runs model_test.mjs where Node is installed.
func TestTheScripts(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("Node is not installed")
	}
	for _, args := range [][]string{{"--check", "static/app.js"}, {"--test", "model_test.mjs"}} {
		if out, err := exec.CommandContext(t.Context(), node, args...).CombinedOutput(); err != nil {
			t.Errorf("node %v: %v\n%s", args, err, out)
		}
	}
}

// The worker is called with the frontend's token, whatever a browser sends.
func TestTheRelayBringsTheToken(t *testing.T) {
	for token, want := range map[string][]string{"s3cr3t": {"s3cr3t"}, "": nil} {
		got := make(chan []string, 1)
		worker := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got <- r.Header.Values("dapr-api-token") }))
		t.Cleanup(worker.Close)
		mux := http.NewServeMux()
		if err := Register(mux, Config{Worker: worker.URL, Token: token, APIPath: "/api/tasks"}, slog.New(slog.DiscardHandler)); err != nil {
			t.Fatal(err)
		}
		request := httptest.NewRequest(http.MethodGet, "/ws", nil)
		request.Header.Set("dapr-api-token", "a browser's")
		mux.ServeHTTP(httptest.NewRecorder(), request)
		if seen := <-got; !slices.Equal(seen, want) {
			t.Errorf("the worker got %q, want %q", seen, want)
		}
	}
}
