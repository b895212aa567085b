package docs_test

import (
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// goFiles returns the Go files of the checkout, relative to it and sorted: those of all
// modules, tests included, except what a run or a build has made.
func goFiles(t *testing.T) []string {
	t.Helper()
	var all []string
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		hidden := strings.HasPrefix(entry.Name(), ".") && relative != "."
		if entry.IsDir() && (hidden || slices.Contains(made, relative)) {
			return fs.SkipDir
		}
		if filepath.Ext(path) == ".go" {
			all = append(all, filepath.ToSlash(relative))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 500 {
		t.Fatalf("only %d Go files were found", len(all))
	}
	return all
}
