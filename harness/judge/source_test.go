package judge_test

import (
	"strings"
	"testing"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/judge"
	"assay.dev/assay/harness/judge/recording"
)

// namesakes puts two events of one id into a recording, of two sources: source and id
// together identify an event (CloudEvents 1.0.2, 3.1). What is left of the second one is
// for the caller to say.
func namesakes(t *testing.T, second string, record, delivery bool) *history.History {
	t.Helper()
	h := clean(t)
	const id = "one-id"
	at := near(h)
	for i, source := range []string{"first", second} {
		sha := strings.Repeat(string(rune('a'+i)), 64)
		p := history.Publish{Start: at - 1e8, End: at + 1e8, Via: "kafka", Topic: recording.ProbeTopic, ID: id, Source: source, Key: "k",
			Type: recording.ProbeType, Result: history.Accepted, SHA256: sha, Size: 9, Expect: "processed", Offset: -1, Partition: -1}
		if i == 0 || record {
			rec := put(h, history.Record{Seen: at, Topic: recording.ProbeTopic, Stamp: stamp(h, at), ID: id, Source: source, Type: recording.ProbeType, Key: "k", EventKey: "k", SHA256: sha, Size: 9})
			p.Partition, p.Offset = rec.Partition, rec.Offset
		}
		h.Publishes = append(h.Publishes, p)
		if i == 0 || delivery {
			h.Deliveries = append(h.Deliveries, history.Delivery{Seen: at + 1e8, Group: recording.Probe, Topic: recording.ProbeTopic, ID: id, Source: source, Answer: history.Success, Attempt: 1})
		}
		at += 1e9
	}
	return h
}

func TestEventsOfTwoSourcesMayHaveOneID(t *testing.T) {
	if v := judge.Judge(namesakes(t, "second", true, true), recording.Rules()); v.Result != judge.Pass {
		t.Error(explain(v))
	}
	bad := notPassed(t, namesakes(t, "first", true, true), recording.Rules())
	if g := bad[judge.Unique]; g.Result != judge.Fail { // one id of one source, with two contents
		t.Errorf("%+v", bad)
	}
}

func TestANamesakeDoesNotStandForALostEvent(t *testing.T) {
	bad := notPassed(t, namesakes(t, "second", false, false), recording.Rules())
	if g := bad[judge.InKafka]; g.Count != 1 || !strings.Contains(g.Violations[0].ID, "second") {
		t.Errorf("%+v", bad)
	}
	bad = notPassed(t, namesakes(t, "second", true, false), recording.Rules())
	if g := bad[judge.EveryDelivery]; g.Count != 1 || !strings.Contains(g.Violations[0].ID, "second") {
		t.Errorf("%+v", bad)
	}
}

// TestAnEventWithoutASourceIsTheOneOfItsID reads histories whose observers recorded no
// sources, or some of them only.
func TestAnEventWithoutASourceIsTheOneOfItsID(t *testing.T) {
	for seed := range int64(3) {
		h := recording.Make(recording.Small(seed))
		for i := range h.Records {
			if h.Records[i].ID != "" && i%2 == 0 {
				h.Records[i].Source = "somebody"
			}
		}
		if v := judge.Judge(h, recording.Rules()); v.Result != judge.Pass {
			t.Errorf("seed %d: %s", seed, explain(v))
		}
	}
}
