package docs_test

import (
	"fmt"
	"go/ast"
	"go/printer"
	"go/token"
	"path"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// format is a page about the fields of Go types.
type format struct {
	page, title, intro string
	dir                string // of the types
	tag                string // by which fields have their names
	// types are those of the page, in order. Those that their fields refer to follow.
	types []string
}

// TestFormatPages generates the pages about files that other programs may read.
func TestFormatPages(t *testing.T) {
	s := goSource(t)
	for _, f := range []format{
		{
			page: "docs/reference/report.md", title: "report.json", dir: "harness/report", tag: "json", types: []string{"Report"},
			intro: "A run's report for programs, version " + s.constant(t, "harness/report", "Version") + " (`report.Version`). A reader refuses a version that it does not know. " +
				"`assay report --json` and `assay replay --json` print it; `report.html` and `junit.xml` beside it show the same.",
		},
		{
			page: "docs/reference/history.md", title: "History", dir: "harness/history", tag: "json", types: append([]string{"Header"}, s.entries(t)...),
			intro: "What an experiment saw, version " + s.constant(t, "harness/history", "Version") + " of the format (`history.Version`): one file of JSON Lines for each kind of entry. " +
				"The first line of a file is a Header, each further line is an entry, and the last line is `{\"closed\": {\"count\": N, \"sha256\": …}}`. " +
				"Moments are nanoseconds since `base` on one monotonic clock. The table of kinds is `history.Kinds`.",
		},
		{
			page: "docs/reference/verdict.md", title: "verdict.json", dir: "harness/judge", tag: "json", types: []string{"Verdict"},
			intro: "What the judge found in one history, version " + s.constant(t, "harness/judge", "VerdictVersion") + " (`judge.VerdictVersion`). It lies beside the history; `rules.json` beside it is what it was judged by.",
		},
		{
			page: "docs/reference/platform.md", title: "platform.yaml", dir: "spec", tag: "yaml", types: []string{"Platform"},
			intro: "The tables of a specification. [What deploys which table](../spec.md), [JSON Schema for editors](../platform.schema.json), and a complete example with the reason of each value: [`spec/todo/platform.yaml`](../../spec/todo/platform.yaml). " +
				"Every key that is not here is refused, with its line.",
		},
	} {
		golden(t, f.page, s.fields(t, f))
	}
}

func (s *declarations) fields(t *testing.T, f format) string {
	t.Helper()
	var out strings.Builder
	fmt.Fprintf(&out, "# %s\nGenerated from [`%s`](../../%s) by `go test ./docs -update`; do not edit.\n\n%s\n", f.title, f.dir, f.dir, f.intro)
	types := slices.Clone(f.types)
	for i := 0; i < len(types); i++ {
		file, doc, structure := s.structure(t, f.dir, types[i])
		fmt.Fprintf(&out, "\n## %s\n%s Go type: [`%s.%s`](../../%s).\n\n| field | type | meaning |\n|---|---|---|\n", types[i], line(doc), path.Base(f.dir), types[i], file)
		for _, field := range s.inlined(t, f, structure) {
			name, optional := tagged(field, f.tag)
			if name == "" {
				continue
			}
			shown := s.shown(t, f, field.Type)
			if optional {
				shown += ", optional"
			}
			meaning := line(field.Doc)
			if meaning == "" {
				meaning = line(field.Comment)
			}
			fmt.Fprintf(&out, "| %s | %s | %s |\n", name, shown, meaning)
			for _, more := range s.structures(f.dir, field.Type) {
				if !slices.Contains(types, more) && s.hasTags(t, f, more) {
					types = append(types, more)
				}
			}
		}
	}
	return out.String()
}

// shown is a type in words, with a link to its heading if it is a struct of the page.
func (s *declarations) shown(t *testing.T, f format, of ast.Expr) string {
	t.Helper()
	switch of := of.(type) {
	case *ast.StarExpr:
		return s.shown(t, f, of.X)
	case *ast.ArrayType:
		return "list of " + s.shown(t, f, of.Elt)
	case *ast.MapType:
		return "map from " + s.shown(t, f, of.Key) + " to " + s.shown(t, f, of.Value)
	case *ast.Ident:
		if names := s.structures(f.dir, of); len(names) == 1 && s.hasTags(t, f, of.Name) {
			return fmt.Sprintf("[%s](#%s)", of.Name, strings.ToLower(of.Name))
		}
	}
	return s.text(of)
}

// inlined are the fields of a struct, with those of the structs that are inlined in it.
func (s *declarations) inlined(t *testing.T, f format, structure *ast.StructType) []*ast.Field {
	t.Helper()
	var all []*ast.Field
	for _, field := range structure.Fields.List {
		if field.Tag == nil || !strings.Contains(field.Tag.Value, ",inline") {
			all = append(all, field)
			continue
		}
		_, _, of := s.structure(t, f.dir, s.text(field.Type))
		all = append(all, s.inlined(t, f, of)...)
	}
	return all
}

// hasTags reports whether a struct has named fields: one that has none is written as a value.
func (s *declarations) hasTags(t *testing.T, f format, name string) bool {
	t.Helper()
	_, _, structure := s.structure(t, f.dir, name)
	return slices.ContainsFunc(structure.Fields.List, func(field *ast.Field) bool {
		name, _ := tagged(field, f.tag)
		return name != ""
	})
}

// tagged is the name that a field's tag gives it, empty for one that is not written.
func tagged(field *ast.Field, by string) (name string, optional bool) {
	if field.Tag == nil {
		return "", false
	}
	tag, err := strconv.Unquote(field.Tag.Value)
	if err != nil {
		return "", false
	}
	name, rest, _ := strings.Cut(reflect.StructTag(tag).Get(by), ",")
	if name == "-" {
		name = ""
	}
	return name, strings.Contains(rest, "omitempty") || strings.Contains(rest, "omitzero")
}

// line is a comment as the cell of a table.
func line(comment *ast.CommentGroup) string {
	text := strings.Join(strings.Fields(comment.Text()), " ")
	return strings.ReplaceAll(strings.ReplaceAll(text, "|", `\|`), "<", `\<`)
}

func (s *declarations) text(node ast.Node) string {
	var out strings.Builder
	if err := printer.Fprint(&out, s.files, node); err != nil {
		return err.Error()
	}
	return out.String()
}

// declared walks the declarations of a folder's files, until found returns true.
func (s *declarations) declared(dir string, found func(file string, decl *ast.GenDecl, one ast.Spec) bool) {
	files := make([]string, 0, len(s.parsed))
	for file := range s.parsed {
		if path.Dir(file) == dir {
			files = append(files, file)
		}
	}
	slices.Sort(files)
	for _, file := range files {
		for _, decl := range s.parsed[file].Decls {
			general, ok := decl.(*ast.GenDecl)
			if !ok {
				continue
			}
			for _, one := range general.Specs {
				if found(file, general, one) {
					return
				}
			}
		}
	}
}

func (s *declarations) structure(t *testing.T, dir, name string) (file string, doc *ast.CommentGroup, structure *ast.StructType) {
	t.Helper()
	s.declared(dir, func(in string, decl *ast.GenDecl, one ast.Spec) bool {
		of, ok := one.(*ast.TypeSpec)
		if !ok || of.Name.Name != name {
			return false
		}
		if structure, ok = of.Type.(*ast.StructType); !ok {
			return false
		}
		file, doc = in, of.Doc
		if doc == nil {
			doc = decl.Doc
		}
		return true
	})
	if structure == nil {
		t.Fatalf("%s has no struct %s", dir, name)
	}
	return file, doc, structure
}

// structures are the structs of a folder that a type refers to.
func (s *declarations) structures(dir string, of ast.Expr) []string {
	var all []string
	ast.Inspect(of, func(node ast.Node) bool {
		if _, foreign := node.(*ast.SelectorExpr); foreign {
			return false
		}
		name, ok := node.(*ast.Ident)
		if !ok {
			return true
		}
		s.declared(dir, func(_ string, _ *ast.GenDecl, one ast.Spec) bool {
			of, ok := one.(*ast.TypeSpec)
			if !ok || of.Name.Name != name.Name {
				return false
			}
			if _, ok := of.Type.(*ast.StructType); ok {
				all = append(all, name.Name)
			}
			return true
		})
		return true
	})
	return all
}

// constant is the value of a constant that is written as a literal.
func (s *declarations) constant(t *testing.T, dir, name string) string {
	t.Helper()
	value := ""
	s.declared(dir, func(_ string, _ *ast.GenDecl, one ast.Spec) bool {
		values, ok := one.(*ast.ValueSpec)
		if !ok {
			return false
		}
		for i, n := range values.Names {
			if n.Name == name && i < len(values.Values) {
				value = s.text(values.Values[i])
			}
		}
		return value != ""
	})
	if value == "" {
		t.Fatalf("%s has no constant %s", dir, name)
	}
	if text, err := strconv.Unquote(value); err == nil {
		return text
	}
	return value
}

// entries are the types of the entries of a history, in the order of its table.
func (s *declarations) entries(t *testing.T) []string {
	t.Helper()
	var all []string
	s.declared("harness/history", func(_ string, decl *ast.GenDecl, one ast.Spec) bool {
		values, ok := one.(*ast.ValueSpec)
		if !ok || decl.Tok != token.VAR || values.Names[0].Name != "table" {
			return false
		}
		ast.Inspect(values.Values[0], func(node ast.Node) bool {
			// The type of a row is that of the list that its function returns: *[]E.
			function, ok := node.(*ast.FuncType)
			if !ok || function.Results == nil {
				return true
			}
			if pointer, ok := function.Results.List[0].Type.(*ast.StarExpr); ok {
				if list, ok := pointer.X.(*ast.ArrayType); ok {
					all = append(all, s.text(list.Elt))
				}
			}
			return true
		})
		return true
	})
	if len(all) < 10 {
		t.Fatalf("the table of kinds has %d rows: %v", len(all), all)
	}
	return all
}
