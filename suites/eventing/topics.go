package eventing

import (
	"slices"

	. "github.com/onsi/ginkgo/v2"

	"assay.dev/assay/harness/expect"
	"assay.dev/assay/harness/observe"
)

// topicChecks judge what the topics carry.
func topicChecks() {
	for _, c := range []struct{ id, topic string }{
		{"topic.task-events.carries", "task-events"},
		{"topic.reminders.carries", "reminders"},
		{"topic.task-updates.carries", "task-updates"},
	} {
		p.It(c.id, brief, func(SpecContext) {
			recorded()
			for _, f := range p.Spec.Events {
				if f.Topic == c.topic {
					judgeTypes(c.topic, f.Family, f.Types)
				}
			}
		})
	}
}

// judgeTypes judges that all of a family's types were seen in its topic, and no
// others.
func judgeTypes(topic, family string, types []string) {
	GinkgoHelper()
	events := published(topic)
	enough(events, family)
	var wrong problems
	found := []string{}
	for _, e := range events {
		if !slices.Contains(types, e.Type) {
			wrong.add("%s", places([]observe.Capture{e}))
		} else if !slices.Contains(found, e.Type) {
			found = append(found, e.Type)
		}
	}
	wrong.none("records of "+topic+" that belong there", "Kafka", len(events))
	expect.Subject{What: "types in " + topic, From: "Kafka"}.Is(found, types)
}
