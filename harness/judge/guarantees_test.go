package judge

import (
	"slices"
	"testing"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/spec"
	"assay.dev/assay/spec/todo"
)

// TestGuaranteesNameRequirements holds the guarantees against the specification:
// each names requirements that exist, none is there twice, and every requirement
// of the event flow has one.
func TestGuaranteesNameRequirements(t *testing.T) {
	known := map[string]bool{}
	for _, r := range todo.Must().Requirements {
		known[r.ID] = true
	}
	named, names := map[string]bool{}, map[string]bool{}
	for _, g := range guarantees() {
		if names[g.name] {
			t.Errorf("there are two guarantees %s", g.name)
		}
		names[g.name] = true
		for _, id := range g.requirements {
			named[id] = true
			if !known[id] {
				t.Errorf("%s names %s, which is no requirement", g.name, id)
			}
		}
	}
	for _, r := range todo.Must().Requirements {
		if r.Family() == "FLW" && !named[r.ID] {
			t.Errorf("no guarantee is for %s: %s", r.ID, r.Sentence)
		}
	}
	for _, name := range core {
		if !names[name] {
			t.Errorf("the core names %s, which is no guarantee", name)
		}
	}
}

// TestRulesFollowTheSpecification looks for what the judge takes from the
// specification by name.
func TestRulesFollowTheSpecification(t *testing.T) {
	p := todo.Must()
	r := FromSpec(p)
	if len(r.Topics) != len(p.Topics) || len(r.Subscriptions) != len(p.Dapr.Subscriptions) || len(r.Objectives) != len(p.Faults) {
		t.Errorf("%d topics, %d subscriptions, %d objectives", len(r.Topics), len(r.Subscriptions), len(r.Objectives))
	}
	if len(r.Families) != len(p.Events) || len(r.Requests) != len(p.Load.Requests) || r.Brokers != p.Kafka.Namespace {
		t.Errorf("%d families, %d requests, brokers in %q", len(r.Families), len(r.Requests), r.Brokers)
	}
	for _, f := range r.Families {
		if f.Publisher != p.Event(f.Name).Source || !f.Keyed {
			t.Errorf("family %+v", f)
		}
	}
	for _, q := range r.Requests {
		if q.App != "todo-backend" || len(q.Expects) < 2 {
			t.Errorf("request %+v", q)
		}
	}
	changed := r.Without(spec.WebSocket).Requiring(Recovery)
	for _, s := range r.Subscriptions {
		if s.ShownBy == string(spec.WebSocket) && (s.Visibility != ByEffect || !s.Live) {
			t.Error("changing a copy of the rules changed the rules")
		}
	}
	for _, s := range changed.Subscriptions {
		if s.ShownBy == string(spec.WebSocket) && s.Visibility != ByCommit {
			t.Errorf("nobody looked, and %s is judged by %s", s.Group, s.Visibility)
		}
	}
	if slices.Contains(r.Require, Recovery) || !slices.Contains(changed.Require, Recovery) {
		t.Error("Requiring does not add to a copy alone")
	}
}

// TestWhatWasMissedMayExcuse has a repeat that nothing excuses, and then a watch of
// the pods that missed some: it may have missed the excuse.
func TestWhatWasMissedMayExcuse(t *testing.T) {
	g := guarantee{promise: "P.", excuses: disturbing, judge: func(_ *judgement, f *finding) {
		f.evaluate()
		f.violation(Duplicated, "x", "twice")
	}}
	if got := g.run(nil, nil, nil, true)[0]; got.Result != Fail {
		t.Errorf("without a doubt it is %s", got.Result)
	}
	missing := map[history.Kind]missingObservation{history.Pods: {why: "the watch was lost"}}
	if got := g.run(nil, missing, nil, true)[0]; got.Result != Inconclusive || got.Count != 1 {
		t.Errorf("with a doubt it is %s", got.Result)
	}
	g.judge = func(_ *judgement, f *finding) { f.evaluate() }
	if got := g.run(nil, missing, nil, true)[0]; got.Result != Pass {
		t.Errorf("what was kept needs no excuse, and is %s", got.Result)
	}
}
