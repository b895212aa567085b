package spec

import (
	"slices"
	"strings"
	"testing"

	"assay.dev/assay/spec/document"
)

// disagreements compares a document with what the specification would make of it.
func disagreements(s *Spec, doc *document.Document) []string {
	derived, err := s.deriveClaims(doc)
	if err != nil {
		return []string{err.Error()}
	}
	return (&agreement{doc: doc, claims: mergeClaims(doc, derived, s.written), requirements: s.Requirements}).disagreements()
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
	for _, problem := range disagreements(s, parseSpec(t, "", "")) {
		t.Error(problem)
	}
	if n := len(s.Claims); n < 300 {
		t.Errorf("only %d cells: did the parser lose a part of SPEC.md?", n)
	}
}

func TestChangesOfTheSpecificationAreNoticed(t *testing.T) {
	tests := []struct{ name, old, new, want string }{
		{"changed cell", "| kafka | 1000m | 2000m |", "| kafka | 1500m | 2000m |",
			"Namespace Resource Quotas: cell kafka/CPU Request is \"1500m\", but quota.kafka.cpu-requests is: The CPU requests of the namespace `kafka` MUST be limited to 1000m."},
		{"added row", "| Max CPU | 2000m |", "| Min CPU | 10m |\n| Max CPU | 2000m |",
			"nobody claims Container Defaults (LimitRange): cell Min CPU/Value"},
		{"added attribute", "| shape | string |", "| labels | map | Node labels |\n| shape | string |",
			"nobody claims 2. Node Pool: cell labels/Description"},
		{"removed row", "| reminders | 1 | 7 days | Scheduled reminders |\n", "",
			"topic.reminders.exists is not derived, and SPEC.md states it nowhere"},
		{"added member", `    "user_id": "uuid",`, `    "user_id": "uuid", "tenant": "uuid",`,
			"nobody claims Task Event: member data.tenant"},
		{"changed member", `"reminder_type": "due_date|custom"`, `"reminder_type": "custom"`,
			"Reminder Event: member data.reminder_type is \"custom\""},
		{"added list item", "- Route Tables", "- Route Tables\n- DHCP Options",
			"nobody claims 3. VCN: item Contains/DHCP Options"},
		{"added sentence", "for the OKE deployment.", "for the OKE deployment. It is complete.",
			"nobody claims Overview: sentence It is complete."},
		{"added box", "│ dapr-scheduler │", "│ dapr-sentry    │",
			"nobody claims Kubernetes Namespace Layout: text dapr-sentry"},
		{"turned arrow", "│ Consumed  │────►│ Processed", "│ Consumed  │     │ Processed",
			"SPEC.md no longer states Event Flow State: arrow Consumed → Processed"},
		{"new date", "2026-02-15", "2026-03-01", `field Date is "2026-03-01"`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := reference(t)
			found := disagreements(s, parseSpec(t, test.old, test.new))
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
	claims[0].IDs = []string{"abc.unknown"}
	claims[1].IDs = []string{"security.egress"}
	requirements := append(slices.Clone(s.Requirements), Requirement{ID: "kafka.new", Section: "Nowhere"})
	want := []string{
		"claims the unknown abc.unknown",
		"claims security.egress, which is derived: what SPEC.md states is not",
		"spec.revision is not derived, and SPEC.md states it nowhere",
		"kafka.new is not derived, and SPEC.md states it nowhere",
		`kafka.new: SPEC.md has no section "Nowhere"`,
	}
	found := strings.Join((&agreement{doc: doc, claims: claims, requirements: requirements}).disagreements(), "\n")
	for _, w := range want {
		if !strings.Contains(found, w) {
			t.Errorf("want %q among:\n%s", w, found)
		}
	}
	_, _, err := parseClaims("c.yaml", []byte("areas: {}\ncells:\n  - section: A\n    states:\n      - {kind: cell, key: B, ids: []}\n"))
	if errText(err) != `c.yaml: A: cell "B" claims no ID` {
		t.Errorf("a claim without an ID: %v", err)
	}
}
