package judge_test

import (
	"strings"
	"testing"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/judge"
	"assay.dev/assay/harness/judge/recording"
)

// TestALogIsNotOneRecordPerOffset ends a partition with offsets that have no record
// (spring-projects/spring-kafka#1587, apache/druid#16689), by each cause.
func TestALogIsNotOneRecordPerOffset(t *testing.T) {
	for name, c := range map[string]struct {
		why       history.Cause // empty: nobody knows
		compacted bool
		short     int64 // how much of the offsets the cause leaves out
		right     judge.Result
	}{
		"nobody knows why":                    {"", false, 0, judge.Fail},
		"a marker":                            {history.Marker, false, 0, judge.Pass},
		"an aborted transaction":              {history.Aborted, false, 0, judge.Pass},
		"a marker, but for one offset":        {history.Marker, false, 1, judge.Fail},
		"compacted, and the topic is":         {history.Compacted, true, 0, judge.Pass},
		"compacted, and the topic is not":     {history.Compacted, false, 0, judge.Fail},
		"truncated, and the log begins there": {history.Truncated, false, 0, judge.Fail},
	} {
		h := clean(t)
		rules := recording.Rules()
		for i := range rules.Topics {
			rules.Topics[i].Compacted = c.compacted
		}
		for i := len(h.Bounds) - 1; i >= 0; i-- {
			b := &h.Bounds[i]
			if b.Topic != "task-updates" || b.Partition != 1 {
				continue
			}
			if c.why != "" {
				h.Holes = append(h.Holes, history.Hole{Seen: b.Seen, Topic: b.Topic, Partition: 1, From: b.Next + c.short, To: b.Next + 3, Why: c.why})
			}
			b.Next += 3
			break
		}
		if v := judge.Judge(h, rules); result(v, judge.Offsets) != c.right {
			t.Errorf("%s: %s, want %s", name, explain(v), c.right)
		}
	}
}

// TestWhatWasTruncatedUnreadIsInconclusive removes records from a log before anybody read
// them: nobody knows what they were.
func TestWhatWasTruncatedUnreadIsInconclusive(t *testing.T) {
	h := clean(t)
	for i := len(h.Bounds) - 1; i >= 0; i-- {
		if b := &h.Bounds[i]; b.Topic == "task-updates" && b.Partition == 1 {
			b.Next += 3
			b.First = b.Next
			break
		}
	}
	if v := judge.Judge(h, recording.Rules()); result(v, judge.Offsets) != judge.Inconclusive {
		t.Error(explain(v))
	}
}

// TestABinaryEventIsThereInTheWrongMode puts an event of the API in the binary content
// mode (dapr/dapr#4588): it is not lost, and one requirement is broken.
func TestABinaryEventIsThereInTheWrongMode(t *testing.T) {
	for name, processed := range map[string]bool{"processed": true, "not processed": false} {
		h := clean(t)
		id := ""
		for i := range h.Records {
			if r := &h.Records[i]; r.Topic == "task-events" && r.Type == "task.updated" {
				r.Mode, r.Invalid, id = history.BinaryMode, "the binary content mode, the structured one is specified (event.envelope)", r.ID
				break
			}
		}
		if !processed {
			left := h.Effects[:0]
			for _, e := range h.Effects {
				if e.ID != id {
					left = append(left, e)
				}
			}
			h.Effects = left
		}
		v := judge.Judge(h, recording.Rules())
		for _, g := range v.Guarantees {
			if (g.Result == judge.Fail) != (g.Name == judge.Valid) {
				t.Errorf("%s: %s is %s: %s", name, g.Name, g.Result, explain(v))
			}
		}
		if v.Totals.Lost != 0 || !strings.Contains(texts(v), "binary") {
			t.Errorf("%s: %s", name, explain(v))
		}
	}
}
