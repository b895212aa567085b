package report

import (
	"strings"

	"assay.dev/assay/harness/judge"
)

// Change is what to change so that a check passes: a field of an object, from the
// value that was seen to the one that the specification gives.
type Change struct {
	Object string `json:"object"`
	Field  string `json:"field"`
	Seen   string `json:"seen"`
	Wanted string `json:"wanted"`
	From   string `json:"from"` // where it was seen
}

// changes are what the failed checks have seen that is not as specified. Evidence
// without a specified value tells nobody what to change.
func changes(checks []Check) []Change {
	var all []Change
	for _, c := range checks {
		if c.Result != judge.Fail {
			continue
		}
		for _, e := range c.Evidence {
			if !differs(c, e) {
				continue
			}
			field, object, named := strings.Cut(e.What, " of ")
			switch {
			case e.Object != "":
				object = e.Object
			case !named:
				object = e.From
			}
			all = append(all, Change{Object: object, Field: field, Seen: e.Seen, Wanted: e.Expected, From: e.From})
		}
	}
	return all
}
