package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"assay.dev/assay/harness/runner/session"
	"assay.dev/assay/spec"
	"assay.dev/assay/spec/todo"
)

// TestQuickLeavesFaultsOutAndSaysSo holds what a quick run selects and what it says first.
func TestQuickLeavesFaultsOutAndSaysSo(t *testing.T) {
	flags := e2eFlags{quick: true}
	filter, suites, err := flags.chosen(todo.Must())
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(suites, []spec.Suite{spec.Provisioning, spec.Quotas, spec.Eventing}) {
		t.Errorf("it runs %v", suites)
	}
	for _, label := range []string{"disruptive", "waits"} {
		if !strings.Contains(filter.Labels, "!"+label) {
			t.Errorf("%q selects what is labeled %s", filter.Labels, label)
		}
	}
	text := flags.leftOut(todo.Must())
	for _, want := range []string{fmt.Sprintf("%d faults", len(todo.Must().Faults)), "suite chaos", "disruptive or waits", "does not speak of them", "make e2e-kind"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q does not say %q", text, want)
		}
	}
	if text := (e2eFlags{}).leftOut(todo.Must()); text != "" {
		t.Errorf("a whole run says %q", text)
	}
	if filter, suites, err := (e2eFlags{}).chosen(todo.Must()); err != nil || filter.Labels != defaultLabels || len(suites) != len(session.Suites()) {
		t.Errorf("a whole run selects %+v of %v, %v", filter, suites, err)
	}
}

// TestQuickSelectsAlone refuses two selections, before anything is compiled.
func TestQuickSelectsAlone(t *testing.T) {
	for _, args := range [][]string{{"e2e", "--quick", "--focus=kafka.topics"}, {"e2e", "--quick", "--labels=MUST"}} {
		if _, errs, code := assay(t, args...); code != exitRefused || !strings.Contains(errs, "--quick") {
			t.Errorf("%v: exit code %d, %s", args, code, errs)
		}
	}
}
