package judge_test

import (
	"strings"
	"testing"
	"time"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/judge"
)

// TestAnObserverMayBeBehind: each topic is read by itself, and on a loaded machine the
// reader of events may be seconds behind that of dead letters.
func TestAnObserverMayBeBehind(t *testing.T) {
	const deadLetters = "-dlq"
	h, rules := healthy(t)
	dead := map[string]bool{}
	for _, r := range h.Records {
		if strings.HasSuffix(r.Topic, deadLetters) {
			dead[r.ID] = true
		}
	}
	late := 0
	for i, r := range h.Records {
		if dead[r.ID] && r.ID != "" && !strings.HasSuffix(r.Topic, deadLetters) {
			h.Records[i].Seen += history.Nanos(10 * time.Second)
			late++
		}
	}
	if late == 0 {
		t.Fatal("the recording has no dead letter")
	}
	v := judge.Judge(h, rules)
	if got := result(v, judge.Transitions); got != judge.Pass {
		t.Errorf("%d events were seen late: %s\n%s", late, got, texts(v))
	}
}
