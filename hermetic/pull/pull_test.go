package pull

import (
	"bytes"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"assay.dev/assay/hermetic/store"
)

const (
	imageRef = "docker.io/library/postgres:15"
	chartRef = "ghcr.io/nginx/charts/nginx-ingress:2.5.3"
)

// mirrorOf serves a registry and returns it as a mirror with a prefix.
func mirrorOf(t *testing.T, wrap func(http.Handler) http.Handler) Mirror {
	t.Helper()
	server := httptest.NewServer(wrap(registry.New(registry.Logger(log.New(io.Discard, "", 0)))))
	t.Cleanup(server.Close)
	mirror, err := ParseMirror(strings.TrimPrefix(server.URL, "http://") + "/proxy")
	if err != nil {
		t.Fatal(err)
	}
	return mirror
}

func plain(handler http.Handler) http.Handler { return handler }

// refusing answers with status while down is set.
func refusing(down *atomic.Bool, status int) func(http.Handler) http.Handler {
	return func(inner http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if down.Load() {
				w.WriteHeader(status)
				return
			}
			inner.ServeHTTP(w, r)
		})
	}
}

func puller(t *testing.T, mirror Mirror) *Puller {
	t.Helper()
	t.Setenv("DOCKER_CONFIG", t.TempDir())
	s, err := store.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return New(s, mirror, "amd64")
}

func imageFor(t *testing.T, arch string) v1.Image {
	t.Helper()
	image, err := random.Image(1<<20, 2)
	if err != nil {
		t.Fatal(err)
	}
	config, err := image.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	config = config.DeepCopy()
	config.OS, config.Architecture = "linux", arch
	if image, err = mutate.ConfigFile(image, config); err != nil {
		t.Fatal(err)
	}
	return image
}

func push(t *testing.T, mirror Mirror, repository string, image v1.Image) {
	t.Helper()
	ref, err := name.ParseReference(mirror.String() + "/" + repository)
	if err != nil {
		t.Fatal(err)
	}
	if err := remote.Write(ref, image); err != nil {
		t.Fatal(err)
	}
}

// metered is a log that remembers what it was told.
type metered struct {
	bytes.Buffer
	done, total atomic.Int64
}

func (m *metered) Transferred(done, total int64) { m.done.Store(done); m.total.Store(total) }

func TestImageIsCopiedOnceUnderItsPublicReference(t *testing.T) {
	for where, repository := range map[string]string{
		"a mirror that keeps registries apart":  "docker.io/library/postgres:15",
		"a mirror that shows registries as one": "library/postgres:15",
	} {
		var blobs atomic.Int64
		mirror := mirrorOf(t, func(inner http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if strings.Contains(r.URL.Path, "/blobs/") {
					blobs.Add(1)
				}
				inner.ServeHTTP(w, r)
			})
		})
		want := imageFor(t, "amd64")
		push(t, mirror, repository, want)
		p := puller(t, mirror)
		var log metered
		got, err := p.Image(t.Context(), &log, imageRef)
		if err != nil {
			t.Fatalf("%s: %v", where, err)
		}
		wantDigest, _ := want.Digest()
		if digest, err := got.Digest(); err != nil || digest != wantDigest {
			t.Errorf("%s: digest %s, want %s (%v)", where, digest, wantDigest, err)
		}
		if done, total := log.done.Load(), log.total.Load(); done != total || total == 0 {
			t.Errorf("%s: %d of %d bytes were reported", where, done, total)
		}
		blobs.Store(0)
		if _, err := p.Image(t.Context(), io.Discard, imageRef); err != nil || blobs.Load() != 0 || p.Pulled() != 1 {
			t.Errorf("%s: a second pull asked for %d blobs and copied %d times: %v", where, blobs.Load(), p.Pulled(), err)
		}
	}
}

func TestATagThatMovedIsCopiedAgain(t *testing.T) {
	mirror := mirrorOf(t, plain)
	p := puller(t, mirror)
	for range 2 {
		want := imageFor(t, "amd64")
		push(t, mirror, imageRef, want)
		got, err := p.Image(t.Context(), io.Discard, imageRef)
		if err != nil {
			t.Fatal(err)
		}
		wantDigest, _ := want.Digest()
		if digest, _ := got.Digest(); digest != wantDigest {
			t.Errorf("got %s, want %s", digest, wantDigest)
		}
	}
}

func TestWithoutARegistryTheCacheServes(t *testing.T) {
	var down atomic.Bool
	mirror := mirrorOf(t, refusing(&down, http.StatusServiceUnavailable))
	push(t, mirror, imageRef, imageFor(t, "amd64"))
	p := puller(t, mirror)
	if _, err := p.Image(t.Context(), io.Discard, imageRef); err != nil {
		t.Fatal(err)
	}
	down.Store(true)
	if _, err := p.Image(t.Context(), io.Discard, imageRef); err != nil {
		t.Errorf("the registry is down and the image in the cache: %v", err)
	}
	if _, err := p.Image(t.Context(), io.Discard, "docker.io/library/other:1"); err == nil {
		t.Error("an image that nobody has was returned")
	}
}

func TestImageOfAnotherPlatformIsRefused(t *testing.T) {
	mirror := mirrorOf(t, plain)
	push(t, mirror, imageRef, imageFor(t, "arm64"))
	_, err := puller(t, mirror).Image(t.Context(), io.Discard, imageRef)
	if err == nil || !strings.Contains(err.Error(), "linux/arm64") {
		t.Errorf("got %v, want an error that names linux/arm64", err)
	}
}

// TestErrorsSayWhatToDo answers as registries do when they refuse.
func TestErrorsSayWhatToDo(t *testing.T) {
	for status, want := range map[int]string{
		http.StatusNotFound:        "put it into the mirror",
		http.StatusTooManyRequests: "docker login",
		http.StatusForbidden:       "docker login",
		http.StatusBadGateway:      "check that this machine reaches",
	} {
		mirror := mirrorOf(t, func(inner http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if strings.Contains(r.URL.Path, "/manifests/") {
					w.WriteHeader(status)
					return
				}
				inner.ServeHTTP(w, r)
			})
		})
		_, err := puller(t, mirror).Image(t.Context(), io.Discard, imageRef)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("status %d: got %v, want %q", status, err, want)
		}
	}
}

func TestRegistryThatIsDownIsNamed(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = listener.Close()
	mirror, err := ParseMirror(listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	p := puller(t, mirror)
	if err := p.Reachable(t.Context(), imageRef); err == nil || !strings.Contains(err.Error(), mirror.String()) {
		t.Errorf("got %v, want an error that names %s", err, mirror)
	}
}
