package spec

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"assay.dev/assay/spec/document"
)

// unclaimed compares what a document states with the claims, both ways, and
// both with the requirements, both ways.
func unclaimed(doc *document.Document, claims []Claim, requirements []Requirement) []string {
	var found []string
	add := func(format string, args ...any) { found = append(found, fmt.Sprintf(format, args...)) }
	key := func(section, kind, key string) string { return section + ": " + kind + " " + key }
	byKey := map[string]Claim{}
	for _, c := range claims {
		k := key(c.Section, c.Kind, c.Key)
		if _, ok := byKey[k]; ok {
			add("cells.yaml lists twice: %s", k)
		}
		byKey[k] = c
	}
	stated := map[string]bool{}
	for _, c := range doc.Cells {
		k := key(c.Section, string(c.Kind), c.Key)
		stated[k] = true
		claim, ok := byKey[k]
		switch {
		case !ok:
			add("SPEC.md:%d: nobody claims %s", c.Line, k)
		case claim.Text != c.Text:
			add("SPEC.md:%d: %s says %q, claimed was %q", c.Line, k, c.Text, claim.Text)
		}
	}
	known, claimed := map[string]Requirement{}, map[string]bool{}
	for _, r := range requirements {
		known[r.ID] = r
	}
	for _, c := range claims {
		k := key(c.Section, c.Kind, c.Key)
		if !stated[k] {
			add("SPEC.md no longer states %s", k)
		}
		for _, id := range c.IDs {
			claimed[id] = true
			if r, ok := known[id]; !ok {
				add("%s claims the unknown %s", k, id)
			} else if r.Derived {
				add("%s claims %s, which is derived: what SPEC.md states is not", k, id)
			}
		}
	}
	for _, r := range requirements {
		if !r.Derived && !claimed[r.ID] {
			add("%s is not derived, and SPEC.md states it nowhere", r.ID)
		}
		if !slices.Contains(doc.Sections, r.Section) {
			add("%s: SPEC.md has no section %q", r.ID, r.Section)
		}
	}
	return found
}

func parseSpec(t *testing.T, old, replacement string) *document.Document {
	t.Helper()
	text := reference(t).Document
	if !strings.Contains(text, old) {
		t.Fatalf("%q is no longer in SPEC.md", old)
	}
	doc, err := document.Parse("SPEC.md", strings.Replace(text, old, replacement, 1))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestEveryCellIsClaimedAndEveryClaimIsStated(t *testing.T) {
	s := reference(t)
	for _, problem := range unclaimed(parseSpec(t, "", ""), s.Claims, s.Requirements) {
		t.Error(problem)
	}
	if n := len(s.Claims); n < 300 {
		t.Errorf("only %d cells: did the parser lose a part of SPEC.md?", n)
	}
}

func TestChangesOfTheSpecificationAreNoticed(t *testing.T) {
	tests := []struct{ name, old, new, want string }{
		{"changed cell", "| kafka | 1000m | 2000m |", "| kafka | 1500m | 2000m |",
			`Namespace Resource Quotas: cell kafka/CPU Request says "1500m", claimed was "1000m"`},
		{"added row", "| Max CPU | 2000m |", "| Min CPU | 10m |\n| Max CPU | 2000m |",
			"nobody claims Container Defaults (LimitRange): cell Min CPU/Value"},
		{"added attribute", "| shape | string |", "| labels | map | Node labels |\n| shape | string |",
			"nobody claims 2. Node Pool: cell labels/Description"},
		{"removed row", "| reminders | 1 | 7 days | Scheduled reminders |\n", "",
			"SPEC.md no longer states 5. Kafka Topic: cell Topics/reminders/Name"},
		{"added member", `    "user_id": "uuid",`, `    "user_id": "uuid", "tenant": "uuid",`,
			"nobody claims Task Event: member data.tenant"},
		{"changed member", `"reminder_type": "due_date|custom"`, `"reminder_type": "custom"`,
			`Reminder Event: member data.reminder_type says "custom"`},
		{"added list item", "- Route Tables", "- Route Tables\n- DHCP Options",
			"nobody claims 3. VCN: item Contains/DHCP Options"},
		{"added sentence", "for the OKE deployment.", "for the OKE deployment. It is complete.",
			"nobody claims Overview: sentence It is complete."},
		{"added box", "│ dapr-scheduler │", "│ dapr-sentry    │",
			"nobody claims Kubernetes Namespace Layout: text dapr-sentry"},
		{"turned arrow", "│ Consumed  │────►│ Processed", "│ Consumed  │     │ Processed",
			"SPEC.md no longer states Event Flow State: arrow Consumed → Processed"},
		{"new date", "2026-02-15", "2026-03-01", `field Date says "2026-03-01"`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := reference(t)
			found := unclaimed(parseSpec(t, test.old, test.new), s.Claims, s.Requirements)
			if !strings.Contains(strings.Join(found, "\n"), test.want) {
				t.Errorf("want %q among:\n%s", test.want, strings.Join(found, "\n"))
			}
		})
	}
}

func TestBrokenClaimsAreNoticed(t *testing.T) {
	doc := parseSpec(t, "", "")
	s := reference(t)
	claims := slices.Clone(s.Claims)
	claims[0].IDs = []string{"ABC-001"}
	claims[1].IDs = []string{"SEC-001"}
	requirements := append(s.Requirements, Requirement{ID: "KFK-900", Section: "Nowhere"})
	want := []string{
		"claims the unknown ABC-001",
		"claims SEC-001, which is derived: what SPEC.md states is not",
		"SPC-001 is not derived, and SPEC.md states it nowhere",
		"KFK-900 is not derived, and SPEC.md states it nowhere",
		`KFK-900: SPEC.md has no section "Nowhere"`,
	}
	found := strings.Join(unclaimed(doc, claims, requirements), "\n")
	for _, w := range want {
		if !strings.Contains(found, w) {
			t.Errorf("want %q among:\n%s", w, found)
		}
	}
	if _, err := parseClaims("c.yaml", []byte("cells:\n  - section: A\n    states:\n      - {kind: cell, key: B, ids: []}\n")); errText(err) != `c.yaml: A: cell "B" claims no ID` {
		t.Errorf("a claim without an ID: %v", err)
	}
}

// The sentence of a requirement that claims a cell with a value has to say the
// value, so that the name of a check cannot tell another story than SPEC.md.
func TestSentencesSayTheValuesOfTheTables(t *testing.T) {
	tables := map[string]bool{"Namespace Resource Quotas": true, "Container Defaults (LimitRange)": true}
	labels := []string{"Topics/", "Components/", "Deployments/", "Routing/"}
	s := reference(t)
	for _, c := range s.Claims {
		labelled := slices.ContainsFunc(labels, func(l string) bool { return strings.HasPrefix(c.Key, l) })
		if c.Kind != "cell" || !labelled && !tables[c.Section] {
			continue
		}
		if strings.HasSuffix(c.Key, "/Setting") || strings.HasSuffix(c.Key, "/Purpose") {
			continue
		}
		for _, id := range c.IDs {
			if !strings.Contains(s.Requirement(id).Sentence, c.Text) {
				t.Errorf("%s: %q does not say %q of %s", id, s.Requirement(id).Sentence, c.Text, c.Key)
			}
		}
	}
}
