package traffic

import (
	"testing"
	"time"

	"assay.dev/assay/harness/kube"
	"assay.dev/assay/harness/record/observe"
	"assay.dev/assay/spec"
)

func TestStreamedEventsAreValidAndTheSameForOneSeed(t *testing.T) {
	for name, s := range specifications {
		profiles := Streams(s, 7)
		if len(profiles) != len(s.Load.Publications) || len(profiles) == 0 {
			t.Fatalf("%s: %d streams", name, len(profiles))
		}
		profile := profiles[0]
		profile.Publication.Keys = 3
		made, again := newStreamed(profile), newStreamed(profile)
		ids, keys := map[string]bool{}, map[string]int{}
		for range 30 {
			now := time.Now()
			event := made.next(now)
			if err := s.Schemas.Validate(profile.Family.Family, event.Raw); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if read := observe.ReadEvent(event.Raw, observe.Forms(s)[event.Topic]); profile.Family.Key != "" && read.Key != event.Key {
				t.Errorf("%s: the event of the key %q has %q", name, event.Key, read.Key)
			}
			ids[event.ID] = true
			keys[event.Key]++
			if same := again.next(now); string(same.Raw) != string(event.Raw) {
				t.Errorf("%s: one seed made %s and %s", name, event.Raw, same.Raw)
			}
		}
		if len(ids) != 30 || len(keys) != 3 {
			t.Errorf("%s: %d ids, keys %v", name, len(ids), keys)
		}
	}
}

func TestMembersAreSetAtTheirPaths(t *testing.T) {
	event := map[string]any{"data": map[string]any{"text": "t"}}
	for _, path := range []string{"subject", "data.order.id", "data.text.deeper", ""} {
		SetMember(event, path, "k")
	}
	data := event["data"].(map[string]any)
	if event["subject"] != "k" || data["text"] != "t" || data["order"].(map[string]any)["id"] != "k" || len(event) != 2 {
		t.Errorf("%v", event)
	}
}

func TestAStreamThatCannotBeIsRefused(t *testing.T) {
	for _, p := range []spec.Publication{{Rate: 0, Keys: 1}, {Rate: 1, Keys: 0}, {Rate: 1, Minimum: 2, Keys: 1}} {
		if _, err := StartStream(t.Context(), newMemory(), kube.Brokers{Addresses: []string{"127.0.0.1:1"}}, StreamProfile{Publication: p}); err == nil {
			t.Errorf("%+v was taken", p)
		}
	}
}
