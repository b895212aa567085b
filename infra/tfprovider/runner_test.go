package tfprovider

import (
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestTheRunnerIsMadeOfTheFilesOfItsKey: a file that is missing there would change without
// a new program.
func TestTheRunnerIsMadeOfTheFilesOfItsKey(t *testing.T) {
	checkout := filepath.Join("..", "..")
	var files []string
	for _, dir := range []string{"infra/terratest", "infra/terratest/cmd/assay-terratest"} {
		found, err := filepath.Glob(filepath.Join(checkout, dir, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range found {
			if !strings.HasSuffix(file, "_test.go") {
				files = append(files, file)
			}
		}
	}
	if len(files) < 2 {
		t.Fatalf("the runner has only %q", files)
	}
	for _, file := range files {
		name, err := filepath.Rel(checkout, file)
		if err != nil || !slices.Contains(runnerFiles, filepath.ToSlash(name)) {
			t.Errorf("%s is no part of the key (%v)", name, err)
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, imported := range parsed.Imports {
			if path := strings.Trim(imported.Path.Value, `"`); strings.HasPrefix(path, "assay.dev/") && path != "assay.dev/assay/infra/terratest" {
				t.Errorf("%s imports %s, which is no part of the key", name, path)
			}
		}
	}
}
