package spec

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"assay.dev/assay/spec/document"
	"assay.dev/assay/spec/schemas"
)

// Spec is one specification: everything that its directory says of a platform.
type Spec struct {
	*Platform
	// Name is how errors and reports call the directory.
	Name string
	// Files is the directory itself.
	Files fs.FS
	// Requirements are in the order of their IDs.
	Requirements []Requirement
	// Claims are the cells of the document, in its order, with the IDs that claim them.
	Claims []Claim
	// Document is SPEC.md.
	Document string
	// Schemas judge events by their families.
	Schemas *schemas.Set

	byID  map[string]Requirement
	areas map[string]string
	// templates are the IDs of the catalog.
	templates map[string]bool
	// written are the claims of cells.yaml.
	written []Claim
}

// The files of a specification's directory, beside requirements/ and schemas/.
const (
	documentFile = "SPEC.md"
	// PlatformFile is what Platform is read from, and what the charts in deploy/ are
	// given as their values.
	PlatformFile = "platform.yaml"
	claimsFile   = "cells.yaml"
	schemasDir   = "schemas"
)

// Load reads a specification from its directory; errors call the directory name. The
// error, if any, is a Problems with every problem of every file.
func Load(name string, dir fs.FS) (*Spec, error) {
	s := &Spec{Name: name, Files: dir}
	var problems Problems
	note := func(err error) {
		if err != nil {
			problems = append(problems, fmt.Sprintf("%s/%v", name, err))
		}
	}
	read := func(file string) []byte {
		raw, err := fs.ReadFile(dir, file)
		if err != nil {
			problems = append(problems, fmt.Sprintf("%s: read %s: %v", name, file, err))
		}
		return raw
	}
	var err error
	if raw := read(PlatformFile); raw != nil {
		s.Platform, err = ParsePlatform(PlatformFile, raw)
		note(err)
		if err == nil {
			note(s.loadManifests(dir, raw))
		}
	}
	if raw := read(claimsFile); raw != nil {
		s.Claims, s.areas, err = parseClaims(claimsFile, raw)
		note(err)
	}
	s.Document = string(read(documentFile))
	s.Requirements, err = loadRequirements(dir)
	note(err)
	below, err := fs.Sub(dir, schemasDir)
	if err == nil {
		s.Schemas, err = schemas.Load(below)
	}
	note(err)
	if len(problems) > 0 {
		return nil, problems
	}
	if problems := s.validate(); len(problems) > 0 {
		return nil, problems
	}
	err = s.complete()
	if unlocated := (Problems)(nil); errors.As(err, &unlocated) {
		err = withLines(read(PlatformFile), unlocated)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return s, nil
}

// complete makes what follows from the files: the requirements of the catalog, and the
// claims on tables.
func (s *Spec) complete() error {
	if err := s.describeFaults(); err != nil {
		return err
	}
	templates, err := loadTemplates(catalog)
	if err != nil {
		return err
	}
	s.templates = map[string]bool{}
	for _, t := range templates {
		s.templates[t.ID] = true
	}
	made, err := s.expand(templates)
	if err != nil {
		return err
	}
	for i := range made {
		made[i].Section = s.Section(made[i].Area)
	}
	s.Requirements = append(made, s.Requirements...)
	c := &checker{file: "requirements"}
	if checkRequirements(c, s.Requirements); len(c.problems) > 0 {
		return c.problems
	}
	s.index()
	doc, err := document.Parse(documentFile, s.Document)
	if err != nil {
		return err
	}
	derived, err := s.deriveClaims(doc)
	if err != nil {
		return err
	}
	s.written = s.Claims
	s.Claims = mergeClaims(doc, derived, s.written)
	return nil
}

// Section is the section of the document that an area of the catalog is, or the area
// itself if the specification names none.
func (s *Spec) Section(area string) string { return orDefault(s.areas[area], area) }

// Areas are the sections of the document by the areas of the catalog that they are.
func (s *Spec) Areas() map[string]string { return maps.Clone(s.areas) }

// index sorts the requirements by their IDs, and finds them by these.
func (s *Spec) index() {
	slices.SortFunc(s.Requirements, func(a, b Requirement) int { return strings.Compare(a.ID, b.ID) })
	s.byID = map[string]Requirement{}
	for _, r := range s.Requirements {
		s.byID[r.ID] = r
	}
}

// validate holds the files of the directory against each other.
func (s *Spec) validate() Problems {
	c := &checker{file: s.Name}
	families := s.Schemas.Families()
	known := map[string]bool{}
	for _, f := range families {
		known[f] = true
	}
	for _, e := range s.Events {
		path := PlatformFile + ": events[" + e.Family + "]"
		c.known(path, e.Family, "schema", known, families)
		if !known[e.Family] {
			continue
		}
		if types := s.Schemas.Types(e.Family); !slices.Equal(types, e.Types) {
			c.add("%s.types: %v, and the schema admits %v", path, e.Types, types)
		}
		if source := s.Schemas.Source(e.Family); source != e.Source {
			c.add("%s.source: %q, and the schema admits %q", path, e.Source, source)
		}
	}
	return c.problems
}

// Sections are the sections of the document that have requirements, in its order; one
// that states nothing comes last.
func (s *Spec) Sections() []string {
	with := map[string]bool{}
	for _, r := range s.Requirements {
		with[r.Section] = true
	}
	var order []string
	add := func(section string) {
		if with[section] && !slices.Contains(order, section) {
			order = append(order, section)
		}
	}
	for _, claim := range s.Claims {
		add(claim.Section)
	}
	for _, section := range slices.Sorted(maps.Keys(with)) {
		add(section)
	}
	return order
}

// Lookup returns the requirement of an ID, and whether there is one.
func (s *Spec) Lookup(id string) (Requirement, bool) {
	r, ok := s.byID[id]
	return r, ok
}

// OfTemplate returns the requirements that were made of a template of the catalog, and
// whether there is such a template.
func (s *Spec) OfTemplate(id string) (made []Requirement, known bool) {
	for _, r := range s.Requirements {
		if r.Template == id {
			made = append(made, r)
		}
	}
	return made, s.templates[id]
}

// Unused returns the templates of the catalog that come to no requirement, since the
// specification has no row of their tables, in the order of the catalog.
func (s *Spec) Unused() []string {
	used := map[string]bool{}
	for _, r := range s.Requirements {
		used[r.Template] = true
	}
	var unused []string
	for _, id := range slices.Sorted(maps.Keys(s.templates)) {
		if !used[id] {
			unused = append(unused, id)
		}
	}
	return unused
}

// Requirement returns the requirement of an ID. A check that claims an ID which does
// not exist is a mistake in the suite: Requirement panics and names the IDs nearby.
func (s *Spec) Requirement(id string) Requirement {
	r, ok := s.Lookup(id)
	if ok {
		return r
	}
	var ids []string
	for _, other := range s.Requirements {
		ids = append(ids, other.ID)
	}
	nearby := near(id, ids, 3)
	if len(nearby) == 0 {
		panic(fmt.Sprintf("spec: no requirement %q in %s", id, s.Name))
	}
	panic(fmt.Sprintf("spec: no requirement %q; near it are %s", id, strings.Join(nearby, ", ")))
}
