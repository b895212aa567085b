package registry

import (
	"bytes"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/google/go-containerregistry/pkg/registry"
)

// maxManifest is the size up to which a manifest is taken, in bytes: what registries
// have to take at least (OCI distribution specification, "Pushing manifests").
const maxManifest = 4 << 20

// Private is a registry that clients push to and pull from with credentials only. What
// was pushed stays in its directory. Methods may be called from any goroutine.
type Private struct {
	credentials Credentials
	inner       http.Handler
	manifests   manifests
}

// NewPrivate returns a private registry over a directory, with what was pushed before.
func NewPrivate(dir string, credentials Credentials) (*Private, error) {
	if credentials.User == "" || credentials.Password == "" {
		return nil, fmt.Errorf("a private registry without user or password accepts everybody")
	}
	blobs := filepath.Join(dir, "blobs")
	if err := os.MkdirAll(blobs, 0o700); err != nil {
		return nil, fmt.Errorf("make room for pushed images: %w", err)
	}
	p := &Private{
		credentials: credentials, manifests: manifests{filepath.Join(dir, "manifests")},
		inner: registry.New(
			registry.WithBlobHandler(registry.NewDiskBlobHandler(blobs)),
			registry.Logger(log.New(io.Discard, "", 0)),
		),
	}
	return p, p.manifests.replay(p.inner)
}

// ServeHTTP implements the OCI distribution specification for whom the credentials
// let in, and answers all others with 401.
func (p *Private) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !p.admits(r) {
		w.Header().Set("WWW-Authenticate", `Basic realm="assay", charset="UTF-8"`)
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = io.WriteString(w, `{"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]}`)
		return
	}
	if r.Method != http.MethodPut || !strings.Contains(r.URL.Path, manifestsPart) {
		p.inner.ServeHTTP(w, r)
		return
	}
	content, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxManifest))
	if err != nil {
		http.Error(w, err.Error(), http.StatusRequestEntityTooLarge)
		return
	}
	r = r.Clone(r.Context())
	r.Body = io.NopCloser(bytes.NewReader(content))
	answer := &accepted{ResponseWriter: w}
	// Saved before the client hears of it: what was accepted is there after a restart.
	answer.before = func() error {
		return p.manifests.save(r.URL.Path, manifest{r.Header.Get("Content-Type"), content})
	}
	p.inner.ServeHTTP(answer, r)
}

// admits compares in a time that does not depend on where the difference is.
func (p *Private) admits(r *http.Request) bool {
	user, password, ok := r.BasicAuth()
	return ok && same(user, p.credentials.User) && same(password, p.credentials.Password)
}

func same(a, b string) bool {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return subtle.ConstantTimeCompare(x[:], y[:]) == 1
}

// accepted runs something before an answer of success is sent.
type accepted struct {
	http.ResponseWriter
	before func() error
	failed bool
}

// WriteHeader implements http.ResponseWriter.
func (a *accepted) WriteHeader(code int) {
	if code == http.StatusCreated {
		if err := a.before(); err != nil {
			a.failed = true
			http.Error(a.ResponseWriter, err.Error(), http.StatusInternalServerError)
			return
		}
	}
	a.ResponseWriter.WriteHeader(code)
}

// Write implements http.ResponseWriter.
func (a *accepted) Write(p []byte) (int, error) {
	if a.failed {
		return len(p), nil
	}
	return a.ResponseWriter.Write(p)
}

// Registries is the mirror of the published registries and, for clients that mean
// one on this machine, the private registry.
type Registries struct{ Mirror, Private http.Handler }

// ServeHTTP leads to one of the two. The nodes' containerd says in ns which registry
// it means; a client that says nothing means the one that it has asked.
func (r Registries) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	if local(request.URL.Query().Get("ns")) {
		r.Private.ServeHTTP(w, request)
		return
	}
	r.Mirror.ServeHTTP(w, request)
}

func local(registry string) bool {
	host := registry
	if name, _, err := net.SplitHostPort(registry); err == nil {
		host = name
	}
	return host == "" || host == "localhost"
}
