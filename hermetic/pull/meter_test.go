package pull

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"golang.org/x/sync/errgroup"
)

func sizeOf(t *testing.T, image v1.Image) int64 {
	t.Helper()
	manifest, err := image.Manifest()
	if err != nil {
		t.Fatal(err)
	}
	var size int64
	for _, layer := range manifest.Layers {
		size += layer.Size
	}
	return size
}

// TestTheSizeOfEachImageIsKnownBeforeItsTurn pulls more images than are copied at the
// same time from a registry that serves no layer until it was told of all sizes.
func TestTheSizeOfEachImageIsKnownBeforeItsTurn(t *testing.T) {
	const images = atOnce + 3
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	done := make(chan struct{}, images)
	all := make(chan struct{})
	go func() {
		for range images {
			select {
			case <-done:
			case <-ctx.Done():
				return
			}
		}
		close(all)
	}()
	config := map[string]bool{}
	mirror := mirrorOf(t, func(inner http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, digest, blob := strings.Cut(r.URL.Path, "/blobs/")
			if r.Method == http.MethodGet && blob && !config[digest] {
				select {
				case <-all:
				case <-ctx.Done():
				}
			}
			inner.ServeHTTP(w, r)
		})
	})
	var refs []string
	for i := range images {
		image := imageFor(t, "amd64")
		name, err := image.ConfigName()
		if err != nil {
			t.Fatal(err)
		}
		config[name.String()] = true
		refs = append(refs, fmt.Sprintf("docker.io/library/image%d:1", i))
		push(t, mirror, refs[i], image)
	}
	p := puller(t, mirror)
	group, ctx := errgroup.WithContext(ctx)
	for _, ref := range refs {
		group.Go(func() error {
			_, err := p.Image(ctx, &announced{done: done}, ref)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		t.Error(err)
	}
}

// announced is a log that tells when it is told of the first bytes.
type announced struct {
	metered
	done chan<- struct{}
}

func (a *announced) Transferred(done, total int64) {
	if a.total.Load() == 0 {
		a.done <- struct{}{}
	}
	a.metered.Transferred(done, total)
}

// TestLayersThatAreThereCountAsTransferred pulls an image of which another one has
// brought a layer.
func TestLayersThatAreThereCountAsTransferred(t *testing.T) {
	mirror := mirrorOf(t, plain)
	base := imageFor(t, "amd64")
	layer, err := random.Layer(1<<20, "application/vnd.docker.image.rootfs.diff.tar.gzip")
	if err != nil {
		t.Fatal(err)
	}
	derived, err := mutate.AppendLayers(base, layer)
	if err != nil {
		t.Fatal(err)
	}
	p := puller(t, mirror)
	for ref, image := range map[string]v1.Image{"docker.io/library/base:1": base, "docker.io/library/derived:1": derived} {
		push(t, mirror, ref, image)
	}
	for _, ref := range []string{"docker.io/library/base:1", "docker.io/library/derived:1"} {
		var log metered
		if _, err := p.Image(t.Context(), &log, ref); err != nil {
			t.Fatal(err)
		}
		want := sizeOf(t, base)
		if strings.Contains(ref, "derived") {
			want = sizeOf(t, derived)
		}
		if log.done.Load() != want || log.total.Load() != want {
			t.Errorf("%s: %d of %d bytes were reported, want %d", ref, log.done.Load(), log.total.Load(), want)
		}
	}
}
