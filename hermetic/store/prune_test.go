package store

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/v1/random"
)

// TestPruneKeepsWhatIsUsed: the blobs of an image that took another's reference stay,
// those of the other go; of five objects the three stay that were used last.
func TestPruneKeepsWhatIsUsed(t *testing.T) {
	s, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"old", "new"} {
		image, err := random.Image(100, 2)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.PutImage("registry/it:1", key, image); err != nil {
			t.Fatal(err)
		}
	}
	runs := 0
	var dirs []string
	for i, key := range []string{"a", "b", "c", "d", "e"} {
		dir, _, err := s.Object(t.Context(), "a-thing", Key(key), fill(key, &runs))
		if err != nil {
			t.Fatal(err)
		}
		at := time.Now().Add(time.Duration(i-10) * time.Hour)
		if err := os.Chtimes(sumFile(dir), at, at); err != nil {
			t.Fatal(err)
		}
		dirs = append(dirs, dir)
	}
	if _, _, err := s.Object(t.Context(), "a-thing", Key("a"), fill("a", &runs)); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Object(t.Context(), "another-thing", Key("a"), fill("a", &runs)); err != nil {
		t.Fatal(err)
	}
	if err := s.Prune(); err != nil {
		t.Fatal(err)
	}
	for i, want := range []bool{true, false, false, true, true} {
		if _, err := os.Stat(dirs[i]); (err == nil) != want {
			t.Errorf("object %d stays: %v, want %v", i, err == nil, want)
		}
	}
	if s.Image("registry/it:1", "new") == nil {
		t.Error("the image is gone")
	}
	blobs, err := filepath.Glob(filepath.Join(s.LayoutDir(), "blobs", "sha256", "*"))
	if err != nil || len(blobs) != 4 { // manifest, configuration, two layers
		t.Errorf("%d blobs stay, %v, want 4", len(blobs), err)
	}
}
