package spec

import (
	"fmt"
	"slices"
	"strings"

	"assay.dev/assay/spec/document"
)

// Disagreements compares what the document states with the claims, both ways, both with
// the requirements, both ways, and the values of tables with the sentences that have to
// say them. An empty list is agreement.
func (s *Spec) Disagreements() ([]string, error) {
	doc, err := document.Parse(documentFile, s.Document)
	if err != nil {
		return nil, fmt.Errorf("read %s of %s: %w", documentFile, s.Name, err)
	}
	a := agreement{doc: doc, claims: s.Claims, requirements: s.Requirements}
	return a.disagreements(), nil
}

type agreement struct {
	doc          *document.Document
	claims       []Claim
	requirements []Requirement
	found        []string
}

func (a *agreement) add(format string, args ...any) {
	a.found = append(a.found, fmt.Sprintf(format, args...))
}

func (a *agreement) disagreements() []string {
	known := map[string]Requirement{}
	for _, r := range a.requirements {
		known[r.ID] = r
	}
	a.statements()
	claimed := a.claimedBy(known)
	for _, r := range a.requirements {
		if !r.Derived && !claimed[r.ID] {
			a.add("%s is not derived, and %s states it nowhere", r.ID, documentFile)
		}
		if !slices.Contains(a.doc.Sections, r.Section) {
			a.add("%s: %s has no section %q", r.ID, documentFile, r.Section)
		}
	}
	return a.found
}

func keyOf(section, kind, key string) string { return section + ": " + kind + " " + key }

// statements finds what is stated and not claimed, and claimed with another text or not
// stated.
func (a *agreement) statements() {
	claims := map[string]Claim{}
	for _, c := range a.claims {
		k := keyOf(c.Section, c.Kind, c.Key)
		if _, twice := claims[k]; twice {
			a.add("%s lists twice: %s", claimsFile, k)
		}
		claims[k] = c
	}
	stated := map[string]bool{}
	for _, c := range a.doc.Cells {
		k := keyOf(c.Section, string(c.Kind), c.Key)
		stated[k] = true
		claim, ok := claims[k]
		switch {
		case !ok:
			a.add("%s:%d: nobody claims %s", documentFile, c.Line, k)
		case claim.Text != c.Text:
			a.add("%s:%d: %s is %q, claimed was %q", documentFile, c.Line, k, c.Text, claim.Text)
		}
	}
	for _, c := range a.claims {
		if k := keyOf(c.Section, c.Kind, c.Key); !stated[k] {
			a.add("%s no longer states %s", documentFile, k)
		}
	}
}

// claimedBy returns what is claimed, after it has looked at each claim's requirements.
func (a *agreement) claimedBy(known map[string]Requirement) map[string]bool {
	claimed := map[string]bool{}
	for _, c := range a.claims {
		k := keyOf(c.Section, c.Kind, c.Key)
		for _, id := range c.IDs {
			claimed[id] = claimed[id] || !c.InRows
			if r, ok := known[id]; !ok {
				a.add("%s claims the unknown %s", k, id)
			} else if r.Derived {
				a.add("%s claims %s, which is derived: what %s states is not", k, id, documentFile)
			}
		}
		for _, id := range c.Values {
			sentence := known[id].Sentence
			if !slices.ContainsFunc(c.Phrases, func(phrase string) bool { return strings.Contains(sentence, phrase) }) {
				a.add("%s is %q, but %s is: %s", k, c.Text, id, sentence)
			}
		}
	}
	return claimed
}
