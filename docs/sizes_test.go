package docs_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// The sizes that a reader takes in at once, in lines.
const (
	medianFile   = 100
	maxFile      = 320
	maxFunctions = 70
)

// TestFilesAndFunctionsAreShort wants all Go files, tests as well, to be short, except
// those that a program has written.
func TestFilesAndFunctionsAreShort(t *testing.T) {
	var sizes []int
	for _, file := range goFiles(t) {
		content, err := os.ReadFile(filepath.Join(root, file))
		if err != nil {
			t.Fatal(err)
		}
		set := token.NewFileSet()
		parsed, err := parser.ParseFile(set, file, content, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		if ast.IsGenerated(parsed) {
			continue
		}
		lines := set.File(parsed.Pos()).LineCount() - 1 // the last line ends the file
		sizes = append(sizes, lines)
		if lines > maxFile {
			t.Errorf("%s has %d lines, want at most %d", file, lines, maxFile)
		}
		for _, decl := range parsed.Decls {
			f, ok := decl.(*ast.FuncDecl)
			if !ok {
				continue
			}
			if n := set.Position(f.End()).Line - set.Position(f.Pos()).Line + 1; n > maxFunctions {
				t.Errorf("%s: the function %s has %d lines, want at most %d", set.Position(f.Pos()), f.Name.Name, n, maxFunctions)
			}
		}
	}
	slices.Sort(sizes)
	if median := sizes[len(sizes)/2]; median > medianFile {
		t.Errorf("half of the files have more than %d lines, want at most %d", median, medianFile)
	}
}
