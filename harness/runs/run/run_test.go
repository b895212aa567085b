package run

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"assay.dev/assay/spec/todo"
)

// TestSafetyRunsOfOneSecond creates runs that start in the same second, at once.
func TestSafetyRunsOfOneSecond(t *testing.T) {
	root, at := t.TempDir(), time.Date(2026, 3, 1, 6, 0, 0, 2e8, time.UTC)
	var mu sync.Mutex
	var wait sync.WaitGroup
	paths := map[string]bool{}
	for n := range 12 {
		wait.Go(func() {
			r, err := Create(root, Run{Started: at.Add(time.Duration(n) * time.Millisecond)})
			if err != nil {
				t.Error(err)
				return
			}
			again, err := Open(r.Path())
			if err != nil || again.ID != filepath.Base(r.Path()) {
				t.Errorf("the run in %s is %v, %v", r.Path(), again, err)
			}
			mu.Lock()
			defer mu.Unlock()
			paths[r.Path()] = true
		})
	}
	wait.Wait()
	if len(paths) != 12 {
		t.Errorf("12 runs are in %d directories", len(paths))
	}
}

func TestSafetyAChosenIDIsTakenOnce(t *testing.T) {
	root := t.TempDir()
	if _, err := Create(root, Run{ID: "mine"}); err != nil {
		t.Fatal(err)
	}
	if _, err := Create(root, Run{ID: "mine"}); err == nil {
		t.Error("two runs have one directory")
	}
}

// TestSafetyIDsThatAreNoName opens runs whose id somebody else has written.
func TestSafetyIDsThatAreNoName(t *testing.T) {
	for _, id := range []string{
		"", ".", "..", "../x", "../../../escaped", "/etc", "a/b", `a\b`, `..\x`, "a\x00b", "a\nb", "-rf", ".hidden", " ", "a b",
		"\u202eabc", "ä", "a:b", "~", "$HOME", strings.Repeat("x", 129),
	} {
		root := t.TempDir()
		if _, err := Create(root, Run{ID: id, Started: time.Now()}); err == nil && id != "" {
			t.Errorf("a run with the id %q was made", id)
		}
		r, err := Create(root, Run{ID: "good"})
		if err != nil {
			t.Fatal(err)
		}
		content, err := json.Marshal(Run{Version: Version, ID: id})
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(r.Path("run.json"), content, 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(r.Path()); err == nil || !strings.Contains(err.Error(), "run.json") {
			t.Errorf("id %q: %v, want an error that names run.json", id, err)
		}
	}
	for _, id := range []string{"20261125-004222", "20261125-004222-2", "lost-event", "a.b_c"} {
		if err := CheckID(id); err != nil {
			t.Error(err)
		}
	}
}

// A run is judged again by what it was judged by, whatever the specification has become.
func TestARunKeepsItsSpecification(t *testing.T) {
	s, err := todo.Load()
	if err != nil {
		t.Fatal(err)
	}
	r, err := Create(t.TempDir(), Run{Started: time.Now(), Spec: s})
	if err != nil {
		t.Fatal(err)
	}
	file := r.Path("spec", "platform.yaml")
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.Remove(file), os.WriteFile(file, bytes.Replace(raw, []byte("host: todo.local"), []byte("host: kept.local"), 1), 0o644)); err != nil {
		t.Fatal(err)
	}
	again, err := Open(r.Path())
	if err != nil {
		t.Fatal(err)
	}
	if saved, err := again.Specification(); err != nil || saved.Ingress.Host != "kept.local" {
		t.Errorf("the run's own specification is not read: %v", err)
	}
}
