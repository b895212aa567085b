package session

import (
	"errors"
	"slices"
	"strings"
	"testing"

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
