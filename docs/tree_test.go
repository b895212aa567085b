package docs_test

import (
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// maxHarness is how many directories may be directly below harness/.
const maxHarness = 16

// treeRow is a row of the table in docs/decisions/tree.md, with the directory's name.
var treeRow = regexp.MustCompile("(?m)^\\| `([a-z]+)` \\|")

// TestHarnessIsShort wants few directories below harness/, and the page of the tree to
// have a row for each.
func TestHarnessIsShort(t *testing.T) {
	entries, err := os.ReadDir(filepath.Join(root, "harness"))
	if err != nil {
		t.Fatal(err)
	}
	var got, want []string
	for _, entry := range entries {
		if entry.IsDir() {
			got = append(got, entry.Name())
		}
	}
	for _, row := range treeRow.FindAllStringSubmatch(read(t, "docs/decisions/tree.md").text, -1) {
		want = append(want, row[1])
	}
	if len(got) > maxHarness {
		t.Errorf("harness/ has %d directories, want at most %d", len(got), maxHarness)
	}
	if !slices.Equal(got, want) {
		t.Errorf("harness/ has the directories\n%s\ndocs/decisions/tree.md has\n%s", got, want)
	}
}

// TestPackagesAreDescribed wants a sentence before the package clause of one file of each
// package that a build compiles.
func TestPackagesAreDescribed(t *testing.T) {
	described := map[string]bool{} // by directory
	for _, file := range goFiles(t) {
		dir := filepath.Dir(file)
		if _, seen := described[dir]; !seen {
			described[dir] = false
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, file), nil, parser.PackageClauseOnly|parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		if parsed.Doc != nil && strings.Contains(parsed.Doc.Text(), ".") {
			described[dir] = true
		}
	}
	for dir, has := range described {
		if !has {
			t.Errorf("%s: no file has a sentence that says what the package is for", dir)
		}
	}
}
