package pull

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/random"

	"assay.dev/assay/hermetic/store"
)

const otherRef = "quay.io/strimzi/operator:0.40.0"

// TestPendingAreTheImagesThatAreNotInTheCache counts a layer of two images once.
func TestPendingAreTheImagesThatAreNotInTheCache(t *testing.T) {
	mirror := mirrorOf(t, plain)
	base := imageFor(t, "amd64")
	layer, err := random.Layer(3<<20, "application/vnd.docker.image.rootfs.diff.tar.gzip")
	if err != nil {
		t.Fatal(err)
	}
	derived, err := mutate.AppendLayers(base, layer)
	if err != nil {
		t.Fatal(err)
	}
	push(t, mirror, imageRef, base)
	push(t, mirror, otherRef, derived)
	p := puller(t, mirror)
	pending, err := p.Pending(t.Context(), []string{imageRef, otherRef})
	if err != nil || pending.Images != 2 || pending.Bytes != sizeOf(t, derived) {
		t.Errorf("nothing is in the cache: %d images, %d bytes (%v), want 2, %d", pending.Images, pending.Bytes, err, sizeOf(t, derived))
	}
	if _, err := p.Image(t.Context(), io.Discard, otherRef); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		refs   []string
		images int
		bytes  int64
	}{{[]string{otherRef}, 0, 0}, {[]string{imageRef, otherRef}, 1, sizeOf(t, base)}} {
		pending, err := p.Pending(t.Context(), c.refs)
		if err != nil || pending.Images != c.images || pending.Bytes != c.bytes {
			t.Errorf("%s: %d images, %d bytes (%v), want %d, %d", c.refs, pending.Images, pending.Bytes, err, c.images, c.bytes)
		}
	}
	push(t, mirror, otherRef, imageFor(t, "amd64"))
	if pending, err := p.Pending(t.Context(), []string{otherRef}); err != nil || pending.Images != 1 {
		t.Errorf("a tag that has moved: %+v (%v), want one image", pending, err)
	}
}

// TestPendingNeedsNoRegistryForWhatIsInTheCache as `up` does not.
func TestPendingNeedsNoRegistryForWhatIsInTheCache(t *testing.T) {
	var down atomic.Bool
	mirror := mirrorOf(t, refusing(&down, http.StatusForbidden))
	push(t, mirror, imageRef, imageFor(t, "amd64"))
	p := puller(t, mirror)
	if _, err := p.Image(t.Context(), io.Discard, imageRef); err != nil {
		t.Fatal(err)
	}
	down.Store(true)
	if pending, err := p.Pending(t.Context(), []string{imageRef}); err != nil || pending.Images != 0 {
		t.Errorf("what is in the cache: %+v (%v)", pending, err)
	}
	if _, err := p.Pending(t.Context(), []string{imageRef, otherRef}); err == nil || !strings.Contains(err.Error(), "docker login") {
		t.Errorf("what is not: %v, want an error that says what to do", err)
	}
}

// TestLookingForPendingImagesChangesNothing opens a store that does not exist, and one
// that another process writes to.
func TestLookingForPendingImagesChangesNothing(t *testing.T) {
	mirror := mirrorOf(t, plain)
	push(t, mirror, imageRef, imageFor(t, "amd64"))
	t.Setenv("DOCKER_CONFIG", t.TempDir())
	dir := t.TempDir() + "/none"
	pending, err := New(store.View(dir), mirror, "amd64").Pending(t.Context(), []string{imageRef})
	if err != nil || pending.Images != 1 {
		t.Errorf("without a cache: %+v (%v), want one image", pending, err)
	}
	if _, err := http.Dir(dir).Open("/"); err == nil {
		t.Error("the cache was made")
	}
}

// bandwidthOf serves an image whose layers are written by write, and measures.
func bandwidthOf(t *testing.T, sample Sample, write func(ctx context.Context, w http.ResponseWriter, layer []byte)) (float64, error) {
	t.Helper()
	image := imageFor(t, "amd64")
	config, err := image.ConfigName()
	if err != nil {
		t.Fatal(err)
	}
	mirror := mirrorOf(t, func(inner http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method != http.MethodGet || !strings.Contains(r.URL.Path, "/blobs/") || strings.HasSuffix(r.URL.Path, config.String()) {
				inner.ServeHTTP(w, r)
				return
			}
			answer := httptest.NewRecorder()
			inner.ServeHTTP(answer, r)
			for key, values := range answer.Header() {
				w.Header()[key] = values
			}
			w.WriteHeader(answer.Code)
			write(r.Context(), w, answer.Body.Bytes())
		})
	})
	push(t, mirror, imageRef, image)
	p := puller(t, mirror)
	pending, err := p.Pending(t.Context(), []string{imageRef})
	if err != nil {
		t.Fatal(err)
	}
	return p.Bandwidth(t.Context(), pending, sample)
}

// inPieces writes a piece of a layer every 10 ms until the client has enough.
func inPieces(size int) func(context.Context, http.ResponseWriter, []byte) {
	return func(ctx context.Context, w http.ResponseWriter, layer []byte) {
		ticker := time.NewTicker(10 * time.Millisecond)
		defer ticker.Stop()
		for len(layer) > 0 {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
			}
			piece := layer[:min(size, len(layer))]
			if _, err := w.Write(piece); err != nil {
				return
			}
			w.(http.Flusher).Flush()
			layer = layer[len(piece):]
		}
	}
}

// TestBandwidthIsThatOfTheLine may be lower where this machine is busy, never higher.
func TestBandwidthIsThatOfTheLine(t *testing.T) {
	const rate = 20_000 * 100 // a piece every 10 ms, in bytes a second
	got, err := bandwidthOf(t, Sample{Bytes: 300_000, Time: 10 * time.Second}, inPieces(rate/100))
	if err != nil || got > 1.5*rate || got < rate/20 {
		t.Errorf("%.0f bytes a second (%v), want %d", got, err, rate)
	}
}

// TestASampleIsNotTheWholeLayer ends the download when enough has arrived.
func TestASampleIsNotTheWholeLayer(t *testing.T) {
	ended := make(chan bool, 1)
	pieces := inPieces(20_000)
	_, err := bandwidthOf(t, Sample{Bytes: 40_000, Time: 10 * time.Second}, func(ctx context.Context, w http.ResponseWriter, layer []byte) {
		pieces(ctx, w, layer)
		ended <- ctx.Err() != nil
	})
	if early := <-ended; err != nil || !early {
		t.Errorf("the layer was downloaded to its end (%v)", err)
	}
}

// TestASlowLineIsMeasuredInBoundedTime sends far less than the sample asks for.
func TestASlowLineIsMeasuredInBoundedTime(t *testing.T) {
	start := time.Now()
	got, err := bandwidthOf(t, Sample{Bytes: 1 << 30, Time: 300 * time.Millisecond}, inPieces(100))
	if took := time.Since(start); err != nil || got <= 0 || got > 40_000 || took > 10*time.Second {
		t.Errorf("%.0f bytes a second (%v) after %s, want about 10000", got, err, took)
	}
}

func TestALineThatBringsNothingHasNoBandwidth(t *testing.T) {
	_, err := bandwidthOf(t, Sample{Bytes: 1 << 20, Time: 200 * time.Millisecond}, func(ctx context.Context, w http.ResponseWriter, _ []byte) {
		w.(http.Flusher).Flush()
		<-ctx.Done()
	})
	if err == nil || !strings.Contains(err.Error(), "200ms") {
		t.Errorf("got %v, want an error that tells the time", err)
	}
}
