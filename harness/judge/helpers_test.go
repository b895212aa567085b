package judge_test

import (
	"strings"
	"testing"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/judge"
	"assay.dev/assay/harness/judge/recording"
	"assay.dev/assay/spec/todo"
)

// healthyDir is a run that was recorded on the live platform and passes.
const healthyDir = "../../docs/runs/healthy/history/eventing"

// healthy opens the recorded run, for a test that changes it in memory.
func healthy(t *testing.T) (*history.History, judge.Rules) {
	t.Helper()
	h, err := history.Open(healthyDir)
	if err != nil {
		t.Fatal(err)
	}
	r, err := judge.SavedRules(healthyDir, judge.FromSpec(todo.Must()))
	if err != nil {
		t.Fatal(err)
	}
	return h, r
}

// notPassed judges and returns what is not pass, by guarantee.
func notPassed(t *testing.T, h *history.History, r judge.Rules) map[string]judge.Guarantee {
	t.Helper()
	v := judge.Judge(h, r)
	all := map[string]judge.Guarantee{}
	for _, g := range v.Guarantees {
		if g.Result == judge.Fail || g.Result == judge.Inconclusive {
			all[g.Name] = g
		}
	}
	return all
}

// last is the last offset of a partition that has a record.
func last(h *history.History, topic string, part int32) int64 {
	n := int64(0)
	for _, r := range h.Records {
		if r.Topic == topic && r.Partition == part {
			n = max(n, r.Offset)
		}
	}
	return n
}

// put appends a record, and moves the bounds and the commits of its partition.
func put(h *history.History, rec history.Record) history.Record {
	rec.Offset = last(h, rec.Topic, rec.Partition) + 1
	if rec.Offset == 1 {
		for _, b := range h.Bounds {
			if b.Topic == rec.Topic && b.Partition == rec.Partition {
				rec.Offset = b.Next
			}
		}
	}
	for i := len(h.Bounds) - 1; i >= 0; i-- {
		if b := &h.Bounds[i]; b.Topic == rec.Topic && b.Partition == rec.Partition && b.Next == rec.Offset {
			b.Next++
			break
		}
	}
	latest := map[string]int{}
	for i, c := range h.Commits {
		if c.Topic == rec.Topic && c.Partition == rec.Partition {
			latest[c.Group] = i
		}
	}
	for _, i := range latest {
		c := h.Commits[i]
		c.Seen, c.Offset = max(c.Seen, rec.Seen)+2e9, rec.Offset+1
		h.Commits = append(h.Commits, c)
	}
	h.Records = append(h.Records, rec)
	return rec
}

// near is a moment shortly before the last request.
func near(h *history.History) history.Nanos {
	var at history.Nanos
	for _, r := range h.Requests {
		at = max(at, r.End)
	}
	return at - 3e9
}

// stamp is the wall clock at a moment, as records are stamped.
func stamp(h *history.History, at history.Nanos) int64 { return h.Header.Time(at).UnixMilli() }

// clean is a recording without faults, rollouts, lost answers and poison.
func clean(t *testing.T) *history.History {
	t.Helper()
	return cleanOf(t, recording.Small(7))
}

// cleanOf is a recording of some options without what disturbs.
func cleanOf(t *testing.T, o recording.Options) *history.History {
	t.Helper()
	o.Faults, o.Rollout, o.Unanswered, o.Refused, o.Poison = nil, false, 0, 0, 0
	h := recording.Make(o)
	if v := judge.Judge(h, recording.Rules()); v.Result != judge.Pass {
		t.Fatalf("the control is not pass: %s", explain(v))
	}
	return h
}

func result(v *judge.Verdict, name string) judge.Result {
	for _, g := range v.Guarantees {
		if g.Name == name {
			return g.Result
		}
	}
	return ""
}

// texts is everything that the verdict says, for looking for a word.
func texts(v *judge.Verdict) string {
	all := v.Reasons
	for _, g := range v.Guarantees {
		all = append(all, g.Text)
		for _, x := range g.Violations {
			all = append(all, x.Text)
			all = append(all, x.Trace...)
		}
	}
	return strings.Join(all, "\n")
}
