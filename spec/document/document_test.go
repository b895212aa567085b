package document

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func specification(t *testing.T) *Document {
	t.Helper()
	raw, err := os.ReadFile("../todo/SPEC.md")
	if err != nil {
		t.Fatal(err)
	}
	doc, err := Parse("SPEC.md", string(raw))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestArrowsOfTheSpecification(t *testing.T) {
	want := map[string][]Arrow{
		"Entity Relationship Diagram": {{"OKE Node Pool", "Load Balancer"}, {"Load Balancer", "NGINX Ingress"}},
		"Kubernetes Namespace Layout": {{"OCI Load Balancer (external)", "NGINX Controller"}},
		"Deployment Lifecycle": {
			{"Pending", "Running"}, {"Running", "Updating"}, {"Updating", "Running"},
			{"Running", "Failed"}, {"Running", "Rolled"}, {"Pending", "Failed"},
		},
		"Event Flow State": {
			{"Published", "In Kafka"}, {"In Kafka", "Consumed"}, {"Consumed", "Processed"},
			{"In Kafka", "Expired"}, {"Processed", "Failed"},
		},
	}
	if diff := cmp.Diff(want, specification(t).Arrows); diff != "" {
		t.Errorf("arrows (-want +got):\n%s", diff)
	}
}

func TestTablesAndMembersOfTheSpecification(t *testing.T) {
	doc := specification(t)
	table, ok := doc.Table("5. Kafka Topic", "Topics")
	if !ok || !slices.Equal(table.Column("Name"), []string{"task-events", "reminders", "task-updates"}) {
		t.Errorf("topics: %v", table)
	}
	if got := table.Column("Colour"); got != nil {
		t.Errorf("a column that is not there: %v", got)
	}
	if _, ok := doc.Table("5. Kafka Topic", "Queues"); ok {
		t.Error("a table that is not there is found")
	}
	if got := doc.Members("Task Event")["data.tags[0]"]; got != "string" {
		t.Errorf("tags are %q", got)
	}
	if got := doc.Texts("Event Flow State"); !slices.Contains(got, "(DLQ)") {
		t.Errorf("texts of the event flow: %v", got)
	}
}

func TestEveryArrowDirection(t *testing.T) {
	drawing := strings.Join([]string{
		"# Up", "```",
		"┌───┐     ┌───┐",
		"│ A │◄────│ B │",
		"└───┘     └───┘",
		"  ▲            ",
		"  │            ",
		"┌───┐          ",
		"│ C │          ",
		"└───┘          ",
		"```",
	}, "\n")
	doc, err := Parse("d.md", drawing)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := doc.Arrows["Up"], []Arrow{{"B", "A"}, {"C", "A"}}; !slices.Equal(got, want) {
		t.Errorf("arrows: %v, want %v", got, want)
	}
}

func TestFormsThatNoRequirementCouldClaim(t *testing.T) {
	tests := map[string]struct{ text, want string }{
		"unknown line":    {"# A\n\n> a quote", `s.md:3: a line of unknown form, which no requirement could claim: "> a quote"`},
		"numbered list":   {"1. one", `s.md:1: a line of unknown form, which no requirement could claim: "1. one"`},
		"open block":      {"# A\n```json\n{}", "s.md:2: the code block is never closed"},
		"other language":  {"```yaml\na: b\n```", "s.md:1: a code block in yaml, which no requirement could claim"},
		"broken JSON":     {"```json\n{\"a\" 1}\n```", "s.md:2: the JSON block: invalid character '1' after object key"},
		"ragged table":    {"| A | B |\n|---|---|\n| 1 |", "s.md:3: the row has 1 cells, the header 2"},
		"table, no rule":  {"| A | B |\n| 1 | 2 |", "s.md:1: a table needs a line of dashes under its header"},
		"arrow to nobody": {"```\n │ A │──►\n```", "s.md:2: the arrow in column 9 leads from nothing to nothing"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := Parse("s.md", test.text)
			if err == nil || !strings.HasPrefix(err.Error(), test.want) {
				t.Errorf("got %v, want %s", err, test.want)
			}
		})
	}
}

func TestBoxesOfTheSpecification(t *testing.T) {
	doc := specification(t)
	const erd, layout = "Entity Relationship Diagram", "Kubernetes Namespace Layout"
	tests := []struct {
		section, outer, inner string
		want                  bool
	}{
		{erd, "Oracle Cloud Infrastructure", "Worker Node (A1)", true},
		{erd, "VCN (10.0.0.0/16)", "OCI Autonomous DB (Always Free)", true},
		{erd, "Public Subnet", "NGINX Ingress", true},
		{erd, "Public Subnet", "Worker Node (A1)", false},
		{erd, "Private Subnet", "Worker Node (A1)", true},
		{erd, "Private Subnet", "NGINX Ingress", false},
		{erd, "Private Subnet", "NAT Gateway", false},
		{layout, "Namespace: dapr-system", "dapr-scheduler", true},
		{layout, "Namespace: kafka", "dapr-scheduler", false},
		{layout, "Namespace: nowhere", "dapr-scheduler", false},
	}
	for _, test := range tests {
		if got := doc.Encloses(test.section, test.outer, test.inner); got != test.want {
			t.Errorf("%q around %q: %v, want %v", test.outer, test.inner, got, test.want)
		}
	}
}
