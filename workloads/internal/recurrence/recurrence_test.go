package recurrence

import (
	"errors"
	"testing"
	"time"
)

func day(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s+"T08:00:00Z")
	if err != nil {
		panic(err)
	}
	return t
}

func TestNext(t *testing.T) {
	for _, tc := range []struct{ pattern, start, after, want string }{
		{"daily", "2026-02-15", "2026-02-15", "2026-02-16"},
		{"daily", "2026-02-15", "2026-02-10", "2026-02-16"},
		{"daily", "2026-02-15", "2026-02-25", "2026-02-26"},
		{"Daily", "2026-02-15", "2026-02-15", "2026-02-16"},
		{"weekly", "2026-02-15", "2026-02-15", "2026-02-22"},
		{"FREQ=WEEKLY;INTERVAL=2", "2026-02-15", "2026-02-20", "2026-03-01"},
		{"INTERVAL=3;FREQ=DAILY", "2026-02-15", "2026-02-15", "2026-02-18"},
		{"monthly", "2026-01-31", "2026-01-31", "2026-02-28"},
		{"monthly", "2026-01-31", "2026-02-28", "2026-03-31"},
		{"monthly", "2026-01-31", "2031-05-30", "2031-05-31"},
		{"yearly", "2024-02-29", "2024-02-29", "2025-02-28"},
		{"yearly", "2024-02-29", "2027-06-01", "2028-02-29"},
		{"FREQ=YEARLY;INTERVAL=999", "2026-02-15", "2026-02-15", "3025-02-15"},
		{"daily", "1970-01-01", "2026-02-15", "2026-02-16"},
	} {
		rule, err := Parse(tc.pattern)
		if err != nil {
			t.Errorf("Parse(%q): %v", tc.pattern, err)
			continue
		}
		if got := rule.Next(day(tc.start), day(tc.after)); !got.Equal(day(tc.want)) {
			t.Errorf("%s from %s after %s = %s, want %s", tc.pattern, tc.start, tc.after, got, tc.want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, pattern := range []string{
		"", "hourly", "every day", "0 9 * * *", "FREQ=HOURLY", "FREQ=DAILY;COUNT=3", "FREQ=DAILY;INTERVAL=0",
		"FREQ=DAILY;INTERVAL=-1", "FREQ=DAILY;INTERVAL=1000", "FREQ=DAILY;INTERVAL=x", "INTERVAL=2", "FREQ=", "FREQ=DAILY;FREQ=WEEKLY", "DAILY;INTERVAL=2",
	} {
		if _, err := Parse(pattern); !errors.Is(err, ErrPattern) {
			t.Errorf("Parse(%q) = %v, want ErrPattern", pattern, err)
		}
	}
}
