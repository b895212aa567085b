// Package registry serves an OCI image layout to the cluster's nodes as the
// mirror of every registry: containerd says with the query parameter ns which
// registry it meant, and the image answers under its full original reference.
package registry

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/layout"

	"assay.dev/assay/hermetic/store"
)

// Handler is a read-only registry over an image layout. It notices when the
// layout changes.
type Handler struct {
	dir   string
	inner http.Handler

	mu     sync.Mutex
	loaded time.Time
}

// New returns a handler over the layout in dir.
func New(dir string) (*Handler, error) {
	h := &Handler{dir: dir, inner: registry.New(
		registry.WithBlobHandler(registry.NewDiskBlobHandler(filepath.Join(dir, "blobs"))),
		registry.Logger(log.New(io.Discard, "", 0)),
	)}
	return h, h.refresh()
}

// ServeHTTP implements the pull half of the OCI distribution specification.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		http.Error(w, "this registry is read-only", http.StatusMethodNotAllowed)
		return
	}
	if err := h.refresh(); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	if host := r.URL.Query().Get("ns"); host != "" {
		r = r.Clone(r.Context())
		r.URL.Path = "/v2/" + host + "/" + strings.TrimPrefix(r.URL.Path, "/v2/")
	}
	h.inner.ServeHTTP(w, r)
}

// refresh loads the layout's manifests when its index has changed.
func (h *Handler) refresh() error {
	info, err := os.Stat(filepath.Join(h.dir, "index.json"))
	if err != nil {
		return fmt.Errorf("look at the image layout: %w", err)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if info.ModTime().Equal(h.loaded) {
		return nil
	}
	path, err := layout.FromPath(h.dir)
	if err != nil {
		return fmt.Errorf("open the image layout: %w", err)
	}
	index, err := path.ImageIndex()
	if err != nil {
		return fmt.Errorf("open the image layout: %w", err)
	}
	manifest, err := index.IndexManifest()
	if err != nil {
		return fmt.Errorf("read the image layout's index: %w", err)
	}
	for _, descriptor := range manifest.Manifests {
		content, err := path.Bytes(descriptor.Digest)
		if err != nil {
			return fmt.Errorf("read manifest %s: %w", descriptor.Digest, err)
		}
		if err := h.put(descriptor, content); err != nil {
			return err
		}
	}
	h.loaded = info.ModTime()
	return nil
}

// put stores a manifest under the image's full reference.
func (h *Handler) put(descriptor v1.Descriptor, content []byte) error {
	ref, err := name.NewTag(descriptor.Annotations[store.RefAnnotation])
	if err != nil {
		return fmt.Errorf("reference of manifest %s: %w", descriptor.Digest, err)
	}
	host := ref.RegistryStr()
	if host == name.DefaultRegistry { // index.docker.io is called docker.io by containerd
		host = "docker.io"
	}
	target := fmt.Sprintf("/v2/%s/%s/manifests/%s", host, ref.RepositoryStr(), ref.TagStr())
	request := httptest.NewRequestWithContext(context.Background(), http.MethodPut, target, bytes.NewReader(content))
	request.Header.Set("Content-Type", string(descriptor.MediaType))
	answer := httptest.NewRecorder()
	h.inner.ServeHTTP(answer, request)
	if answer.Code != http.StatusCreated {
		return fmt.Errorf("load %s: %d %s", ref, answer.Code, answer.Body)
	}
	return nil
}
