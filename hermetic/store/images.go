package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/match"
	"github.com/google/go-containerregistry/pkg/v1/validate"
)

// KeyAnnotation is the descriptor annotation that holds an image's key. The
// reference stands in the OCI annotation org.opencontainers.image.ref.name.
const (
	KeyAnnotation = "dev.assay.key"
	RefAnnotation = "org.opencontainers.image.ref.name"
)

// LayoutDir is the directory of the OCI image layout.
func (s *Store) LayoutDir() string { return filepath.Join(s.dir, "layout") }

// Image returns the image kept under ref if it was made with key and its blobs
// match their digests; else nil.
func (s *Store) Image(ref, key string) v1.Image {
	s.mu.Lock()
	defer s.mu.Unlock()
	path, err := layout.FromPath(s.LayoutDir())
	if err != nil {
		return nil
	}
	index, err := path.ImageIndex()
	if err != nil {
		return nil
	}
	manifest, err := index.IndexManifest()
	if err != nil {
		return nil
	}
	for _, descriptor := range manifest.Manifests {
		if descriptor.Annotations[RefAnnotation] != ref || descriptor.Annotations[KeyAnnotation] != key {
			continue
		}
		image, err := path.Image(descriptor.Digest)
		if err != nil {
			return nil
		}
		if err := validate.Image(image); err != nil {
			s.removeDamaged(path, image)
			return nil
		}
		return image
	}
	return nil
}

// removeDamaged removes those of the image's blobs that do not match their
// digest: the layout's writer skips blobs that exist, so they would stay.
func (s *Store) removeDamaged(path layout.Path, image v1.Image) {
	digest, err := image.Digest()
	if err == nil {
		_ = path.RemoveBlob(digest)
	}
	if digest, err = image.ConfigName(); err == nil {
		_ = path.RemoveBlob(digest)
	}
	layers, err := image.Layers()
	if err != nil {
		return
	}
	for _, layer := range layers {
		if validate.Layer(layer) == nil {
			continue
		}
		if digest, err := layer.Digest(); err == nil {
			_ = path.RemoveBlob(digest)
		}
	}
}

// PutImage keeps an image under ref and key, in the place of any other image of
// the same reference.
func (s *Store) PutImage(ref, key string, image v1.Image) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	path, err := layout.FromPath(s.LayoutDir())
	if errors.Is(err, os.ErrNotExist) {
		path, err = layout.Write(s.LayoutDir(), empty.Index)
	}
	if err != nil {
		return fmt.Errorf("open the image layout: %w", err)
	}
	err = path.ReplaceImage(image, match.Name(ref), layout.WithAnnotations(map[string]string{
		RefAnnotation: ref, KeyAnnotation: key,
	}))
	if err != nil {
		return fmt.Errorf("keep image %s: %w", ref, err)
	}
	return nil
}
