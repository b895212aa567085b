// Package web serves the todo page and relays its WebSocket.
//
// The page's scripts talk to /api, which the ingress sends to todo-backend.
// The specification's ingress has no route for live updates, only "/" and
// "/api", so the socket arrives here and is passed on to websocket-worker's
// Service. Dapr's service invocation cannot carry it: it turns HTTP into gRPC
// calls and has no protocol upgrade. A third ingress path would work too, but
// is not what the specification says.
package web

import (
	"bytes"
	"embed"
	"fmt"
	"html"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httputil"
	"net/url"
	"time"

	"assay.dev/assay/workloads/internal/httpx"
	"assay.dev/assay/workloads/internal/tracing"
)

//go:embed static
var static embed.FS

const (
	// upgradeTimeout bounds websocket-worker's answer to the upgrade.
	upgradeTimeout = 5 * time.Second
	// cacheControl lets browsers keep the page but ask each time whether it
	// changed: a new deployment must not meet an old script.
	cacheControl = "no-cache"
)

// policy allows the page its own scripts, styles and connections and nothing
// else. No scheme is named for the socket: 'self' covers ws and wss of the
// page's host (CSP level 3).
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// Config is where the page's parts are.
type Config struct {
	// Worker is websocket-worker's base URL, Token what it wants to be called with.
	Worker, Token string
	// APIPath is where the ingress has the tasks API.
	APIPath string
}

// Register adds the page and the relay to mux.
func Register(mux *http.ServeMux, config Config, log *slog.Logger) error {
	target, err := url.Parse(config.Worker)
	if err != nil || target.Host == "" {
		return fmt.Errorf("WEBSOCKET_WORKER_URL must be a URL such as http://websocket-worker:8004, not %q", config.Worker)
	}
	files, err := fs.Sub(static, "static")
	if err != nil {
		return fmt.Errorf("open the embedded page: %w", err)
	}
	page, err := pageOf(files, config.APIPath)
	if err != nil {
		return err
	}
	mux.Handle("GET /ws", relay(target, config.Token, log))
	mux.Handle("GET /{$}", secured(page))
	mux.Handle("GET /", secured(http.FileServerFS(files)))
	return nil
}

// pageOf serves the page with the path of the API, which its script reads.
func pageOf(files fs.FS, path string) (http.Handler, error) {
	page, err := fs.ReadFile(files, "index.html")
	if err != nil {
		return nil, fmt.Errorf("open the embedded page: %w", err)
	}
	const place = `data-api="/api/tasks"`
	if bytes.Count(page, []byte(place)) != 1 {
		return nil, fmt.Errorf("the embedded page does not have %s once", place)
	}
	page = bytes.Replace(page, []byte(place), []byte(`data-api="`+html.EscapeString(path)+`"`), 1)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.ServeContent(w, r, "index.html", time.Time{}, bytes.NewReader(page))
	}), nil
}

// secured adds the headers of a page that embeds and is embedded by nobody.
func secured(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", cacheControl)
		next.ServeHTTP(w, r)
	})
}

// relay passes the upgrade on and then copies bytes both ways. The Host stays
// the browser's, by which websocket-worker checks the page's origin.
func relay(target *url.URL, token string, log *slog.Logger) http.Handler {
	transport := &http.Transport{ResponseHeaderTimeout: upgradeTimeout, MaxIdleConnsPerHost: 8, IdleConnTimeout: time.Minute}
	return &httputil.ReverseProxy{
		Transport: transport,
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(target)
			r.Out.Host = r.In.Host
			r.SetXForwarded()
			tracing.Inject(r.In.Context(), r.Out.Header)
			r.Out.Header.Del(httpx.TokenHeader)
			if token != "" {
				r.Out.Header.Set(httpx.TokenHeader, token)
			}
		},
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, err error) {
			log.Warn("live updates are not available", slog.String("error", err.Error()))
			httpx.WriteProblem(w, httpx.NewProblem(http.StatusBadGateway, "no-live-updates", "No live updates",
				"The page works without them and looks for changes every few seconds."))
		},
	}
}
