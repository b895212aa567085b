package judge_test

import (
	"slices"
	"strings"
	"testing"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/judge"
	"assay.dev/assay/harness/judge/recording"
)

// jumpedTopic is where offsets jump.
const jumpedTopic = "task-events"

// window is the longest time in which the platform made no task of its own: recurring-worker has nothing to show of it.
func window(h *history.History) (from, to history.Nanos) {
	named := map[string]bool{}
	var start, end history.Nanos
	for _, r := range h.Requests {
		named[r.Key] = true
		if start == 0 || r.Start < start {
			start = r.Start
		}
		end = max(end, r.Start)
	}
	made := []history.Nanos{start, end}
	for _, r := range h.Records {
		if r.Type == "task.created" && r.Topic == jumpedTopic && !named[r.EventKey] {
			made = append(made, r.Seen)
		}
	}
	slices.Sort(made)
	for i := 1; i < len(made); i++ {
		if made[i]-made[i-1] > to-from {
			from, to = made[i-1], made[i]
		}
	}
	return from + 1e9, to - 1e9
}

// moved has a group's offsets go to the end of the log in the middle of a window, by another hand than its own.
func moved(t *testing.T, h *history.History, group string, away bool) (skipped map[string]bool) {
	from, to := window(h)
	middle := (from + to) / 2
	skipped = map[string]bool{}
	ofGroup := func(c history.Commit, p int32) bool {
		return c.Group == group && c.Topic == jumpedTopic && c.Partition == p
	}
	for p := range int32(3) {
		before, end := int64(0), int64(0)
		for _, c := range h.Commits {
			if ofGroup(c, p) && c.Seen <= from {
				before = max(before, c.Offset)
			}
		}
		for _, r := range h.Records {
			if r.Topic == jumpedTopic && r.Partition == p && r.Seen < middle {
				end = max(end, r.Offset+1)
				if r.Offset >= before {
					skipped[r.ID] = true
				}
			}
		}
		h.Commits = slices.DeleteFunc(h.Commits, func(c history.Commit) bool { return ofGroup(c, p) && c.Seen > from && c.Seen < to })
		if end > before {
			h.Commits = append(h.Commits, history.Commit{Seen: middle, Group: group, Topic: jumpedTopic, Partition: p, Offset: end})
		}
	}
	h.Effects = slices.DeleteFunc(h.Effects, func(e history.Effect) bool { return e.Group == group && skipped[e.ID] })
	pod := history.Pod{Seen: 1e9, Namespace: "todo-app", Name: group + "-6d5f7c9b8-abcde", UID: "u1", Phase: "Running", Ready: true}
	h.Pods = append(slices.DeleteFunc(h.Pods, func(p history.Pod) bool { return strings.HasPrefix(p.Name, group) }), pod)
	if away { // its only pod goes when the window opens, the next one comes when it closes
		gone := pod
		gone.Seen, gone.Ready, gone.Deleted = from, false, true
		again := history.Pod{Seen: to, Namespace: "todo-app", Name: group + "-6d5f7c9b8-fghij", UID: "u2", Phase: "Running", Ready: true}
		h.Pods = append(h.Pods, gone, again)
	}
	if len(skipped) < 10 {
		t.Fatal("too few")
	}
	return skipped
}

// TestOffsetsThatMovedWithoutAPod has a group's offsets go to the end of the log while
// the group has no pod (confluentinc/librdkafka#3745, PostHog/posthog#20283).
func TestOffsetsThatMovedWithoutAPod(t *testing.T) {
	h := clean(t)
	skipped := moved(t, h, "recurring-worker", true)
	v := judge.Judge(h, recording.Rules())
	if v.Result == judge.Pass {
		t.Errorf("pass: %d events count as processed by a group without a pod", len(skipped))
	}

	h = clean(t)
	moved(t, h, "recurring-worker", false)
	if v = judge.Judge(h, recording.Rules()); v.Result != judge.Pass {
		t.Errorf("the control is %s", v.Result)
	}

	h = clean(t)
	lost := moved(t, h, "audit-worker", true)
	v = judge.Judge(h, recording.Rules())
	if v.Result != judge.Fail || v.Totals.Lost != int64(len(lost)) {
		t.Errorf("%s, %d lost, want fail and %d", v.Result, v.Totals.Lost, len(lost))
	}
	if !strings.Contains(texts(v), "no member") && !strings.Contains(texts(v), "no pod") {
		t.Error("nothing says that the offsets moved while the group had no member")
	}
}

// TestOffsetsThatMovedWithoutAMember has the observer of groups see that the offsets
// moved while the group was empty: what came in that time was read by nobody.
func TestOffsetsThatMovedWithoutAMember(t *testing.T) {
	o := recording.Small(7)
	o.Watched = true
	h := cleanOf(t, o)
	from, to := window(h)
	skipped := moved(t, h, "recurring-worker", false)
	h.Groups = append(h.Groups,
		history.Group{Seen: from, Group: "recurring-worker", State: "Empty", Generation: 2},
		history.Group{Seen: to, Group: "recurring-worker", State: "Stable", Generation: 3, Members: []string{"recurring-worker-2"}})
	for p := range int32(3) {
		before, after := int64(-1), int64(-1)
		for _, c := range h.Commits {
			if c.Group == "recurring-worker" && c.Topic == jumpedTopic && c.Partition == p {
				if c.Seen <= from {
					before = max(before, c.Offset)
				} else if c.Seen == (from+to)/2 {
					after = c.Offset
				}
			}
		}
		if after > before {
			h.Moves = append(h.Moves, history.Move{Seen: (from + to) / 2, Group: "recurring-worker", Topic: jumpedTopic, Partition: p, From: before, To: after})
		}
	}
	v := judge.Judge(h, recording.Rules())
	if v.Result != judge.Fail || v.Totals.Lost == 0 || v.Totals.Lost > int64(len(skipped)) || !strings.Contains(texts(v), "no member") {
		t.Errorf("%d skipped: %s", len(skipped), explain(v))
	}
}

// TestOffsetsThatMovedBackExcuseWhatTheyRepeat sets a group's offset back by hand: what
// lies behind it is delivered again, and nothing else is.
func TestOffsetsThatMovedBackExcuseWhatTheyRepeat(t *testing.T) {
	o := recording.Small(7)
	o.Watched = true
	for name, right := range map[string]judge.Result{"moved": judge.Pass, "not moved": judge.Fail, "moved elsewhere": judge.Fail} {
		h := cleanOf(t, o)
		i := slices.IndexFunc(h.Deliveries, func(d history.Delivery) bool { return d.Answer == history.Success && d.Attempt == 1 })
		d := h.Deliveries[i]
		k := slices.IndexFunc(h.Records, func(r history.Record) bool { return r.ID == d.ID && r.Topic == d.Topic })
		r := h.Records[k]
		d.Seen, d.Attempt = d.Seen+5e9, 2
		h.Deliveries = append(h.Deliveries, d)
		move := history.Move{Seen: d.Seen - 1e9, Group: d.Group, Topic: d.Topic, Partition: r.Partition, From: r.Offset + 1, To: r.Offset}
		switch name {
		case "moved":
			h.Moves = append(h.Moves, move)
		case "moved elsewhere":
			move.From, move.To = move.From+1, move.To+1
			h.Moves = append(h.Moves, move)
		}
		if v := judge.Judge(h, recording.Rules()); v.Result != right {
			t.Errorf("%s: %s", name, explain(v))
		}
	}
}
