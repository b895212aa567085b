package build

import (
	"archive/tar"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"

	"assay.dev/assay/harness/process/steps"
	"assay.dev/assay/hermetic/catalogue"
)

// containerdName is the annotation by which containerd names an image that it
// imports.
const containerdName = "io.containerd.image.name"

// LoadedPlan returns the steps that make the images which are put into nodes,
// for a run whose other images are pulled from where they are published. The
// first to compile follows the steps in first.
func (b *Builder) LoadedPlan(first ...string) []steps.Step {
	return b.staticPlan(b.loaded(), first)
}

// RegistryPlan returns the steps that make the image of the nodes' registry, for
// a run whose other images are pulled, and the name of the last one.
func (b *Builder) RegistryPlan(first ...string) ([]steps.Step, string) {
	return b.staticPlan([]catalogue.Image{b.catalogue.Registry}, first), imageStep(b.catalogue.Registry.Ref)
}

func (b *Builder) staticPlan(list []catalogue.Image, first []string) []steps.Step {
	var programs []string
	var images []steps.Step
	for _, image := range list {
		images = append(images, b.imageStep(image))
		for program := range image.Programs {
			programs = append(programs, program)
		}
	}
	return append(b.compileSteps(programs, first), images...)
}

func (b *Builder) loaded() []catalogue.Image {
	var images []catalogue.Image
	for _, image := range b.catalogue.Images {
		if image.Loaded {
			images = append(images, image)
		}
	}
	return images
}

// Loaded returns the images that are put into nodes: the digest of each one's
// manifest, by reference. They have to be made before.
func (b *Builder) Loaded() (map[string]string, error) {
	images, err := b.LoadedImages()
	if err != nil {
		return nil, err
	}
	digests := map[string]string{}
	for ref, image := range images {
		digest, err := image.Digest()
		if err != nil {
			return nil, fmt.Errorf("digest of image %s: %w", ref, err)
		}
		digests[ref] = digest.String()
	}
	return digests, nil
}

// LoadedImages returns the images that are put into nodes themselves, by
// reference. They have to be made before.
func (b *Builder) LoadedImages() (map[string]v1.Image, error) {
	found := map[string]v1.Image{}
	for _, image := range b.loaded() {
		made, err := b.made(image)
		if err != nil {
			return nil, err
		}
		found[image.Ref] = made
	}
	return found, nil
}

// WriteLoaded writes the images that are put into nodes to a file.
func (b *Builder) WriteLoaded(file string) error {
	images, err := b.LoadedImages()
	if err != nil {
		return err
	}
	return WriteImages(file, b.store.TempDir(), images)
}

// WriteImages writes images, by reference, to a file: an archive of an OCI image
// layout that containerd imports with the digests as they are. It needs room in temp.
func WriteImages(file, temp string, images map[string]v1.Image) (err error) {
	dir, err := os.MkdirTemp(temp, "images-")
	if err != nil {
		return fmt.Errorf("write the images for the nodes: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	path, err := layout.Write(dir, empty.Index)
	if err != nil {
		return fmt.Errorf("write the images for the nodes: %w", err)
	}
	for _, ref := range slices.Sorted(maps.Keys(images)) {
		named := layout.WithAnnotations(map[string]string{containerdName: ref})
		if err := path.AppendImage(images[ref], named); err != nil {
			return fmt.Errorf("write image %s: %w", ref, err)
		}
	}
	out, err := os.Create(file)
	if err != nil {
		return fmt.Errorf("write the images for the nodes: %w", err)
	}
	defer func() {
		if closeErr := out.Close(); err == nil {
			err = closeErr
		}
	}()
	return archive(out, dir)
}

func archive(to io.Writer, dir string) error {
	writer := tar.NewWriter(to)
	if err := writer.AddFS(os.DirFS(dir)); err != nil {
		return fmt.Errorf("archive the images for the nodes: %w", err)
	}
	if err := writer.Close(); err != nil {
		return fmt.Errorf("archive the images for the nodes: %w", err)
	}
	return nil
}
