// Package todotest makes changed copies of the reference specification for tests.
package todotest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"assay.dev/assay/spec"
	"assay.dev/assay/spec/todo"
)

// Copy writes the reference specification into a directory of the test, and returns that.
// In its platform.yaml the first text of each pair, which has to stand there once, is the
// second one.
func Copy(t testing.TB, pairs ...string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "copy")
	if err := os.CopyFS(dir, todo.FS); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, spec.PlatformFile)
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	text := string(raw)
	for i := 0; i < len(pairs); i += 2 {
		if found := strings.Count(text, pairs[i]); found != 1 {
			t.Fatalf("%q stands %d times in %s", pairs[i], found, spec.PlatformFile)
		}
		text = strings.Replace(text, pairs[i], pairs[i+1], 1)
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// Fault writes a copy of the reference with one more row of faults, and with the manifest
// that the row names as faults/NAME, if there is any.
func Fault(t testing.TB, row, name, manifest string) string {
	t.Helper()
	dir := Copy(t, "\nfaults:\n", "\nfaults:\n"+row)
	if manifest == "" {
		return dir
	}
	if err := os.Mkdir(filepath.Join(dir, "faults"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "faults", name), []byte(manifest), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}
