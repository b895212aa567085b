package terms_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"unicode"

	"golang.org/x/sync/errgroup"
)

// kind is what a text is in its file.
type kind string

const (
	identifier kind = "identifier"
	fileName   kind = "file"
	packages   kind = "package"
	key        kind = "key" // of YAML, JSON, a struct's tag or an environment
	heading    kind = "heading"
	literal    kind = "string"
	comment    kind = "comment"
	line       kind = "line"
)

// prose reports whether a text is sentences, not one name.
func (k kind) prose() bool { return k == heading || k == literal || k == comment || k == line }

// place is one text of the tree.
type place struct {
	path string
	line int
	kind kind
	text string
}

// ignored are directories and files that no word of ours is in: what runs recorded, what
// others wrote, and the table of words itself.
var ignored = []string{"artifacts", "bin", ".git", "docs/runs", "docs/terms", "LICENSE", "CHANGELOG.md", "docs/ids.md"}

// pages are names and ends of names of the files that are read beside those of Go.
var pages = []string{".md", ".yaml", ".yml", ".gotmpl", ".tpl", ".gohtml", ".mk", ".tf", ".sh", ".js", "Makefile", "run"}

// scan reads all files below a directory.
func scan(t *testing.T, dir string) (all []place) {
	t.Helper()
	var guard sync.Mutex
	var group errgroup.Group
	group.SetLimit(4)
	err := filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(dir, name)
		if err != nil {
			return err
		}
		relative = filepath.ToSlash(relative)
		if slices.Contains(ignored, relative) || entry.IsDir() && (entry.Name() == ".git" || entry.Name() == "node_modules") {
			if entry.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if entry.IsDir() || !slices.ContainsFunc(append([]string{".go"}, pages...), func(end string) bool { return strings.HasSuffix(entry.Name(), end) }) {
			return nil
		}
		group.Go(func() error {
			content, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			found, err := read(relative, content)
			guard.Lock()
			defer guard.Unlock()
			all = append(all, found...)
			return err
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(all, func(a, b place) int {
		if c := strings.Compare(a.path, b.path); c != 0 {
			return c
		}
		return a.line - b.line
	})
	return all
}

// read returns the texts of a file.
func read(name string, content []byte) ([]place, error) {
	base := path.Base(name)
	found := []place{{name, 0, fileName, strings.TrimSuffix(base, path.Ext(base))}}
	if path.Ext(name) == ".go" {
		found = append(found, place{name, 0, packages, path.Base(path.Dir(name))})
		more, err := goPlaces(name, content)
		return append(found, more...), err
	}
	return append(found, lines(name, string(content))...), nil
}

var (
	title   = regexp.MustCompile(`^#+ |<(h[1-6]|title|th)\b`)
	yamlKey = regexp.MustCompile(`^\s*(?:- )?([A-Za-z][A-Za-z0-9_-]*):(?:\s|$)`)
	flowKey = regexp.MustCompile(`[{,]\s*([A-Za-z][A-Za-z0-9_-]*):\s`)
)

// lines returns the lines of a page with their keys.
func lines(name, content string) (found []place) {
	for n, text := range strings.Split(content, "\n") {
		k := line
		if (path.Ext(name) == ".md" || path.Ext(name) == ".gohtml") && title.MatchString(text) {
			k = heading
		}
		found = append(found, place{name, n + 1, k, text})
		if ext := path.Ext(name); ext != ".yaml" && ext != ".gotmpl" || strings.HasPrefix(strings.TrimSpace(text), "#") {
			continue
		}
		for _, rx := range []*regexp.Regexp{yamlKey, flowKey} {
			for _, match := range rx.FindAllStringSubmatch(text, -1) {
				found = append(found, place{name, n + 1, key, match[1]})
			}
		}
	}
	return found
}

var tagName = regexp.MustCompile(`(?:json|yaml):"([A-Za-z][A-Za-z0-9_-]*)`)

// goPlaces returns names that a file declares, its comments, and its literals.
func goPlaces(name string, content []byte) (found []place, err error) {
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, name, content, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	add := func(pos token.Pos, k kind, text string) {
		found = append(found, place{name, files.Position(pos).Line, k, text})
	}
	names := func(all ...ast.Expr) {
		for _, one := range all {
			if id, ok := one.(*ast.Ident); ok && id.Name != "_" {
				add(id.Pos(), identifier, id.Name)
			}
		}
	}
	tags := map[*ast.BasicLit]bool{}
	ast.Inspect(file, func(node ast.Node) bool {
		switch n := node.(type) {
		case *ast.FuncDecl:
			names(n.Name)
		case *ast.TypeSpec:
			names(n.Name)
		case *ast.ValueSpec:
			for _, id := range n.Names {
				names(id)
			}
		case *ast.Field:
			for _, id := range n.Names {
				names(id)
			}
			if n.Tag != nil {
				tags[n.Tag] = true
				for _, match := range tagName.FindAllStringSubmatch(n.Tag.Value, -1) {
					add(n.Tag.Pos(), key, match[1])
				}
			}
		case *ast.AssignStmt:
			if n.Tok == token.DEFINE {
				names(n.Lhs...)
			}
		case *ast.RangeStmt:
			if n.Tok == token.DEFINE {
				names(n.Key, n.Value)
			}
		case *ast.BasicLit:
			if text, err := strconv.Unquote(n.Value); err == nil && n.Kind == token.STRING && !tags[n] {
				add(n.Pos(), literal, text)
			}
		}
		return true
	})
	for _, group := range file.Comments {
		for _, one := range group.List {
			add(one.Pos(), comment, one.Text)
		}
	}
	return found, nil
}

// split returns the words of a name in small letters: TestHealLeaves is test, heal, leaves.
func split(name string) (parts []string) {
	runes := []rune(name)
	start := 0
	for i := 1; i <= len(runes); i++ {
		if i == len(runes) || !unicode.IsLetter(runes[i]) || unicode.IsUpper(runes[i]) && (!unicode.IsUpper(runes[i-1]) || i+1 < len(runes) && unicode.IsLower(runes[i+1])) {
			if part := strings.TrimFunc(string(runes[start:i]), func(r rune) bool { return !unicode.IsLetter(r) }); part != "" {
				parts = append(parts, strings.ToLower(part))
			}
			start = i
		}
	}
	return parts
}
