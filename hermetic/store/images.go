package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/match"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/partial"
	"github.com/google/renameio/v2"
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
	return s.find(ref, func(found string) bool { return found == key })
}

// AnyImage is Image for each key that starts with prefix.
func (s *Store) AnyImage(ref, prefix string) v1.Image {
	return s.find(ref, func(found string) bool { return strings.HasPrefix(found, prefix) })
}

// Lists reports whether an image with a wanted key is kept under ref. It does not look
// at the image itself.
func (s *Store) Lists(ref string, wanted func(key string) bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, manifest, err := s.readIndex()
	return err == nil && slices.ContainsFunc(manifest.Manifests, func(d v1.Descriptor) bool {
		return d.Annotations[RefAnnotation] == ref && wanted(d.Annotations[KeyAnnotation])
	})
}

func (s *Store) find(ref string, wanted func(key string) bool) v1.Image {
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
		if descriptor.Annotations[RefAnnotation] != ref || !wanted(descriptor.Annotations[KeyAnnotation]) {
			continue
		}
		if err := verifyBlob(path, descriptor.Digest); err != nil {
			_ = path.RemoveBlob(descriptor.Digest)
			return nil
		}
		image, err := path.Image(descriptor.Digest)
		if err != nil {
			return nil
		}
		if err := s.verifyBlobs(path, image); err != nil {
			return nil
		}
		return image
	}
	return nil
}

// ByReference returns the image kept under ref, whatever it was made from.
func (s *Store) ByReference(ref string) (v1.Image, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	path, manifest, err := s.readIndex()
	if err != nil {
		return nil, err
	}
	for _, descriptor := range manifest.Manifests {
		if descriptor.Annotations[RefAnnotation] == ref {
			return path.Image(descriptor.Digest)
		}
	}
	return nil, fmt.Errorf("image %s is not in the cache", ref)
}

// verifyBlobs checks the image's configuration and layers against their digests
// and removes each blob that does not match: the layout's writer skips blobs
// that exist, so they would stay. Each blob is read once per process.
func (s *Store) verifyBlobs(path layout.Path, image v1.Image) error {
	manifest, err := image.Manifest()
	if err != nil {
		return fmt.Errorf("read the manifest: %w", err)
	}
	var errs []error
	for _, descriptor := range append([]v1.Descriptor{manifest.Config}, manifest.Layers...) {
		if s.verified[descriptor.Digest] {
			continue
		}
		if err := verifyBlob(path, descriptor.Digest); err != nil {
			_ = path.RemoveBlob(descriptor.Digest)
			errs = append(errs, err)
			continue
		}
		s.verified[descriptor.Digest] = true
	}
	return errors.Join(errs...)
}

func verifyBlob(path layout.Path, want v1.Hash) error {
	blob, err := path.Blob(want)
	if err != nil {
		return fmt.Errorf("open blob %s: %w", want, err)
	}
	defer func() { _ = blob.Close() }()
	got, _, err := v1.SHA256(blob)
	if err != nil {
		return fmt.Errorf("read blob %s: %w", want, err)
	}
	if got != want {
		return fmt.Errorf("blob %s is damaged: its content has digest %s", want, got)
	}
	return nil
}

// PutImage keeps an image under ref and key, in the place of any other image of
// the same reference. Several images can be put at the same time.
func (s *Store) PutImage(ref, key string, image v1.Image) error {
	path, err := s.openLayout()
	if err != nil {
		return err
	}
	if err := path.WriteImage(image); err != nil {
		return fmt.Errorf("store image %s: %w", ref, err)
	}
	descriptor, err := partial.Descriptor(image)
	if err != nil {
		return fmt.Errorf("describe image %s: %w", ref, err)
	}
	descriptor.Annotations = map[string]string{RefAnnotation: ref, KeyAnnotation: key}
	s.mu.Lock()
	defer s.mu.Unlock()
	index, err := path.ImageIndex()
	if err != nil {
		return fmt.Errorf("open the image layout: %w", err)
	}
	index = mutate.AppendManifests(mutate.RemoveManifests(index, match.Name(ref)), mutate.IndexAddendum{Add: image, Descriptor: *descriptor})
	content, err := index.RawManifest()
	if err != nil {
		return fmt.Errorf("describe the image layout: %w", err)
	}
	return renameio.WriteFile(filepath.Join(s.LayoutDir(), "index.json"), content, 0o644)
}

// MakeLayout makes the image layout where it is missing, so that it can be served
// before it holds an image.
func (s *Store) MakeLayout() error {
	_, err := s.openLayout()
	return err
}

// openLayout returns the image layout, which is made where it is missing.
func (s *Store) openLayout() (layout.Path, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	path, err := layout.FromPath(s.LayoutDir())
	if errors.Is(err, os.ErrNotExist) {
		path, err = layout.Write(s.LayoutDir(), empty.Index)
	}
	if err != nil {
		return "", fmt.Errorf("open the image layout: %w", err)
	}
	return path, nil
}

// Digests returns the digest of each image that is kept, by its reference.
func (s *Store) Digests() (map[string]string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, manifest, err := s.readIndex()
	if err != nil {
		return nil, err
	}
	digests := make(map[string]string, len(manifest.Manifests))
	for _, descriptor := range manifest.Manifests {
		digests[descriptor.Annotations[RefAnnotation]] = descriptor.Digest.String()
	}
	return digests, nil
}

// readIndex returns the image layout and its index. The caller holds mu.
func (s *Store) readIndex() (layout.Path, *v1.IndexManifest, error) {
	path, err := layout.FromPath(s.LayoutDir())
	if err != nil {
		return "", nil, fmt.Errorf("open the image layout: %w", err)
	}
	index, err := path.ImageIndex()
	if err != nil {
		return "", nil, fmt.Errorf("open the image layout: %w", err)
	}
	manifest, err := index.IndexManifest()
	if err != nil {
		return "", nil, fmt.Errorf("read the image layout's index: %w", err)
	}
	return path, manifest, nil
}
