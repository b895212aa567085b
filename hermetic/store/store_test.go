package store

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-containerregistry/pkg/v1/random"
)

func fill(content string, runs *int) func(context.Context, string) error {
	return func(_ context.Context, dir string) error {
		*runs++
		return os.WriteFile(filepath.Join(dir, "file"), []byte(content), 0o600)
	}
}

func TestObjectIsMadeOnce(t *testing.T) {
	s, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	runs := 0
	for range 2 {
		if _, _, err := s.Object(t.Context(), "thing", Key("a"), fill("x", &runs)); err != nil {
			t.Fatal(err)
		}
	}
	if runs != 1 {
		t.Errorf("made %d times, want once", runs)
	}
}

func TestDamagedObjectIsMadeAgain(t *testing.T) {
	s, _ := Open(t.TempDir())
	for name, damage := range map[string]func(dir string) error{
		"changed":   func(dir string) error { return os.WriteFile(filepath.Join(dir, "file"), []byte("y"), 0o600) },
		"lost file": func(dir string) error { return os.Remove(filepath.Join(dir, "file")) },
		"added":     func(dir string) error { return os.WriteFile(filepath.Join(dir, "more"), nil, 0o600) },
		"no sum":    func(dir string) error { return os.Remove(sumFile(dir)) },
	} {
		runs := 0
		dir, _, err := s.Object(t.Context(), "thing", Key(name), fill("x", &runs))
		if err != nil {
			t.Fatal(err)
		}
		if err := damage(dir); err != nil {
			t.Fatal(err)
		}
		if _, made, err := s.Object(t.Context(), "thing", Key(name), fill("x", &runs)); err != nil || !made {
			t.Errorf("%s: made again %v, error %v", name, made, err)
		}
	}
}

func TestFailedObjectIsNotKept(t *testing.T) {
	s, _ := Open(t.TempDir())
	boom := errors.New("boom")
	_, _, err := s.Object(t.Context(), "thing", "k", func(context.Context, string) error { return boom })
	present := verify(s.ObjectDir("thing", "k")) == nil
	if !errors.Is(err, boom) || present {
		t.Errorf("error %v, kept %v", err, present)
	}
}

func TestDamagedImageIsRebuilt(t *testing.T) {
	dir := t.TempDir()
	s, _ := Open(dir)
	image, err := random.Image(1024, 2)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.PutImage("example.org/app:1", "k", image); err != nil {
		t.Fatal(err)
	}
	if s.Image("example.org/app:1", "k") == nil || s.Image("example.org/app:1", "other") != nil {
		t.Fatal("the image must be found by its key and no other")
	}
	layers, _ := image.Layers()
	digest, _ := layers[0].Digest()
	blob := filepath.Join(s.LayoutDir(), "blobs", digest.Algorithm, digest.Hex)
	if err := os.WriteFile(blob, []byte("damage"), 0o600); err != nil {
		t.Fatal(err)
	}
	s, _ = Open(dir) // blobs are read once per process
	if s.Image("example.org/app:1", "k") != nil {
		t.Fatal("a damaged image was returned")
	}
	if err := s.PutImage("example.org/app:1", "k", image); err != nil {
		t.Fatal(err)
	}
	if s.Image("example.org/app:1", "k") == nil {
		t.Error("the image was not repaired")
	}
}

func TestKeysOfDifferentPartsDiffer(t *testing.T) {
	if Key("ab", "c") == Key("a", "bc") {
		t.Error("two lists of parts share a key")
	}
}
