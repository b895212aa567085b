// Package audit judges the specification by itself: whether its numbers can
// hold together, on the nodes it names, in the world as it is.
//
// Each finding is a claim against the specification with the arithmetic that
// proves or refutes it, computed from platform.yaml, facts.yaml and SPEC.md, so
// that a corrected specification turns its finding to Refuted by itself. The
// same arithmetic (Feasible) proves that the values which are deployed fit.
//
// The package prints nothing.
package audit

import (
	"fmt"

	"assay.dev/assay/spec"
	"assay.dev/assay/spec/document"
)

// Verdict reports whether a claim against the specification holds.
type Verdict string

// Proven means that the specification has the defect, Refuted that it has not.
const (
	Proven  Verdict = "proven"
	Refuted Verdict = "refuted"
)

// Class is the kind of defect that a finding claims.
type Class string

// The kinds of defects.
const (
	Contradiction Class = "contradiction" // two statements that cannot both be kept
	Hazard        Class = "hazard"        // can be kept, and breaks under normal operation
	Gap           Class = "gap"           // something needed that is not stated
	Outdated      Class = "outdated"      // true once, not any more
	Deployment    Class = "deployment"    // about the derived values, not SPEC.md
)

// Finding is one claim with its proof. Arithmetic has a line for each step;
// Sections are headings of SPEC.md; Consequence says what follows if the claim
// is proven, and what was done about it here.
type Finding struct {
	ID          string
	Class       Class
	Title       string
	Arithmetic  []string
	Verdict     Verdict
	Sections    []string
	Consequence string
}

// Input is what the audit computes from.
type Input struct {
	Platform *spec.Platform
	Facts    *spec.Facts
	Document *document.Document
	// Sections are the headings of the document by the areas of the catalog that they are.
	Sections map[string]string
}

// Of returns a specification as input.
func Of(s *spec.Spec) (Input, error) {
	doc, err := document.Parse("SPEC.md", s.Document)
	if err != nil {
		return Input{}, fmt.Errorf("audit %s: %w", s.Name, err)
	}
	return Input{Platform: s.Platform, Facts: spec.Today(), Document: doc, Sections: s.Areas()}, nil
}

// claim is a finding before its proof.
type claim struct {
	id          string
	class       Class
	title       string
	areas       []string
	consequence string
	// prove writes the arithmetic and reports whether the defect is there.
	prove func(Input, *proof) bool
}

// proof collects the lines of an arithmetic.
type proof struct{ lines []string }

func (p *proof) line(format string, args ...any) {
	p.lines = append(p.lines, fmt.Sprintf(format, args...))
}

// Audit proves or refutes every claim, in the order of their IDs. A claim whose
// arithmetic cannot be done (a rollout that is neither a number nor a
// percentage, say) is an error, and so is one that breaks: no finding at all would
// look like a specification without a defect.
func Audit(in Input) (findings []Finding, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			findings, err = nil, brokenBy(cause)
		}
	}()
	in.Document = byAreas(in.Document, in.Sections)
	for _, c := range claims() {
		p := &proof{}
		verdict := Refuted
		if c.prove(in, p) {
			verdict = Proven
		}
		findings = append(findings, Finding{
			ID: c.id, Class: c.class, Title: c.title, Arithmetic: p.lines,
			Verdict: verdict, Sections: in.headings(c.areas), Consequence: c.consequence,
		})
	}
	return findings, nil
}

func claims() []claim {
	var all []claim
	for _, part := range [][]claim{
		quotaClaims(), limitRangeClaims(), nodeClaims(), cloudClaims(),
		versionClaims(), messagingClaims(), eventClaims(), documentClaims(),
	} {
		all = append(all, part...)
	}
	return all
}
