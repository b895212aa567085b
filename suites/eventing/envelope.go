package eventing

import (
	. "github.com/onsi/ginkgo/v2"

	"assay.dev/assay/harness/record/observe"
)

// envelopeChecks judge what holds for the events of all families together.
func envelopeChecks() {
	p.It("event.ids", brief, func(SpecContext) {
		recorded()
		var wrong problems
		evaluated, known := 0, map[string]string{}
		for _, f := range p.Spec.Events {
			for _, e := range published(f.Topic) {
				evaluated++
				place := places([]observe.Capture{e})
				if before, twice := known[e.ID]; twice {
					wrong.add("%s is in %s and in %s", e.ID, before, place)
				}
				known[e.ID] = place
			}
		}
		wrong.none("events whose id no other has", "Kafka", evaluated)
	})

	p.It("event.partition", brief, func(SpecContext) {
		recorded()
		var wrong problems
		evaluated := 0
		for _, f := range p.Spec.Events {
			if f.Key == "" {
				continue // they have no order
			}
			for key, events := range byKey(decode(published(f.Topic))) {
				for _, e := range events[1:] {
					evaluated++
					if e.Partition != events[0].Partition || e.Key != events[0].Key {
						wrong.add("%s: %s/%d with key %q and %s/%d with key %q", key,
							f.Topic, events[0].Partition, events[0].Key, f.Topic, e.Partition, e.Key)
					}
				}
			}
		}
		wrong.none("events in the partition of their key's first one", "Kafka", evaluated)
	})
}
