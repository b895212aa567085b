package report

import "assay.dev/assay/harness/runs/run"

// oldest is the oldest version of report.json that can be read.
const oldest = 2

// readable reports whether a report of a version can be read.
func readable(version int) bool { return version >= oldest && version <= Version }

// formerMembers are the names that members of version 2 have today.
var formerMembers = map[string]string{"begun": "started", "lacks": "unsupported", "stray": "collateral"}

// UnmarshalJSON reads a subject of each readable version.
func (s *Subject) UnmarshalJSON(content []byte) error {
	type plain Subject
	return run.UnmarshalFormer(content, (*plain)(s), formerMembers)
}

// UnmarshalJSON reads a suite of each readable version.
func (s *Suite) UnmarshalJSON(content []byte) error {
	type plain Suite
	return run.UnmarshalFormer(content, (*plain)(s), formerMembers)
}

// UnmarshalJSON reads a point of each readable version.
func (p *Point) UnmarshalJSON(content []byte) error {
	type plain Point
	return run.UnmarshalFormer(content, (*plain)(p), formerMembers)
}

// UnmarshalJSON reads a tally of each readable version.
func (t *Tally) UnmarshalJSON(content []byte) error {
	type plain Tally
	return run.UnmarshalFormer(content, (*plain)(t), formerMembers)
}
