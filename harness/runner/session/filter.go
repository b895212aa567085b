package session

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/onsi/ginkgo/v2/types"

	"assay.dev/assay/harness/process/refusal"
	"assay.dev/assay/spec"
)

// Filter says which checks of a suite run. Empty fields filter nothing.
type Filter struct {
	// Focus is a regular expression over names, as ginkgo's --focus, or the ID of a
	// requirement, the start of some IDs, or the name of a fault, which select their
	// checks and no others.
	Focus string
	// Labels is an expression over labels, as ginkgo's --label-filter.
	Labels string
}

var (
	// formerID is how requirements were called before their IDs were paths.
	formerID = regexp.MustCompile(`^[A-Za-z]{3}-[0-9]{3}$`)
	inRegex  = regexp.MustCompile(`/[^/]*/`)
	word     = regexp.MustCompile(`[A-Za-z0-9_.-]+`)
)

// Resolve returns the filter as Ginkgo takes it: a focus that is a name has become a
// label. What Ginkgo could not read is a *refusal.Error, a name that there is not an
// error with the one that is meant. Nothing has been compiled until then.
func (f Filter) Resolve(s *spec.Spec) (Filter, error) {
	if f.Focus != "" {
		if id, ok := selected(s, f.Focus); ok {
			if f.Labels != "" {
				id = "(" + f.Labels + ") && " + id
			}
			f = Filter{Labels: id}
		} else if err := unknown(s, f.Focus); err != nil {
			return f, err
		} else if _, err := regexp.Compile(f.Focus); err != nil {
			return f, &refusal.Error{Reason: fmt.Sprintf("--focus %q is no regular expression", f.Focus), Err: err}
		}
	}
	if f.Labels == "" {
		return f, nil
	}
	if _, err := types.ParseLabelFilter(f.Labels); err != nil {
		return f, &refusal.Error{Reason: fmt.Sprintf("--labels %q is no label filter", f.Labels), Err: err}
	}
	for _, one := range word.FindAllString(inRegex.ReplaceAllString(f.Labels, " "), -1) {
		if _, known := selected(s, one); !known {
			if err := unknown(s, one); err != nil {
				return f, err
			}
		}
	}
	return f, nil
}

// selected returns the label that a requirement or a fault is selected by.
func selected(s *spec.Spec, name string) (string, bool) {
	if r, ok := s.Lookup(strings.ToLower(name)); ok {
		return r.ID, true
	}
	for _, f := range s.Faults {
		if strings.EqualFold(f.Name, name) {
			return f.Requirement, true
		}
	}
	prefix := strings.TrimSuffix(strings.ToLower(name), ".") + "."
	if strings.Contains(name, ".") && slices.ContainsFunc(s.Requirements, func(r spec.Requirement) bool { return strings.HasPrefix(r.ID, prefix) }) {
		return "/^" + regexp.QuoteMeta(prefix) + "/", true
	}
	return "", false
}

// unknown is an error if a name that selects nothing was meant as an ID.
func unknown(s *spec.Spec, name string) error {
	switch {
	case formerID.MatchString(name):
		return fmt.Errorf("there is no requirement or fault %q: docs/ids.md says how requirements are called that had such IDs", name)
	case spec.IsID(strings.ToLower(name)):
		return Unknown("requirement or fault", name, selectable(s))
	}
	return nil
}

// selectable are the names that select checks.
func selectable(s *spec.Spec) []string {
	var names []string
	for _, r := range s.Requirements {
		names = append(names, r.ID)
	}
	for _, f := range s.Faults {
		names = append(names, f.Name)
	}
	return names
}

// Suites are those of some suites that hold the checks which a resolved filter
// selects, where the filter names nothing but requirements; else all of them.
func (f Filter) Suites(s *spec.Spec, among []spec.Suite) []spec.Suite {
	if f.Focus != "" || f.Labels == "" {
		return among
	}
	var wanted []spec.Suite
	for part := range strings.SplitSeq(f.Labels, "||") {
		r, ok := s.Lookup(strings.TrimSpace(part))
		if !ok {
			return among
		}
		wanted = append(wanted, r.Suite)
	}
	return slices.DeleteFunc(slices.Clone(among), func(suite spec.Suite) bool { return !slices.Contains(wanted, suite) })
}

// least is the profile that a suite needs at least; without one it has checks of each.
var least = map[spec.Suite]spec.Profile{spec.Eventing: spec.Standard, spec.Chaos: spec.Disruptive}

// Within leaves of suites and a resolved filter what a run of a profile may do.
func Within(profile spec.Profile, suites []spec.Suite, filter Filter) ([]spec.Suite, Filter) {
	if profile == spec.Breaking {
		return suites, filter
	}
	if filter.Labels != "" {
		filter.Labels = "(" + filter.Labels + ") && "
	}
	filter.Labels += profile.Filter()
	return slices.DeleteFunc(slices.Clone(suites), func(suite spec.Suite) bool { return !profile.Includes(least[suite]) }), filter
}
