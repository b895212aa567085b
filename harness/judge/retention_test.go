package judge_test

import (
	"testing"
	"time"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/judge"
	"assay.dev/assay/harness/judge/recording"
)

// TestAStampIsNotWhenARecordCame stamps a record as producers do (openmeterio/
// openmeter#5005). A broker deletes segments: a record goes when the retention is over
// counted from when it came.
func TestAStampIsNotWhenARecordCame(t *testing.T) {
	for name, stamp := range map[string]func(int64) int64{
		"dated back by 8 days": func(s int64) int64 { return s - 8*24*time.Hour.Milliseconds() },
		"in seconds":           func(s int64) int64 { return s / 1000 },
		"none":                 func(int64) int64 { return -1 },
		"zero":                 func(int64) int64 { return 0 },
		"a year ahead":         func(s int64) int64 { return s + 365*24*time.Hour.Milliseconds() },
	} {
		h, r := healthy(t)
		for i := range h.Records {
			if x := &h.Records[i]; x.Topic == "task-events" && x.ID != "" {
				x.Stamp = stamp(x.Stamp)
				break
			}
		}
		if bad := notPassed(t, h, r); len(bad) > 0 {
			t.Errorf("%s: %+v", name, bad)
		}
	}
}

// past has the log of a topic be looked at when its retention is long over.
func past(h *history.History, topic string, change func(*history.Bounds)) {
	for i := len(h.Bounds) - 1; i >= 0; i-- {
		if b := &h.Bounds[i]; b.Topic == topic && b.Partition == 0 {
			b.Seen += history.Nanos(8 * 24 * time.Hour)
			change(b)
			return
		}
	}
}

func TestRetentionIsJudgedFromWhenARecordCame(t *testing.T) {
	unchanged := func(*history.Bounds) {}
	for name, c := range map[string]struct {
		stamp time.Duration // of one record, from when it came
		right judge.Result
	}{
		"still there":                                 {0, judge.Fail},
		"still there, dated back":                     {-100 * 24 * time.Hour, judge.Fail},
		"still there, its neighbor is from next year": {365 * 24 * time.Hour, judge.NotRun},
	} {
		h := clean(t)
		for i := range h.Records {
			if x := &h.Records[i]; x.Topic == "reminders" {
				x.Stamp += c.stamp.Milliseconds()
				break
			}
		}
		past(h, "reminders", unchanged)
		if v := judge.Judge(h, recording.Rules()); result(v, judge.Retention) != c.right {
			t.Errorf("%s: %s, want %s", name, explain(v), c.right)
		}
	}
	h := clean(t)
	past(h, "reminders", func(b *history.Bounds) { b.First = b.Next })
	if v := judge.Judge(h, recording.Rules()); result(v, judge.Retention) != judge.Pass {
		t.Errorf("all gone: %s", explain(v))
	}
}
