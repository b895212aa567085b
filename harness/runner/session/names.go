package session

import (
	"fmt"
	"slices"
	"strings"

	"github.com/agext/levenshtein"

	"assay.dev/assay/spec"
)

// mostNames is how many names an error lists.
const mostNames = 12

// Nearest returns the name that a word most likely means, empty if none is near.
func Nearest(word string, names []string) string {
	best, far := "", max(2, len(word)/3)+1
	for _, name := range names {
		if d := levenshtein.Distance(strings.ToLower(word), strings.ToLower(name), nil); d < far {
			best, far = name, d
		}
	}
	return best
}

// Unknown is the error of a name that there is not, with the one that is meant or, if
// none is near, those that there are.
func Unknown(kind, word string, names []string) error {
	if near := Nearest(word, names); near != "" {
		return fmt.Errorf("there is no %s %q: did you mean %q?", kind, word, near)
	}
	names = slices.Sorted(slices.Values(names))
	if more := len(names) - mostNames; more > 0 {
		return fmt.Errorf("there is no %s %q; there are %s and %d more", kind, word, strings.Join(names[:mostNames], ", "), more)
	}
	return fmt.Errorf("there is no %s %q; there are %s", kind, word, strings.Join(names, ", "))
}

// Capabilities returns the capabilities of some names, sorted and each once. The error is of
// a name that there is not.
func Capabilities(names []string) ([]spec.Capability, error) {
	known := spec.Capability("").Values()
	var all []spec.Capability
	for _, name := range names {
		name = strings.TrimSpace(name)
		if !slices.Contains(known, name) {
			return nil, Unknown("capability", name, known)
		}
		all = append(all, spec.Capability(name))
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}
