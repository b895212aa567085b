package resultlog

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestLog(t *testing.T) {
	type result struct{ ID string }
	l := Log[result]{Path: filepath.Join(t.TempDir(), "not", "yet", "results")}
	if all, err := l.All(); err != nil || len(all) != 0 {
		t.Fatalf("%v, %v", all, err)
	}
	add := func(id string) {
		if err := l.Add(result{id}); err != nil {
			t.Fatal(err)
		}
	}
	add("first")
	// An interrupt while the next one was written.
	file, err := os.OpenFile(l.Path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := file.WriteString("\n{\"ID\":\"cut sh"); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	add("second")
	if all, err := l.All(); err != nil || !slices.Equal(all, []result{{"first"}, {"second"}}) {
		t.Errorf("%v, %v", all, err)
	}
}
