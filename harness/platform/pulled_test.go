package platform

import (
	"io"
	"log"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"assay.dev/assay/harness/process/steps"
	"assay.dev/assay/hermetic/pull"
)

// bytesMoved remembers how many bytes of how many each step has moved.
type bytesMoved struct {
	mu    sync.Mutex
	steps map[string][2]int64
}

func (b *bytesMoved) Started(string)                     {}
func (b *bytesMoved) Ended(string, time.Duration, error) {}
func (b *bytesMoved) Transferred(name string, done, total int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.steps[name] = [2]int64{done, total}
}

// mirrorWith serves images for the architecture under refs and names the mirror to
// this process.
func mirrorWith(t *testing.T, arch string, refs ...string) {
	t.Helper()
	server := httptest.NewServer(registry.New(registry.Logger(log.New(io.Discard, "", 0))))
	t.Cleanup(server.Close)
	mirror := strings.TrimPrefix(server.URL, "http://")
	for _, ref := range refs {
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
		target, err := name.ParseReference(mirror + "/" + ref)
		if err != nil {
			t.Fatal(err)
		}
		if err := remote.Write(target, image); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv(pull.MirrorEnv, mirror)
	t.Setenv("DOCKER_CONFIG", t.TempDir())
}

// TestPullingShowsItsBytes runs the steps of `up` that pull images.
func TestPullingShowsItsBytes(t *testing.T) {
	p := newPlatform(t)
	t.Setenv("PATH", t.TempDir()) // no docker tells another architecture
	refs := []string{"quay.io/strimzi/operator:0.40.0", "docker.io/library/postgres:15"}
	mirrorWith(t, runtime.GOARCH, refs...)
	pulled, err := p.newPulled(t.Context(), Mirror)
	if err != nil {
		t.Fatal(err)
	}
	plan, names := pulled.plan(refs)
	moved := &bytesMoved{steps: map[string][2]int64{}}
	if err := steps.Run(t.Context(), plan, t.TempDir(), moved); err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if bytes := moved.steps[name]; bytes[0] != bytes[1] || bytes[1] < 2<<20 {
			t.Errorf("%s has moved %d of %d bytes", name, bytes[0], bytes[1])
		}
	}
}
