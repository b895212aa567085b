package report

import (
	"slices"
	"sync"

	"assay.dev/assay/spec"
)

// sections are the sections of SPEC.md that have requirements, in the order of
// SPEC.md; one that SPEC.md states nothing in comes last.
var sections = sync.OnceValue(func() []string {
	with := map[string]bool{}
	for _, r := range spec.Requirements() {
		with[r.Section] = true
	}
	var order []string
	add := func(section string) {
		if with[section] && !slices.Contains(order, section) {
			order = append(order, section)
		}
	}
	for _, claim := range spec.Claims() {
		add(claim.Section)
	}
	for _, section := range sortedKeys(with) {
		add(section)
	}
	return order
})
