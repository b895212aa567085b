package platform

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"assay.dev/assay/harness/process/steps"
	"assay.dev/assay/hermetic/build"
)

const (
	// RegistryEnv names the registry and repository of the project's own images
	// for clusters into whose nodes nothing can be put.
	RegistryEnv = "ASSAY_IMAGE_REGISTRY"
	// ownHost is what the project's own references start with.
	ownHost = "assay.dev/"
)

// architectures are those of OKE's shapes.
var architectures = []string{"amd64", "arm64"}

// ownRegistry returns what RegistryEnv names.
func ownRegistry() (string, error) {
	registry := strings.TrimSuffix(os.Getenv(RegistryEnv), "/")
	if registry == "" {
		return "", errors.New(RegistryEnv + " is not set: it names the registry and repository for the project's own images, for example fra.ocir.io/tenancy/assay")
	}
	return registry, nil
}

// push makes the project's own images for every architecture that OKE's nodes have and puts
// them into the registry, with what docker knows of the user's credentials there.
func (r *upRun) push(ctx context.Context, registry string) error {
	images := map[string]map[string]v1.Image{}
	for _, arch := range architectures {
		builder := r.builder.For(arch)
		ready := steps.Step{Name: build.ToolsStep, Run: func(context.Context, io.Writer) error { return nil }}
		if err := r.execute(ctx, append(builder.LoadedPlan(build.ToolsStep), ready)); err != nil {
			return err
		}
		made, err := builder.LoadedImages()
		if err != nil {
			return err
		}
		for ref, image := range made {
			if images[ref] == nil {
				images[ref] = map[string]v1.Image{}
			}
			images[ref][arch] = image
		}
	}
	for _, ref := range slices.Sorted(maps.Keys(images)) {
		pushed, err := pushIndex(ctx, registry, ref, images[ref])
		if err != nil {
			return err
		}
		r.printf("pushed %s", pushed)
	}
	return nil
}

// pushIndex puts one image of several architectures into the registry and returns its
// reference there, with its digest.
func pushIndex(ctx context.Context, registry, ref string, images map[string]v1.Image) (string, error) {
	target, err := name.NewTag(registry + "/" + strings.TrimPrefix(ref, ownHost))
	if err != nil {
		return "", fmt.Errorf("%s %q: %w", RegistryEnv, registry, err)
	}
	index := mutate.IndexMediaType(empty.Index, "application/vnd.oci.image.index.v1+json")
	for _, arch := range slices.Sorted(maps.Keys(images)) {
		index = mutate.AppendManifests(index, mutate.IndexAddendum{
			Add:        images[arch],
			Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: "linux", Architecture: arch}},
		})
	}
	digest, err := index.Digest()
	if err != nil {
		return "", fmt.Errorf("put %s together: %w", ref, err)
	}
	if err := remote.WriteIndex(target, index, remote.WithContext(ctx), remote.WithAuthFromKeychain(pushKeychain())); err != nil {
		return "", fmt.Errorf("push %s: %w", target, err)
	}
	return target.String() + "@" + digest.String(), nil
}
