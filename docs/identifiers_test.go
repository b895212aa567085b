package docs_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
)

// others are packages of other modules that pages name.
var others = []string{"ginkgo", "gomega", "sarama"}

var identifierLike = regexp.MustCompile(`^([a-z][a-z0-9]*)\.([A-Za-z][A-Za-z0-9]*(?:\.[A-Za-z][A-Za-z0-9]*)?)(?:\(\))?$`)

// declarations is what Go files of the checkout declare.
type declarations struct {
	files *token.FileSet
	// names are functions, types, constants, variables, Type.Method and Type.Field of all
	// packages of a name.
	names map[string]map[string]bool
	// parsed are the files by their paths below the checkout.
	parsed map[string]*ast.File
}

// parsedSource reads all Go files of the checkout but tests.
var parsedSource = sync.OnceValues(func() (*declarations, error) {
	s := &declarations{files: token.NewFileSet(), names: map[string]map[string]bool{}, parsed: map[string]*ast.File{}}
	return s, filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if path != root && (strings.HasPrefix(entry.Name(), ".") || slices.Contains([]string{"artifacts", "bin"}, entry.Name())) {
				return fs.SkipDir
			}
			return nil
		}
		if filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		parsed, err := parser.ParseFile(s.files, path, content, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		s.parsed[filepath.ToSlash(relative)] = parsed
		s.add(parsed)
		return nil
	})
})

func goSource(t *testing.T) *declarations {
	t.Helper()
	s, err := parsedSource()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *declarations) add(file *ast.File) {
	names := s.names[file.Name.Name]
	if names == nil {
		names = map[string]bool{}
		s.names[file.Name.Name] = names
	}
	for _, decl := range file.Decls {
		switch d := decl.(type) {
		case *ast.FuncDecl:
			if d.Recv != nil {
				names[receiver(d.Recv.List[0].Type)+"."+d.Name.Name] = true
			} else {
				names[d.Name.Name] = true
			}
		case *ast.GenDecl:
			for _, one := range d.Specs {
				addSpec(names, one)
			}
		}
	}
}

func addSpec(names map[string]bool, one ast.Spec) {
	switch one := one.(type) {
	case *ast.ValueSpec:
		for _, name := range one.Names {
			names[name.Name] = true
		}
	case *ast.TypeSpec:
		names[one.Name.Name] = true
		var fields *ast.FieldList
		switch of := one.Type.(type) {
		case *ast.StructType:
			fields = of.Fields
		case *ast.InterfaceType:
			fields = of.Methods
		default:
			return
		}
		for _, field := range fields.List {
			for _, name := range field.Names {
				names[one.Name.Name+"."+name.Name] = true
			}
		}
	}
}

func receiver(expr ast.Expr) string {
	switch e := expr.(type) {
	case *ast.StarExpr:
		return receiver(e.X)
	case *ast.IndexExpr:
		return receiver(e.X)
	case *ast.Ident:
		return e.Name
	}
	return ""
}

// lower are packages whose names start no requirement's ID: what follows one of them is an
// identifier without a capital letter, too. Elsewhere it is an ID, as topic.replicas.
var lower = []string{"judge", "platform", "mutants", "session", "expect", "observe", "report", "history"}

var extension = regexp.MustCompile(`\.(json|yaml|yml|html|md|go|xml)$`)

// missing says why a text is no identifier of the checkout. is reports whether it looks like
// one: rules.json and topic.reminders do not.
func (s *declarations) missing(code string) (is bool, why string) {
	found := identifierLike.FindStringSubmatch(code)
	if found == nil || slices.Contains(others, found[1]) || extension.MatchString(code) ||
		strings.ToLower(found[2]) == found[2] && !slices.Contains(lower, found[1]) {
		return false, ""
	}
	names, known := s.names[found[1]]
	switch {
	case !known:
		return true, code + ": there is no package " + found[1]
	case !names[found[2]]:
		return true, code + ": the package " + found[1] + " has no " + found[2]
	}
	return true, ""
}

// TestIdentifiersExist wants each identifier that a guide names to exist.
func TestIdentifiersExist(t *testing.T) {
	s, seen := goSource(t), 0
	for _, p := range pages(t) {
		if !p.guide() && !strings.HasPrefix(p.path, "docs/reference/") {
			continue
		}
		seen += count(t, p, s.missing)
	}
	if seen < 20 {
		t.Errorf("only %d identifiers were looked at", seen)
	}
}

// TestMissingIdentifiersAreFound holds that pages with wrong identifiers are red.
func TestMissingIdentifiersAreFound(t *testing.T) {
	s := goSource(t)
	for code, want := range map[string]bool{
		"judge.Judge": true, "judge.Jduge": false, "spec.Requirement.Labels": true, "report.Report.Verdict": true, "jugde.Judge": false,
		"rules.json": true, "topic.reminders": true, "ginkgo.It": true, "judge.judgement.follow": true, "judge.judgement.folow": false, "platform.yaml": true, "topic.replicas": true, "history.Fault.Prof": false, "fault.podKill": true,
	} {
		if _, why := s.missing(code); (why == "") != want {
			t.Errorf("%s: %q", code, why)
		}
	}
}
