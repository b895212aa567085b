package eventing

import (
	"slices"

	. "github.com/onsi/ginkgo/v2"

	"assay.dev/assay/harness/expect"
	"assay.dev/assay/harness/record/observe"
	"assay.dev/assay/spec"
)

// topicChecks judge what the topics carry.
func topicChecks() {
	for _, f := range p.Spec.Events {
		if f.Requirement == "" {
			continue
		}
		p.It(f.Requirement, brief, func(SpecContext) {
			recorded()
			if f.External {
				judgeStrangers(f)
				return
			}
			if !caused(f.Family) {
				Skip("no request of the load causes events of the family " + f.Family)
			}
			judgeTypes(f)
		})
	}
}

// judgeTypes judges that all of a family's types that requests cause were seen in its
// topic, and no others than its own.
func judgeTypes(f spec.EventFamily) {
	GinkgoHelper()
	events := published(f.Topic)
	enough(events, f.Family)
	var wrong problems
	found := []string{}
	for _, e := range events {
		if !slices.Contains(f.Types, e.Type) {
			wrong.add("%s", places([]observe.Capture{e}))
		} else if !slices.Contains(found, e.Type) {
			found = append(found, e.Type)
		}
	}
	wrong.none("records of "+f.Topic+" that belong there", "Kafka", len(events))
	want := slices.DeleteFunc(slices.Clone(f.Types), func(kind string) bool {
		return len(expectations(func(x expected) bool { return x.Family == f.Family && x.Type == kind })) == 0
	})
	expect.Subject{What: "types in " + f.Topic, From: "Kafka"}.Is(found, want)
}

// judgeStrangers judges that nothing is in the topic of a family that nobody here publishes
// but what was put there.
func judgeStrangers(f spec.EventFamily) {
	GinkgoHelper()
	records := pick(func(c observe.Capture) bool { return c.Topic == f.Topic })
	var wrong problems
	for _, record := range records {
		if !slices.ContainsFunc(seen.Injected, func(i injection) bool { return i.is(record) }) {
			wrong.add("%s", places([]observe.Capture{record}))
		}
	}
	wrong.none("records of "+f.Topic+" that were put there", "Kafka", len(records))
}
