package session

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/onsi/ginkgo/v2/types"

	"assay.dev/assay/harness/process/refusal"
	"assay.dev/assay/spec"
	"assay.dev/assay/spec/todo"
)

func TestResolve(t *testing.T) {
	fault := todo.Must().Faults[0]
	for _, test := range []struct{ in, want Filter }{
		{Filter{}, Filter{}},
		{Filter{Focus: "kafka.topics"}, Filter{Labels: "kafka.topics"}},
		{Filter{Focus: "Kafka.Topics"}, Filter{Labels: "kafka.topics"}},
		{Filter{Focus: "topic.reminders"}, Filter{Labels: `/^topic\.reminders\./`}},
		{Filter{Focus: "topic."}, Filter{Labels: `/^topic\./`}},
		{Filter{Focus: "broker"}, Filter{Focus: "broker"}},
		{Filter{Focus: fault.Name}, Filter{Labels: fault.Requirement}},
		{Filter{Focus: "kafka.topics", Labels: "MUST"}, Filter{Labels: "(MUST) && kafka.topics"}},
		{Filter{Focus: "KFK[78]"}, Filter{Focus: "KFK[78]"}},
		{Filter{Labels: "MUST && !waits"}, Filter{Labels: "MUST && !waits"}},
	} {
		if got, err := test.in.Resolve(todo.Must()); err != nil || got != test.want {
			t.Errorf("%+v becomes %+v, %v, want %+v", test.in, got, err, test.want)
		}
	}
}

func TestWhatCannotBeReadIsRefused(t *testing.T) {
	var refused *refusal.Error
	for _, f := range []Filter{{Focus: "("}, {Focus: "[a-"}, {Focus: "*"}, {Labels: "MUST &&"}, {Labels: "(a"}, {Labels: "/(/"}} {
		if _, err := f.Resolve(todo.Must()); !errors.As(err, &refused) {
			t.Errorf("%+v: %v", f, err)
		}
	}
	for _, f := range []Filter{{Focus: "kafka.topic"}, {Focus: "topic.reminders.exist"}, {Labels: "kafka.topics || kafka.topik"}} {
		if _, err := f.Resolve(todo.Must()); err == nil || !strings.Contains(err.Error(), "did you mean") {
			t.Errorf("%+v: %v", f, err)
		}
	}
	if _, err := (Filter{Focus: "EVT-012"}).Resolve(todo.Must()); err == nil || !strings.Contains(err.Error(), "docs/ids.md") {
		t.Errorf("an ID of the first edition: %v", err)
	}
	if _, err := (Filter{Labels: "/^kafka.x/ && !waits"}).Resolve(todo.Must()); err != nil {
		t.Errorf("a regular expression over labels is no ID: %v", err)
	}
}

func TestSuitesOfAFilter(t *testing.T) {
	for labels, want := range map[string][]spec.Suite{
		"":                                       Suites(),
		"MUST":                                   Suites(),
		"fault.broker-pod-kill":                  {spec.Chaos},
		"flow.accepted || fault.broker-pod-kill": {spec.Eventing, spec.Chaos},
		"flow.accepted && !waits":                Suites(),
	} {
		if got := (Filter{Labels: labels}).Suites(todo.Must(), Suites()); !slices.Equal(got, want) {
			t.Errorf("%q selects %v, want %v", labels, got, want)
		}
	}
}

func TestUnknown(t *testing.T) {
	if err := Unknown("suite", "quotes", []string{"quotas", "chaos"}); !strings.Contains(err.Error(), `did you mean "quotas"?`) {
		t.Error(err)
	}
	if err := Unknown("suite", "zzzzzzzz", []string{"quotas", "chaos"}); !strings.Contains(err.Error(), "there are chaos, quotas") {
		t.Error(err)
	}
}

// TestWithinAProfile leaves out what is above it, and keeps what the user has selected.
func TestWithinAProfile(t *testing.T) {
	checks := map[string][]string{
		"reads": {"MUST", "kafka.topics"}, "makes a pod": {"MUST", "profile:standard"},
		"restarts": {"SHOULD", "profile:disruptive"}, "in a container of another": {"MUST", "profile:standard", "profile:disruptive"},
		"breaks": {"MUST", "profile:chaos", "requires:kafka-access"},
	}
	for _, test := range []struct {
		profile spec.Profile
		labels  string
		suites  int
		want    []string
	}{
		{spec.ReadOnly, "", 2, []string{"reads"}},
		{spec.Standard, "", 3, []string{"makes a pod", "reads"}},
		{spec.Disruptive, "", 4, []string{"in a container of another", "makes a pod", "reads", "restarts"}},
		{spec.Breaking, "", 4, []string{"breaks", "in a container of another", "makes a pod", "reads", "restarts"}},
		{spec.Disruptive, "SHOULD || kafka.topics", 4, []string{"reads", "restarts"}},
		{spec.ReadOnly, "SHOULD", 2, nil},
	} {
		suites, filter := Within(test.profile, Suites(), Filter{Labels: test.labels})
		selects := func([]string) bool { return true }
		if filter.Labels != "" {
			parsed, err := types.ParseLabelFilter(filter.Labels)
			if err != nil {
				t.Fatalf("%s: %v", filter.Labels, err)
			}
			selects = parsed
		}
		var got []string
		for name, labels := range checks {
			if selects(labels) {
				got = append(got, name)
			}
		}
		slices.Sort(got)
		if len(suites) != test.suites || !slices.Equal(got, test.want) {
			t.Errorf("%s, %q: %v in %v, want %v in %d suites", test.profile, test.labels, got, suites, test.want, test.suites)
		}
	}
}
