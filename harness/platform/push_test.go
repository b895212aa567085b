package platform

import (
	"io"
	"log"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"
)

func TestPushPutsEveryArchitectureUnderOneReference(t *testing.T) {
	server := httptest.NewServer(registry.New(registry.Logger(log.New(io.Discard, "", 0))))
	t.Cleanup(server.Close)
	host := strings.TrimPrefix(server.URL, "http://")
	images := map[string]v1.Image{}
	for _, arch := range architectures {
		image, err := random.Image(10, 1)
		if err != nil {
			t.Fatal(err)
		}
		images[arch] = image
	}
	pushed, err := pushIndex(t.Context(), host+"/tenancy/assay", "assay.dev/workloads/todo-backend:dev", images)
	if err != nil {
		t.Fatal(err)
	}
	if want := host + "/tenancy/assay/workloads/todo-backend:dev@sha256:"; !strings.HasPrefix(pushed, want) {
		t.Errorf("pushed %s, want %s…", pushed, want)
	}
	ref, err := name.ParseReference(host + "/tenancy/assay/workloads/todo-backend:dev")
	if err != nil {
		t.Fatal(err)
	}
	index, err := remote.Index(ref)
	if err != nil {
		t.Fatal(err)
	}
	manifest, err := index.IndexManifest()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, descriptor := range manifest.Manifests {
		got = append(got, descriptor.Platform.Architecture)
	}
	if diff := cmp.Diff(architectures, got); diff != "" {
		t.Errorf("architectures: (-want +got)\n%s", diff)
	}
}

func TestPushSaysWhatItNeeds(t *testing.T) {
	t.Setenv(RegistryEnv, "")
	if _, err := ownRegistry(); err == nil || !strings.Contains(err.Error(), RegistryEnv) {
		t.Errorf("got %v", err)
	}
	if _, err := pushIndex(t.Context(), "Not A Registry", "assay.dev/probe:dev", nil); err == nil || !strings.Contains(err.Error(), RegistryEnv) {
		t.Errorf("got %v", err)
	}
}
