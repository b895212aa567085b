// Package mutants holds the ways to break what is judged, each with the
// requirement whose check must see it. A suite is worth what it catches: `assay
// mutate` applies a mutant, wants exactly that check red, and undoes it.
package mutants

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"assay.dev/assay/spec"
)

//go:embed *.yaml
var files embed.FS

// Mutant is one way to break the platform.
type Mutant struct {
	// ID is unique: the requirement's ID and a word.
	ID string `yaml:"id"`
	// Requirement is the ID of the requirement that is broken.
	Requirement string `yaml:"requirement"`
	// What says what is broken, in a sentence.
	What string `yaml:"what"`
	// Apply is done in this order and undone in reverse.
	Apply []Step `yaml:"apply"`
	// Message is a regular expression that the failure must match.
	Message string `yaml:"message"`
	// Also are the IDs of other checks that see the same thing and may be red.
	Also []string `yaml:"also,omitempty"`
	// File is where the mutant is written, set by Load.
	File string `yaml:"-"`
}

// Step is one change to the cluster; exactly one of its fields is set.
type Step struct {
	Patch  *Patch         `yaml:"patch,omitempty"`
	Delete *Object        `yaml:"delete,omitempty"`
	Create map[string]any `yaml:"create,omitempty"`
	// Restart starts the pods of a workload anew, so that they see what the
	// steps before have changed.
	Restart *Object `yaml:"restart,omitempty"`
	// Lens changes what the API says about an object, not the object: for what
	// cannot be broken on a platform that has to go on.
	Lens *Lens `yaml:"lens,omitempty"`
	// Cloud changes a resource of the emulated cloud. A mutant with such a step has
	// no other kind.
	Cloud *Cloud `yaml:"cloud,omitempty"`
}

// Cloud is a change to a resource that goes through no rule of the cloud's API.
type Cloud struct {
	// Kind and Name are the emulator's, e.g. subnet and todo-public-subnet.
	Kind string `yaml:"kind"`
	Name string `yaml:"name"`
	// JSON is a patch (RFC 6902); a value ${KIND/NAME} is the ID of a resource.
	JSON []map[string]any `yaml:"json"`
}

// OfCloud tells whether the mutant changes the emulated cloud, not the platform.
func (m Mutant) OfCloud() bool {
	return slices.ContainsFunc(m.Apply, func(s Step) bool { return s.Cloud != nil })
}

// Lens is an object as the API shows it to the checks.
type Lens struct {
	Object `yaml:",inline"`
	// Absent hides it; else JSON (RFC 6902) is what is changed about it.
	Absent bool             `yaml:"absent,omitempty"`
	JSON   []map[string]any `yaml:"json,omitempty"`
}

// Object names an object of the cluster.
type Object struct {
	APIVersion string `yaml:"apiVersion"`
	Kind       string `yaml:"kind"`
	Namespace  string `yaml:"namespace,omitempty"`
	Name       string `yaml:"name"`
}

func (o Object) String() string {
	return strings.TrimPrefix(o.Kind+" "+o.Namespace+"/"+o.Name, "/")
}

// Patch changes an object by a JSON patch (RFC 6902), or by a merge patch
// (RFC 7396) if Merge is set instead.
type Patch struct {
	Object `yaml:",inline"`
	JSON   []map[string]any `yaml:"json,omitempty"`
	Merge  map[string]any   `yaml:"merge,omitempty"`
	// Rollout says that pods are replaced by it, and when the mutant counts as
	// applied: when the new ones have begun, or when the rollout is complete.
	Rollout Rollout `yaml:"rollout,omitempty"`
	// Remake says that the object cannot be changed back and is deleted and made
	// anew instead, as a topic with too many partitions.
	Remake bool `yaml:"remake,omitempty"`
}

// Rollout is how far a rollout has to come.
type Rollout string

// How far a rollout has to come. One that a mutant keeps from completing begins.
const (
	Begun    Rollout = "begun"
	Complete Rollout = "complete"
)

// Equivalent is a requirement that no mutant can break, and why.
type Equivalent struct {
	Requirement string `yaml:"requirement"`
	Why         string `yaml:"why"`
}

// Untried is what nobody has tried to break yet, and why. Its checks are not known
// to be able to fail: it counts as not killed.
type Untried struct {
	Requirements []string `yaml:"requirements"`
	Why          string   `yaml:"why"`
}

// set is the content of a file, or of all.
type set struct {
	Mutants     []Mutant     `yaml:"mutants"`
	Equivalents []Equivalent `yaml:"equivalents,omitempty"`
	Untried     []Untried    `yaml:"untried,omitempty"`
}

// Load returns all mutants in the order of their IDs, and the requirements that
// none can break. The error names every problem.
func Load() ([]Mutant, []Equivalent, error) {
	all, err := load(files)
	return all.Mutants, all.Equivalents, err
}

// LoadUntried returns what has no mutant although there could be one.
func LoadUntried() ([]Untried, error) {
	all, err := load(files)
	return all.Untried, err
}

func load(from fs.FS) (set, error) {
	names, err := fs.Glob(from, "*.yaml")
	if err != nil {
		return set{}, fmt.Errorf("list the mutants: %w", err)
	}
	var all set
	var problems []error
	seen := map[string]string{}
	for _, name := range names {
		content, err := fs.ReadFile(from, name)
		if err != nil {
			return set{}, fmt.Errorf("read the mutants: %w", err)
		}
		var f set
		decoder := yaml.NewDecoder(bytes.NewReader(content))
		decoder.KnownFields(true)
		if err := decoder.Decode(&f); err != nil && !errors.Is(err, io.EOF) {
			problems = append(problems, fmt.Errorf("%s: %w", path.Base(name), err))
			continue
		}
		for _, m := range f.Mutants {
			m.File = "mutants/" + path.Base(name)
			for _, problem := range m.problems() {
				problems = append(problems, fmt.Errorf("%s: %s: %s", path.Base(name), m.ID, problem))
			}
			if other, ok := seen[m.ID]; ok {
				problems = append(problems, fmt.Errorf("%s: %s is already in %s", path.Base(name), m.ID, other))
			}
			seen[m.ID] = path.Base(name)
			all.Mutants = append(all.Mutants, m)
		}
		all.Equivalents = append(all.Equivalents, f.Equivalents...)
		all.Untried = append(all.Untried, f.Untried...)
	}
	slices.SortFunc(all.Mutants, func(a, b Mutant) int { return strings.Compare(a.ID, b.ID) })
	return all, errors.Join(append(problems, all.excuses()...)...)
}

// excuses lists what is wrong with the requirements that are said to have no mutant.
func (s set) excuses() []error {
	var problems []error
	check := func(list, id, why string) {
		if _, ok := spec.Lookup(id); !ok || strings.TrimSpace(why) == "" {
			problems = append(problems, fmt.Errorf("%s %q: name a requirement and say why it has no mutant", list, id))
		}
	}
	for _, e := range s.Equivalents {
		check("equivalent", e.Requirement, e.Why)
	}
	for _, u := range s.Untried {
		if len(u.Requirements) == 0 {
			problems = append(problems, errors.New("untried: name requirements"))
		}
		for _, id := range u.Requirements {
			check("untried", id, u.Why)
		}
	}
	return problems
}

// problems lists what is wrong with a mutant as it is written.
func (m Mutant) problems() []string {
	var found []string
	if _, ok := spec.Lookup(m.Requirement); !ok {
		found = append(found, fmt.Sprintf("there is no requirement %q", m.Requirement))
	}
	if !strings.HasPrefix(m.ID, m.Requirement+"-") {
		found = append(found, fmt.Sprintf("the ID must begin with %s-", m.Requirement))
	}
	for _, id := range m.Also {
		if _, ok := spec.Lookup(id); !ok {
			found = append(found, fmt.Sprintf("also: there is no requirement %q", id))
		}
	}
	if m.What == "" || m.Message == "" || len(m.Apply) == 0 {
		found = append(found, "what, message and apply must be given")
	}
	if _, err := regexp.Compile(m.Message); err != nil {
		found = append(found, err.Error())
	}
	for i, step := range m.Apply {
		if p := step.Patch; p != nil && p.Rollout != "" && p.Rollout != Begun && p.Rollout != Complete {
			found = append(found, fmt.Sprintf("apply[%d]: rollout is %q; use %s or %s", i, p.Rollout, Begun, Complete))
		}
		set := 0
		for _, is := range []bool{step.Patch != nil, step.Delete != nil, step.Create != nil, step.Restart != nil, step.Lens != nil, step.Cloud != nil} {
			if is {
				set++
			}
		}
		if m.OfCloud() && step.Cloud == nil {
			found = append(found, fmt.Sprintf("apply[%d] changes the platform, another step the cloud", i))
		}
		if set != 1 {
			found = append(found, fmt.Sprintf("apply[%d] has %d kinds of change, want one", i, set))
		}
	}
	return found
}
