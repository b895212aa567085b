package build

import (
	"archive/tar"
	"fmt"
	"io"
	"os"

	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"

	"assay.dev/assay/harness/steps"
	"assay.dev/assay/hermetic/catalogue"
)

// containerdName is the annotation by which containerd names an image that it
// imports.
const containerdName = "io.containerd.image.name"

// LoadedPlan returns the steps that make the images which are put into nodes,
// for a run whose other images are pulled from where they are published. They
// follow ToolsPlan's.
func (b *Builder) LoadedPlan() []steps.Step {
	var programs []string
	var images []steps.Step
	for _, image := range b.loaded() {
		images = append(images, b.imageStep(image))
		for program := range image.Programs {
			programs = append(programs, program)
		}
	}
	return append(b.compileSteps(programs, []string{programStep(controllerGen)}), images...)
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
	digests, err := b.store.Digests()
	if err != nil {
		return nil, err
	}
	found := map[string]string{}
	for _, image := range b.loaded() {
		digest, ok := digests[image.Ref]
		if !ok {
			return nil, fmt.Errorf("image %s was not made before it was used", image.Ref)
		}
		found[image.Ref] = digest
	}
	return found, nil
}

// WriteLoaded writes the images that are put into nodes to a file, as an archive
// of an OCI image layout that containerd imports with the digests as they are.
func (b *Builder) WriteLoaded(file string) (err error) {
	dir, err := os.MkdirTemp(b.store.TempDir(), "loaded-")
	if err != nil {
		return fmt.Errorf("write the images for the nodes: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	path, err := layout.Write(dir, empty.Index)
	if err != nil {
		return fmt.Errorf("write the images for the nodes: %w", err)
	}
	for _, image := range b.loaded() {
		key, err := b.imageKey(image)
		if err != nil {
			return err
		}
		made := b.store.Image(image.Ref, key)
		if made == nil {
			return fmt.Errorf("image %s was not made before it was used", image.Ref)
		}
		named := layout.WithAnnotations(map[string]string{containerdName: image.Ref})
		if err := path.AppendImage(made, named); err != nil {
			return fmt.Errorf("write image %s: %w", image.Ref, err)
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
