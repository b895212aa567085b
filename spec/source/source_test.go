package source

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"assay.dev/assay/spec/todo"
	"assay.dev/assay/spec/todo/todotest"
)

// another is a copy of the reference specification with another host.
func another(t *testing.T) string {
	t.Helper()
	return todotest.Copy(t, "host: todo.local", "host: mine.local")
}

func TestTheArgumentIsBeforeTheEnvironmentAndThatBeforeTheReference(t *testing.T) {
	t.Setenv(Env, "")
	if s, err := Open(""); err != nil || s.Name != todo.Name || s.Ingress.Host != "todo.local" {
		t.Errorf("without a choice: %v", err)
	}
	dir := another(t)
	t.Setenv(Env, dir)
	if s, err := Open(""); err != nil || s.Ingress.Host != "mine.local" || s.Name != filepath.ToSlash(dir) {
		t.Errorf("by %s: %v", Env, err)
	}
	t.Setenv(Env, filepath.Join(dir, "missing"))
	if s, err := Open(dir); err != nil || s.Ingress.Host != "mine.local" {
		t.Errorf("by an argument: %v", err)
	}
}

func TestWhatIsNoSpecificationIsRefused(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for directory, want := range map[string]string{
		filepath.Join(dir, "missing"): "no such file or directory",
		file:                          "is a file, and a specification is a directory with platform.yaml in it",
		dir:                           "read platform.yaml",
	} {
		if _, err := Open(directory); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", directory, err, want)
		}
	}
}
