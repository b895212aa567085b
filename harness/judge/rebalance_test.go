package judge_test

import (
	"testing"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/judge"
)

// redelivered has three deliveries that succeeded come once more, five seconds later.
func redelivered(h *history.History) {
	n := 0
	for _, d := range h.Deliveries {
		if d.Answer == history.Success && n < 3 {
			d.Seen, d.Attempt, n = d.Seen+5e9, d.Attempt+1, n+1
			h.Deliveries = append(h.Deliveries, d)
		}
	}
}

// TestARebalanceWithoutAPod has a group deliver again since its members changed, while
// no pod did (knative-extensions/eventing-kafka#629).
func TestARebalanceWithoutAPod(t *testing.T) {
	watcher := history.Observer{Name: "kafka groups", Kinds: []history.Kind{history.Groups, history.Moves}}
	group := func(seen history.Nanos, generation, coordinator int32) history.Group {
		return history.Group{Seen: seen, Group: "assay-probe", State: "Stable", Generation: generation, Coordinator: coordinator, Members: []string{"m"}}
	}
	h, _ := healthy(t)
	at := h.Deliveries[0].Seen + 4e9
	watcher.End = h.Observers[0].End
	for name, c := range map[string]struct {
		groups  []history.Group
		watched bool
		right   judge.Result
	}{
		"nobody watched the members":    {nil, false, judge.Inconclusive},
		"nothing changed":               {[]history.Group{group(1, 1, 0)}, true, judge.Fail},
		"the members changed":           {[]history.Group{group(1, 1, 0), group(at, 2, 0)}, true, judge.Pass},
		"the coordinator changed":       {[]history.Group{group(1, 1, 0), group(at, 1, 1)}, true, judge.Pass},
		"the members changed long ago":  {[]history.Group{group(1, 1, 0), group(2, 2, 0)}, true, judge.Fail},
		"another group's members moved": {[]history.Group{{Seen: 1, Group: "x", Generation: 1}, {Seen: at, Group: "x", Generation: 2}}, true, judge.Fail},
	} {
		h, r := healthy(t)
		redelivered(h)
		h.Groups = c.groups
		if c.watched {
			h.Observers = append(h.Observers, watcher)
		}
		if v := judge.Judge(h, r); result(v, judge.NoDuplicates) != c.right {
			t.Errorf("%s: %s, want %s", name, explain(v), c.right)
		}
	}
}
