package traffic

import (
	"testing"
	"time"

	"assay.dev/assay/spec/todo"
)

func TestStreamedEventsAreValidAndTheSameForOneSeed(t *testing.T) {
	profile := StreamProfile{Seed: 7, Topic: "task-updates", Rate: 1, Keys: 3}
	family := ""
	for _, e := range todo.Must().Events {
		if e.Topic == profile.Topic {
			family = e.Family
		}
	}
	made, again := newStreamed(profile), newStreamed(profile)
	ids, keys := map[string]bool{}, map[string]int{}
	for range 30 {
		now := time.Now()
		event := made.next(now)
		if err := todo.Must().Schemas.Validate(family, event.Raw); err != nil {
			t.Fatal(err)
		}
		ids[event.ID] = true
		keys[event.Key]++
		if same := again.next(now); string(same.Raw) != string(event.Raw) {
			t.Errorf("one seed made %s and %s", event.Raw, same.Raw)
		}
	}
	if len(ids) != 30 || len(keys) != 3 {
		t.Errorf("%d ids, keys %v", len(ids), keys)
	}
}

func TestAStreamThatCannotBeIsRefused(t *testing.T) {
	for _, p := range []StreamProfile{{Rate: 0, Keys: 1}, {Rate: 1, Keys: 0}, {Rate: 1, Minimum: 2, Keys: 1}} {
		if _, err := StartStream(t.Context(), newMemory(), []string{"127.0.0.1:1"}, nil, p); err == nil {
			t.Errorf("%+v was taken", p)
		}
	}
}
