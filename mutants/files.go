package mutants

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"assay.dev/assay/spec"
)

//go:embed *.yaml
var files embed.FS

// OwnFile is what a specification's directory may hold mutants of its own in, in the form
// of the files of this package.
const OwnFile = "mutants.yaml"

// Equivalent is a requirement that no mutant can break, and why. With If, it is one for the
// specifications for which that text (a template on the platform) comes to something.
type Equivalent struct {
	Requirement string `yaml:"requirement"`
	Why         string `yaml:"why"`
	If          string `yaml:"if,omitempty"`
}

// Uncovered is what nobody has tried to break yet, and why. Its checks are not known
// to be able to fail: it counts as not killed.
type Uncovered struct {
	Requirements []string `yaml:"requirements"`
	Why          string   `yaml:"why"`
}

// set is the content of all files, for one specification.
type set struct {
	Mutants     []Mutant
	Equivalents []Equivalent
	Uncovered   []Uncovered
	Harmless    []Harmless
	// entries are what the entries of the files are for.
	entries []about
}

// file is the content of one. For is the table of the entries that name none.
type file struct {
	For         string       `yaml:"for,omitempty"`
	Mutants     []yaml.Node  `yaml:"mutants,omitempty"`
	Equivalents []Equivalent `yaml:"equivalents,omitempty"`
	Uncovered   []Uncovered  `yaml:"uncovered,omitempty"`
	Harmless    []yaml.Node  `yaml:"harmless,omitempty"`
}

// Load returns all mutants of a specification in the order of their IDs, and the
// requirements that none can break: those of assay, and those that the specification brings
// in OwnFile. The error names every problem with its file, line and mutant.
func Load(s *spec.Spec) ([]Mutant, []Equivalent, error) {
	all, err := load(s, files)
	return all.Mutants, all.Equivalents, err
}

// LoadUncovered returns what has no mutant although there could be one.
func LoadUncovered(s *spec.Spec) ([]Uncovered, error) {
	all, err := load(s, files)
	return all.Uncovered, err
}

// loader reads files one after the other.
type loader struct {
	spec     *spec.Spec
	known    known
	all      set
	problems []error
	seen     map[string]string
}

func load(s *spec.Spec, from fs.FS) (set, error) {
	names, err := fs.Glob(from, "*.yaml")
	if err != nil {
		return set{}, fmt.Errorf("list the mutants: %w", err)
	}
	l := loader{spec: s, known: newKnown(s), seen: map[string]string{}}
	for _, name := range names {
		content, err := fs.ReadFile(from, name)
		if err != nil {
			return set{}, fmt.Errorf("read the mutants: %w", err)
		}
		l.read(path.Join("mutants", path.Base(name)), content)
	}
	content, err := fs.ReadFile(s.Files, OwnFile)
	switch {
	case err == nil:
		l.read(path.Join(s.Name, OwnFile), content)
	case !errors.Is(err, fs.ErrNotExist):
		return set{}, fmt.Errorf("read the mutants of %s: %w", s.Name, err)
	}
	slices.SortFunc(l.all.Mutants, func(a, b Mutant) int { return strings.Compare(a.ID, b.ID) })
	l.excuses()
	return l.all, errors.Join(l.problems...)
}

func (l *loader) problem(name string, line int, format string, a ...any) {
	l.problems = append(l.problems, fmt.Errorf("%s:%d: %w", name, line, fmt.Errorf(format, a...)))
}

// read adds what one file holds.
func (l *loader) read(name string, content []byte) {
	var f file
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	decoder.KnownFields(true)
	if err := decoder.Decode(&f); err != nil && !errors.Is(err, io.EOF) {
		l.problems = append(l.problems, fmt.Errorf("%s: %w", name, err))
		return
	}
	for i := range f.Mutants {
		node := &f.Mutants[i]
		made, of, err := expand(l.spec, f.For, node)
		if err != nil {
			l.problem(name, node.Line, "%w", err)
		}
		l.all.entries = append(l.all.entries, of...)
		for _, m := range made {
			m.File, m.line = name, node.Line
			l.add(m)
		}
	}
	for i := range f.Harmless {
		l.harmless(name, &f.Harmless[i])
	}
	for _, e := range f.Equivalents {
		ok, err := holds(l.spec, spec.Row{Value: l.spec.Platform}, e.If)
		if err != nil {
			l.problem(name, 1, "equivalent %s: %w", e.Requirement, err)
		}
		if ok && l.concerns(e.Requirement) {
			l.all.Equivalents = append(l.all.Equivalents, e)
		}
	}
	for _, u := range f.Uncovered {
		if len(u.Requirements) == 0 {
			l.problem(name, 1, "uncovered: name requirements")
		}
		u.Requirements = slices.DeleteFunc(u.Requirements, func(id string) bool { return !l.concerns(id) })
		if len(u.Requirements) > 0 {
			l.all.Uncovered = append(l.all.Uncovered, u)
		}
	}
}

// concerns reports whether the specification has a requirement. One that nobody knows is taken
// for one that it has, so that a slip is found.
func (l *loader) concerns(id string) bool {
	requirements, known := l.spec.OfTemplate(id)
	return !known || len(requirements) > 0
}

// add adds a mutant and notes what is wrong with it.
func (l *loader) add(m Mutant) {
	for _, problem := range append(m.problems(l.spec), l.known.aimless(m)...) {
		l.problem(m.File, m.line, "%s: %s", m.ID, problem)
	}
	if other, ok := l.seen[m.ID]; ok {
		l.problem(m.File, m.line, "%s is already in %s", m.ID, other)
	}
	l.seen[m.ID] = m.File
	l.all.Mutants = append(l.all.Mutants, m)
}
