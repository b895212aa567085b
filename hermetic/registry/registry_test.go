package registry

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/validate"

	"assay.dev/assay/hermetic/store"
)

func serve(t *testing.T, refs ...string) (*httptest.Server, *store.Store) {
	t.Helper()
	s, err := store.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	put(t, s, refs...)
	h, err := New(s.LayoutDir())
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server, s
}

func put(t *testing.T, s *store.Store, refs ...string) {
	t.Helper()
	for _, ref := range refs {
		image, err := random.Image(512, 1)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.PutImage(ref, "k", image); err != nil {
			t.Fatal(err)
		}
	}
}

func status(t *testing.T, url string) int {
	t.Helper()
	answer, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	return answer.StatusCode
}

func TestMirrorAnswersForEveryRegistry(t *testing.T) {
	server, _ := serve(t, "docker.io/library/postgres:15", "ghcr.io/dapr/daprd:1")
	for path, want := range map[string]int{
		"/v2/": http.StatusOK,
		"/v2/library/postgres/manifests/15?ns=docker.io":   http.StatusOK,
		"/v2/dapr/daprd/manifests/1?ns=ghcr.io":            http.StatusOK,
		"/v2/dapr/daprd/manifests/1?ns=quay.io":            http.StatusNotFound,
		"/v2/library/postgres/manifests/16?ns=docker.io":   http.StatusNotFound,
		"/v2/docker.io/library/postgres/manifests/15":      http.StatusOK,
		"/v2/library/postgres/manifests/15?ns=example.org": http.StatusNotFound,
	} {
		if got := status(t, server.URL+path); got != want {
			t.Errorf("%s: %d, want %d", path, got, want)
		}
	}
}

func TestPulledImageIsWhole(t *testing.T) {
	server, _ := serve(t, "ghcr.io/dapr/daprd:1")
	ref, err := name.NewTag(strings.TrimPrefix(server.URL, "http://")+"/ghcr.io/dapr/daprd:1", name.Insecure)
	if err != nil {
		t.Fatal(err)
	}
	image, err := remote.Image(ref)
	if err != nil {
		t.Fatal(err)
	}
	if err := validate.Image(image); err != nil {
		t.Error(err)
	}
}

func TestImageAddedLaterIsServed(t *testing.T) {
	server, s := serve(t, "ghcr.io/dapr/daprd:1")
	put(t, s, "ghcr.io/dapr/daprd:2")
	if got := status(t, server.URL+"/v2/dapr/daprd/manifests/2?ns=ghcr.io"); got != http.StatusOK {
		t.Errorf("status %d", got)
	}
}

func TestPushIsRefused(t *testing.T) {
	server, _ := serve(t, "ghcr.io/dapr/daprd:1")
	answer, err := http.Post(server.URL+"/v2/dapr/daprd/blobs/uploads/", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	if answer.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("status %d, want %d", answer.StatusCode, http.StatusMethodNotAllowed)
	}
}
