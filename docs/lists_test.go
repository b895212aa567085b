package docs_test

import (
	"fmt"
	"go/ast"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestGuaranteesPage generates docs/reference/guarantees.md from the list of guarantees.
func TestGuaranteesPage(t *testing.T) {
	s := goSource(t)
	functions := map[string]string{} // files by function
	var list *ast.FuncDecl
	for file, parsed := range s.parsed {
		for _, decl := range parsed.Decls {
			f, ok := decl.(*ast.FuncDecl)
			if !ok || f.Recv != nil || path.Dir(file) != "harness/judge" {
				continue
			}
			functions[f.Name.Name] = file
			if f.Name.Name == "guarantees" {
				list = f
			}
		}
	}
	if list == nil {
		t.Fatal("harness/judge has no function guarantees")
	}
	var out strings.Builder
	fmt.Fprintf(&out, "# Guarantees\nGenerated from [`judge.guarantees`](../../%s) by `go test ./docs -update`; do not edit. "+
		"Each row is one name in `verdict.json`, one sentence, and one function that judges a history. "+
		"A guarantee without requirements here takes them from the specification, or is about the experiment itself.\n\n"+
		"| guarantee | sentence | requirements | judged by |\n|---|---|---|---|\n", functions["guarantees"])
	rows := 0
	ast.Inspect(list, func(node ast.Node) bool {
		literal, ok := node.(*ast.CompositeLit)
		if !ok {
			return true
		}
		row := map[string]ast.Expr{}
		for _, element := range literal.Elts {
			if pair, ok := element.(*ast.KeyValueExpr); ok {
				row[s.text(pair.Key)] = pair.Value
			}
		}
		if row["name"] == nil || row["judge"] == nil {
			return true
		}
		rows++
		judge := s.text(row["judge"])
		fmt.Fprintf(&out, "| %s | %s | %s | [`judge.%s`](../../%s) |\n", s.constant(t, "harness/judge", s.text(row["name"])),
			literals(row["promise"]), literals(row["requirements"]), judge, functions[judge])
		return false
	})
	if rows < 20 {
		t.Fatalf("only %d guarantees were found", rows)
	}
	golden(t, "docs/reference/guarantees.md", out.String())
}

// literals are the texts in an expression.
func literals(expr ast.Expr) string {
	var all []string
	if expr != nil {
		ast.Inspect(expr, func(node ast.Node) bool {
			if literal, ok := node.(*ast.BasicLit); ok {
				if text, err := strconv.Unquote(literal.Value); err == nil {
					all = append(all, text)
				}
			}
			return true
		})
	}
	return strings.Join(all, ", ")
}

// TestExitCodesPage wants each exit code of the command on its page, and no other.
func TestExitCodesPage(t *testing.T) {
	s := goSource(t)
	var want []string
	for _, name := range []string{"exitGreen", "exitError", "exitRed", "exitInconclusive", "exitRefused"} {
		want = append(want, s.constant(t, "cmd/assay", name))
	}
	declared := 0
	s.declared("cmd/assay", func(_ string, _ *ast.GenDecl, one ast.Spec) bool {
		if values, ok := one.(*ast.ValueSpec); ok && strings.HasPrefix(values.Names[0].Name, "exit") {
			declared++
		}
		return false
	})
	if declared != len(want) {
		t.Errorf("the command has %d exit codes, this test knows %d", declared, len(want))
	}
	var got []string
	for _, found := range regexp.MustCompile(`(?m)^\| ([0-9]+) \|`).FindAllStringSubmatch(read(t, "docs/reference/exit-codes.md").text, -1) {
		got = append(got, found[1])
	}
	if !slices.Equal(got, want) {
		t.Errorf("docs/reference/exit-codes.md lists %v, the command ends with %v", got, want)
	}
}

var variable = regexp.MustCompile(`\bASSAY_[A-Z]+(?:_[A-Z]+)*\b`)

// internal are variables by which processes of assay speak with each other, and those of
// its own tests.
var internal = []string{"ASSAY_DIST", "ASSAY_SUITE", "ASSAY_WORK_DIR", "ASSAY_HOLDER", "ASSAY_PROGRESS", "ASSAY_GUEST", "ASSAY_TEST_AS_COMMAND", "ASSAY_EXIT"}

// TestEnvironmentPage wants each variable that a program, the Makefile or a chart reads on
// its page, and no other.
func TestEnvironmentPage(t *testing.T) {
	used := map[string]bool{}
	err := filepath.WalkDir(root, func(file string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := entry.Name()
		if entry.IsDir() {
			if file != root && (name == ".git" || name == "artifacts" || name == "bin" || name == "docs") {
				return fs.SkipDir
			}
			return nil
		}
		suffixes := []string{".go", ".mk", ".sh", ".gotmpl", ".yml"}
		if name != "Makefile" && !slices.Contains(suffixes, filepath.Ext(name)) || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		content, err := os.ReadFile(file)
		for _, found := range variable.FindAllString(string(content), -1) {
			used[found] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	listed := map[string]bool{}
	for _, code := range read(t, "docs/reference/environment.md").codes() {
		if name, _, _ := strings.Cut(code, "="); variable.MatchString(name) {
			listed[name] = true
		}
	}
	for name := range used {
		if !listed[name] && !slices.Contains(internal, name) {
			t.Errorf("docs/reference/environment.md lacks %s", name)
		}
	}
	for name := range listed {
		if !used[name] {
			t.Errorf("docs/reference/environment.md lists %s, which nothing reads", name)
		}
	}
}
