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
	var types []string
	for _, e := range p.Events {
		types = append(types, e.Types...)
	}
	for _, kind := range kindNames {
		if !slices.Contains(types, kind) {
			t.Errorf("the judge knows the type %s, the specification does not", kind)
		}
	}
	for group := range shows {
		if !slices.ContainsFunc(p.Dapr.Subscriptions, func(s spec.Subscription) bool { return s.App == group }) {
			t.Errorf("the judge knows how %s shows what it does, and it subscribes to nothing", group)
		}
	}
	changed := r.WithEvidence("websocket-worker", ByCommit).Requiring(Recovery)
	for _, s := range r.Subscriptions {
		if s.Group == "websocket-worker" && s.Evidence != ByEffect {
			t.Error("changing a copy of the rules changed the rules")
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
		f.check()
		f.breach(Duplicated, "x", "twice")
	}}
	if got := g.run(nil, nil, nil, true)[0]; got.Result != Fail {
		t.Errorf("without a doubt it is %s", got.Result)
	}
	lacks := map[history.Kind]lack{history.Pods: {why: "the watch was lost"}}
	if got := g.run(nil, lacks, nil, true)[0]; got.Result != Inconclusive || got.Count != 1 {
		t.Errorf("with a doubt it is %s", got.Result)
	}
	g.judge = func(_ *judgement, f *finding) { f.check() }
	if got := g.run(nil, lacks, nil, true)[0]; got.Result != Pass {
		t.Errorf("what was kept needs no excuse, and is %s", got.Result)
	}
}
