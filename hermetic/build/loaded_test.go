package build

import (
	"archive/tar"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"assay.dev/assay/hermetic/catalogue"
	"assay.dev/assay/hermetic/store"
)

// TestNodesGetTheImagesUnderTheirNamesAndDigests reads the archive as containerd
// does: by its index.
func TestNodesGetTheImagesUnderTheirNamesAndDigests(t *testing.T) {
	repo := t.TempDir()
	if err := os.WriteFile(filepath.Join(repo, "tool"), []byte("#!/bin/sh\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	images := []catalogue.Image{
		{Ref: "assay.dev/one:dev", Loaded: true, Files: map[string]string{"tool": "/one"}},
		{Ref: "assay.dev/two:dev", Loaded: true, Files: map[string]string{"tool": "/two"}},
		{Ref: "example.org/pulled:1", Files: map[string]string{"tool": "/pulled"}},
	}
	cache, err := store.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	builder := New(repo, &catalogue.Catalogue{Images: images}, cache)
	if _, err := builder.Loaded(); err == nil {
		t.Error("images that were not made have digests")
	}
	for _, image := range images {
		if err := builder.makeImage(image); err != nil {
			t.Fatal(err)
		}
	}
	want, err := builder.Loaded()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "loaded.tar")
	if err := builder.WriteLoaded(file); err != nil {
		t.Fatal(err)
	}
	index := indexOf(t, file)
	if len(want) != 2 || len(index.Manifests) != 2 {
		t.Fatalf("%d images are loaded and %d are in the archive, want 2", len(want), len(index.Manifests))
	}
	for _, manifest := range index.Manifests {
		if ref := manifest.Annotations[containerdName]; want[ref] != manifest.Digest.String() {
			t.Errorf("%q has the digest %s, want %s", ref, manifest.Digest, want[ref])
		}
	}
}

func TestAnotherArchitectureIsKeptApart(t *testing.T) {
	image := catalogue.Image{Ref: "assay.dev/one:dev"}
	cache, err := store.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	builder := New(t.TempDir(), &catalogue.Catalogue{}, cache)
	if own, other := builder.cacheKey(image), builder.For("other").cacheKey(image); own != image.Ref || other == own {
		t.Errorf("kept as %s and %s", own, other)
	}
}

func indexOf(t *testing.T, file string) v1.IndexManifest {
	t.Helper()
	archive, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = archive.Close() }()
	for reader := tar.NewReader(archive); ; {
		header, err := reader.Next()
		if errors.Is(err, io.EOF) {
			t.Fatal("the archive has no index")
		}
		if err != nil {
			t.Fatal(err)
		}
		if header.Name != "index.json" {
			continue
		}
		var index v1.IndexManifest
		if err := json.NewDecoder(reader).Decode(&index); err != nil {
			t.Fatal(err)
		}
		return index
	}
}
