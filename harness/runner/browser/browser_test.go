package browser

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"assay.dev/assay/spec/todo"
)

func open(t *testing.T, address string, o Options) (*Page, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), todo.Must().Timeouts.SteadyState.Duration)
	t.Cleanup(cancel)
	o.Width, o.Height = 400, 300
	page, err := Open(ctx, address, o)
	if errors.Is(err, ErrMissing) {
		t.Skip(err)
	}
	if err == nil {
		t.Cleanup(page.Close)
	}
	return page, err
}

// A name is resolved as it was told, and a certificate is believed only if it is
// one of those that are trusted.
func TestTrust(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/" {
			fmt.Fprintf(w, "<!doctype html><p id=host>%s</p>", r.Host)
		}
	}))
	defer server.Close()
	resolve := map[string]string{"todo.local:443": server.Listener.Addr().String()}

	page, err := open(t, "https://todo.local/", Options{Resolve: resolve, Trust: []*x509.Certificate{server.Certificate()}})
	if err != nil {
		t.Fatal(err)
	}
	if text, err := page.Text("#host"); err != nil || text != "todo.local" {
		t.Errorf("the page says %q (%v)", text, err)
	}

	stranger := *server.Certificate()
	stranger.RawSubjectPublicKeyInfo = []byte("another key")
	for name, trust := range map[string][]*x509.Certificate{"nobody": nil, "another key": {&stranger}} {
		if _, err := open(t, "https://todo.local/", Options{Resolve: resolve, Trust: trust}); err == nil || !strings.Contains(err.Error(), "ERR_CERT") {
			t.Errorf("who trusts %s opens the page: %v", name, err)
		}
	}
}

// What goes wrong in a page is told.
func TestProblems(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			http.NotFound(w, r)
			return
		}
		fmt.Fprint(w, `<!doctype html><link rel=icon href="data:,"><img src="/missing.png"><script>throw new Error("thrown on purpose")</script>`)
	}))
	defer server.Close()
	page, err := open(t, server.URL, Options{})
	if err != nil {
		t.Fatal(err)
	}
	problems := strings.Join(page.Problems(), "\n")
	for _, want := range []string{"thrown on purpose", "/missing.png"} {
		if !strings.Contains(problems, want) {
			t.Errorf("%q is not among the problems:\n%s", want, problems)
		}
	}
	if requests := strings.Join(page.Requests(), " "); !strings.Contains(requests, server.URL+"/missing.png") {
		t.Errorf("the requests are %s", requests)
	}
}
