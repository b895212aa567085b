package schemas

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"assay.dev/assay/spec"
)

func TestExamplesAreValid(t *testing.T) {
	for _, family := range Families() {
		examples := Examples(family)
		if len(examples) < 3 {
			t.Errorf("%s has %d examples, want at least 3", family, len(examples))
		}
		for _, e := range examples {
			t.Run(family+"/"+e.Name, func(t *testing.T) {
				if err := Validate(family, e.Raw); err != nil {
					t.Error(err)
				}
				if got, ok := FamilyOf(e.Raw); !ok || got != family {
					t.Errorf("taken for a %q", got)
				}
			})
		}
	}
}

func TestEveryVariantBreaksExactlyItsOwnConstraint(t *testing.T) {
	for _, family := range Families() {
		names := map[string]bool{}
		for _, v := range Variants(family) {
			if names[v.Name] {
				t.Errorf("%s: two variants are called %q", family, v.Name)
			}
			names[v.Name] = true
			t.Run(family+"/"+v.Name, func(t *testing.T) {
				var invalid *Invalid
				if err := Validate(family, v.Raw); !errors.As(err, &invalid) {
					t.Fatalf("accepted (%v): %s", err, v.Raw)
				}
				if len(invalid.Violations) != 1 {
					t.Fatalf("%d reasons: %v", len(invalid.Violations), invalid)
				}
				got := invalid.Violations[0]
				if v.Keyword == "pattern" {
					// The library reports the name, not the member.
					got.Location = v.Location
				}
				if got.Keyword != v.Keyword || got.Location != v.Location || got.Requirement != v.Requirement {
					t.Errorf("refused for %s at %q (%s), want %s at %q (%s)",
						got.Keyword, got.Location, got.Requirement, v.Keyword, v.Location, v.Requirement)
				}
			})
		}
	}
}

// The variants are generated, so their number is asserted by hand: a generator
// that forgets a branch would otherwise shrink the negative tests in silence.
func TestNumberOfVariants(t *testing.T) {
	want := map[string]int{TaskEvent: 51, ReminderEvent: 41, TaskUpdateEvent: 40}
	for _, family := range Families() {
		if got := len(Variants(family)); got != want[family] {
			var list []string
			for _, v := range Variants(family) {
				list = append(list, v.Name)
			}
			t.Errorf("%s has %d variants, want %d:\n%s", family, got, want[family], strings.Join(list, "\n"))
		}
	}
}

func TestUndecodableIsRefused(t *testing.T) {
	for name, raw := range Undecodable() {
		err := Validate(TaskEvent, raw)
		var invalid *Invalid
		if err == nil || errors.As(err, &invalid) || !strings.Contains(err.Error(), "not JSON") {
			t.Errorf("%s: %v", name, err)
		}
		if family, ok := FamilyOf(raw); ok {
			t.Errorf("%s is taken for a %s", name, family)
		}
	}
}

func TestMessageSaysWhatIsWrongWhere(t *testing.T) {
	raw := strings.Replace(string(Examples(TaskEvent)[0].Raw), `"high"`, `"urgent"`, 1)
	raw = strings.Replace(raw, `"home"`, `7`, 1)
	err := Validate(TaskEvent, []byte(raw))
	want := "not a valid task-event: data.priority: value must be one of 'low', 'medium', 'high' (EVT-012); data.tags[0]: got number, want string (EVT-015)"
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

func TestEveryRequirementOfASchemaIsKnown(t *testing.T) {
	for _, family := range Families() {
		for _, v := range Variants(family) {
			if _, ok := spec.Lookup(v.Requirement); !ok {
				t.Errorf("%s: %s belongs to %q, which is no requirement", family, v.Name, v.Requirement)
			}
		}
	}
}

func TestSchemasAgreeWithThePlatform(t *testing.T) {
	for _, e := range spec.Current().Events {
		if got := Types(e.Family); !slices.Equal(got, e.Types) {
			t.Errorf("%s: schema admits %v, platform.yaml lists %v", e.Family, got, e.Types)
		}
		properties := compiled()[e.Family].source["properties"].(map[string]any)
		if got := properties["source"].(map[string]any)["const"]; got != e.Source {
			t.Errorf("%s: schema wants source %v, platform.yaml %s", e.Family, got, e.Source)
		}
	}
}

func TestUnknownFamilyPanics(t *testing.T) {
	defer func() {
		want := `schemas: no family "task"; use one of task-event, reminder-event, task-update-event`
		if got := fmt.Sprint(recover()); got != want {
			t.Errorf("panic %s", got)
		}
	}()
	_ = Validate("task", nil)
}
