package spec

import (
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Level is how binding a requirement is (RFC 2119).
type Level string

// The three levels. A MUST that is neither passed nor honestly skipped makes a
// run red.
const (
	Must   Level = "MUST"
	Should Level = "SHOULD"
	May    Level = "MAY"
)

// UnmarshalYAML refuses any other level.
func (l *Level) UnmarshalYAML(n *yaml.Node) error { return enum(n, l, "level") }

// Values implements Enumerated.
func (Level) Values() []string { return []string{string(Must), string(Should), string(May)} }

// Suite is the suite that proves a requirement.
type Suite string

// The four suites.
const (
	Provisioning Suite = "provisioning"
	Eventing     Suite = "eventing"
	Quotas       Suite = "quotas"
	Chaos        Suite = "chaos"
)

// UnmarshalYAML refuses any other suite.
func (s *Suite) UnmarshalYAML(n *yaml.Node) error { return enum(n, s, "suite") }

// Values implements Enumerated.
func (Suite) Values() []string {
	return []string{string(Provisioning), string(Eventing), string(Quotas), string(Chaos)}
}

// Target is a kind of infrastructure that a requirement can be proven on.
type Target string

// The targets.
const (
	Kind   Target = "kind"
	OKE    Target = "oke"
	OCISim Target = "oci-sim"
	// Adopted is a cluster that somebody else made. Requirements do not name it.
	Adopted Target = "adopted"
)

// UnmarshalYAML refuses any other target.
func (t *Target) UnmarshalYAML(n *yaml.Node) error { return enum(n, t, "target") }

// Values implements Enumerated.
func (Target) Values() []string { return []string{string(Kind), string(OKE), string(OCISim)} }

// Requirement is one line of the specification as something that can be
// checked. Derived requirements come from Why, not from SPEC.md; Section is
// then the part of SPEC.md that they complete.
type Requirement struct {
	ID       string   `yaml:"id"`
	Level    Level    `yaml:"level"`
	Sentence string   `yaml:"sentence"`
	Section  string   `yaml:"section"`
	Suite    Suite    `yaml:"suite"`
	Targets  []Target `yaml:"targets"`
	Derived  bool     `yaml:"derived,omitempty"`
	Why      string   `yaml:"why,omitempty"`

	// Area, Template and Row are those of the catalog, empty for a requirement that the
	// specification itself writes down: the part of a specification, the ID with braces
	// in the place of names, and the row that the requirement is made of.
	Area     string `yaml:"-"`
	Template string `yaml:"-"`
	Row      any    `yaml:"-"`
}

// Family is the first part of the ID.
func (r Requirement) Family() string {
	family, _, _ := strings.Cut(r.ID, ".")
	return family
}

// Text is the name of the check: the ID, so that one requirement can be
// focused on, and the sentence.
func (r Requirement) Text() string { return r.ID + " " + r.Sentence }

// Labels are what a check is filtered by: ID, family, level, suite and targets.
func (r Requirement) Labels() []string {
	labels := []string{r.ID, r.Family(), string(r.Level), string(r.Suite)}
	for _, t := range r.Targets {
		labels = append(labels, string(t))
	}
	if r.Derived {
		labels = append(labels, "derived")
	}
	return labels
}

// On reports whether the requirement can be proven on a target. On a cluster that somebody
// else made that is what can be proven on kind: on any Kubernetes.
func (r Requirement) On(t Target) bool {
	if t == Adopted {
		t = Kind
	}
	return slices.Contains(r.Targets, t)
}

// requirementsFile holds what a platform has to do beside what the catalog asks of all.
const requirementsFile = "requirements.yaml"

// loadRequirements decodes a specification's own requirements. It need not have any.
func loadRequirements(files fs.FS) ([]Requirement, error) {
	raw, err := fs.ReadFile(files, requirementsFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the requirements: %w", err)
	}
	var file struct {
		Requirements []Requirement `yaml:"requirements"`
	}
	if err := decodeStrict(requirementsFile, raw, &file); err != nil {
		return nil, err
	}
	return file.Requirements, nil
}

// checkRequirements looks at each requirement, and at all of them together.
func checkRequirements(c *checker, all []Requirement) {
	ids, sentences := map[string]bool{}, map[string]string{}
	for _, r := range all {
		c.requirement(r)
		if ids[r.ID] {
			c.add("%s: two requirements have this ID; give one of the rows another name", r.ID)
		}
		if other, ok := sentences[r.Sentence]; ok {
			c.add("%s has the same sentence as %s", r.ID, other)
		}
		ids[r.ID], sentences[r.Sentence] = true, r.ID
	}
}

var (
	idForm  = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)+$`)
	keyword = regexp.MustCompile(`\b(MUST NOT|MUST|SHALL NOT|SHALL|SHOULD NOT|SHOULD|MAY|REQUIRED|RECOMMENDED|OPTIONAL)\b`)
)

// IsID reports whether a text has the form of a requirement's ID.
func IsID(text string) bool { return idForm.MatchString(text) }

func (c *checker) requirement(r Requirement) {
	if !IsID(r.ID) {
		c.add("%q is not an ID; write words of lower-case letters, digits and dashes, with dots between them", r.ID)
	}
	words := keyword.FindAllString(r.Sentence, -1)
	switch {
	case len(words) != 1:
		c.add("%s: the sentence has %d RFC 2119 keywords, want exactly one", r.ID, len(words))
	case strings.TrimSuffix(words[0], " NOT") != string(r.Level):
		c.add("%s: the sentence has %s, the level is %s", r.ID, words[0], r.Level)
	}
	if !strings.HasSuffix(r.Sentence, ".") || strings.Contains(r.Sentence, ". ") {
		c.add("%s: write one sentence that ends with a full stop", r.ID)
	}
	if r.Derived != (strings.TrimSpace(r.Why) != "") {
		c.add("%s: a derived requirement has a reason, and only a derived one has", r.ID)
	}
	c.filled(r.ID+": section", r.Section)
	if len(r.Targets) == 0 {
		c.add("%s: name at least one target", r.ID)
	}
	targets := make([]string, len(r.Targets))
	for i, t := range r.Targets {
		targets[i] = string(t)
	}
	c.unique(r.ID+": targets", targets)
}
