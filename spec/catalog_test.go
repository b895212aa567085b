package spec

import (
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

// rows of a table that a test adds to the reference platform.
func another(t *testing.T, old, new string) *Spec {
	t.Helper()
	raw := string(platformYAML(t))
	if strings.Count(raw, old) != 1 {
		t.Fatalf("%q is %d times in platform.yaml", old, strings.Count(raw, old))
	}
	files := fstest.MapFS{PlatformFile: {Data: []byte(strings.Replace(raw, old, new, 1))}}
	s, err := Load("another", overlay{files, os.DirFS("todo")})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestANewRowIsANewRequirement(t *testing.T) {
	const row = "  - {name: task-updates, partitions: 3, replicas: 1,"
	s := another(t, row, "  - {name: audit.log_v2, partitions: 12, replicas: 1, retention: 36h, cluster: todo-kafka, purpose: Raw audit lines}\n"+row)
	for id, want := range map[string]string{
		"topic.audit-log-v2.exists":     "The topic `audit.log_v2` MUST exist in the broker.",
		"topic.audit-log-v2.partitions": "The topic `audit.log_v2` MUST have 12 partitions.",
		"topic.audit-log-v2.retention":  "The topic `audit.log_v2` MUST retain records for 36 hours.",
		"topic.audit-log-v2.settings":   "The topic `audit.log_v2` MUST have no setting of its own beside its retention and its cleanup policy.",
	} {
		if r, ok := s.Lookup(id); !ok || r.Sentence != want {
			t.Errorf("%s: %q", id, r.Sentence)
		}
	}
	if _, ok := s.Lookup("topic.audit-log-v2.carries"); ok {
		t.Error("a topic without an event family carries one")
	}
	if before := len(reference(t).Requirements); len(s.Requirements) != before+4 {
		t.Errorf("%d requirements, before %d", len(s.Requirements), before)
	}
	found, err := s.Disagreements()
	if err != nil || !strings.Contains(strings.Join(found, "\n"), "topic.audit-log-v2.exists is not derived, and SPEC.md states it nowhere") {
		t.Errorf("SPEC.md has no such topic, and that is not said: %v, %v", found, err)
	}
}

// A program without a sidecar has no app ID that a sidecar could report.
func TestAProgramWithoutASidecarHasNoAppID(t *testing.T) {
	s := another(t, "dapr: {enabled: true, appId: todo-frontend,", "dapr: {enabled: false, appId: todo-frontend,")
	if r, ok := s.Lookup("deployment.todo-frontend.app-id"); ok {
		t.Errorf("asked for is: %s", r.Sentence)
	}
	if _, ok := s.Lookup("deployment.todo-frontend.available"); !ok {
		t.Error("it need not be available")
	}
}

// The order of rows changes no ID and no sentence.
func TestTheOrderOfRowsDoesNotMatter(t *testing.T) {
	s := reference(t)
	turned := *s.Platform
	turned.Topics = nil
	for _, topic := range s.Topics {
		turned.Topics = append([]Topic{topic}, turned.Topics...)
	}
	templates, err := loadTemplates(catalog)
	if err != nil {
		t.Fatal(err)
	}
	other := &Spec{Platform: &turned, Schemas: s.Schemas}
	made, err := other.expand(templates)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range made {
		if known, ok := s.Lookup(r.ID); !ok || known.Sentence != r.Sentence {
			t.Errorf("%s: %q, before %q", r.ID, r.Sentence, known.Sentence)
		}
	}
}

func TestBrokenTemplatesAreErrors(t *testing.T) {
	s := reference(t)
	const good = "templates:\n  - id: topic.{name}.x\n    for: topics\n    level: MUST\n    sentence: The topic {{.Name}} MUST x.\n    area: topics\n    suite: provisioning\n    targets: [kind]\n"
	for _, test := range []struct{ old, new, want string }{
		{"", "", ""},
		{"for: topics", "for: tropics", `catalog: topic.{name}.x is for the unknown table "tropics"`},
		{"{{.Name}}", "{{.Nam}}", "can't evaluate field Nam"},
		{"{{.Name}}", "{{.Name", `function "MUST" not defined`},
		{"id: topic.", "id: kafka.", "catalog/topic.yaml: kafka.{name}.x does not belong to the family topic of this file"},
		{"suite:", "siute:", `unknown key "templates[0].siute"`},
	} {
		files := fstest.MapFS{"catalog/topic.yaml": {Data: []byte(strings.Replace(good, test.old, test.new, 1))}}
		templates, err := loadTemplates(files)
		if err == nil {
			_, err = s.expand(templates)
		}
		if got := errText(err); test.want == "" && err != nil || !strings.Contains(got, test.want) {
			t.Errorf("%q: got %s, want %s", test.new, got, test.want)
		}
	}
}

func TestDays(t *testing.T) {
	days := words["days"].(func(Duration) string)
	for d, want := range map[time.Duration]string{24 * time.Hour: "1 day", 168 * time.Hour: "7 days", 36 * time.Hour: "36 hours", time.Hour: "1 hour", 90 * time.Minute: "90 minutes", 90 * time.Second: "1m30s"} {
		if got := days(Duration{d}); got != want {
			t.Errorf("%s is %q, want %q", d, got, want)
		}
	}
}

// What the specification does not have makes no requirement, and that is said.
func TestWhatIsNotThereIsSaid(t *testing.T) {
	raw := string(platformYAML(t))
	cut := func(from, to string) {
		a := strings.Index(raw, from)
		b := strings.Index(raw[a:], to)
		if a < 0 || b < 0 {
			t.Fatalf("%q to %q is not in platform.yaml", from, to)
		}
		raw = raw[:a] + raw[a+b:]
	}
	cut("\ningress:\n", "\nquotas:")
	cut("\nquotas:\n", "\nlimitRange:")
	cut("\nlimitRange:\n", "\n# derived: who may open")
	s, err := Load("less", overlay{fstest.MapFS{PlatformFile: {Data: []byte(raw)}}, os.DirFS("todo")})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range s.Requirements {
		if f := r.Family(); f == "quota" && r.Row == nil || f == "limits" || f == "ingress" {
			t.Errorf("%s is asked of a platform that has none", r.ID)
		}
	}
	unused := s.Unused()
	for _, id := range []string{"ingress.exists", "quota.{namespace}.cpu-requests", "limits.max-cpu", "security.tls-secret"} {
		if !slices.Contains(unused, id) {
			t.Errorf("%s is not among what does not apply: %v", id, unused)
		}
	}
	if unused := reference(t).Unused(); len(unused) != 0 {
		t.Errorf("the reference has nothing for %v", unused)
	}
}

// TestAQuantityIsRespelled: another text, the same quantity.
func TestAQuantityIsRespelled(t *testing.T) {
	for text, want := range map[string]string{"512Mi": "536870912", "1": "1000m", "60m": "0.060", "1500m": "1.500"} {
		got := MustQuantity(text)
		if respelled, err := (&Spec{}).Execute("{{respelled .}}", got); err != nil || respelled != want {
			t.Errorf("%s: %q, %v, want %q", text, respelled, err, want)
		}
	}
}
