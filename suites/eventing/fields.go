package eventing

import (
	"errors"
	"slices"
	"strings"

	. "github.com/onsi/ginkgo/v2"

	"assay.dev/assay/harness/record/observe"
	"assay.dev/assay/spec/schemas"
)

// fieldChecks judge every place that the schemas constrain: each constrained
// place names its requirement.
func fieldChecks() {
	families := map[string][]string{}
	var ids []string
	for _, family := range p.Spec.Schemas.Families() {
		for _, v := range p.Spec.Schemas.Variants(family) {
			if !slices.Contains(families[v.Requirement], family) {
				families[v.Requirement] = append(families[v.Requirement], family)
			}
			if !slices.Contains(ids, v.Requirement) {
				ids = append(ids, v.Requirement)
			}
		}
	}
	for _, id := range ids {
		p.It(id, brief, func(SpecContext) {
			recorded()
			judged := 0
			for _, name := range families[id] {
				switch {
				case p.Spec.Event(name).External:
					judgeRefused(name, func(i injection) bool { return i.Requirement == id })
				case caused(name):
					judgeField(id, name)
				default:
					continue
				}
				judged++
			}
			if judged == 0 {
				Skip("no request of the load causes events of these families: " + strings.Join(families[id], ", "))
			}
		})
	}
	for _, f := range p.Spec.Events {
		if f.Closed == "" {
			continue
		}
		p.It(f.Closed, brief, func(SpecContext) {
			recorded()
			if f.External {
				judgeRefused(f.Family, func(i injection) bool {
					return i.Keyword == "additionalProperties" && strings.HasPrefix(i.Location, "data.")
				})
				return
			}
			if !caused(f.Family) {
				Skip("no request of the load causes events of the family " + f.Family)
			}
			judgeMembers(f.Family)
		})
	}
}

// judgeMembers judges that data has no members beside those of the schema.
func judgeMembers(name string) {
	GinkgoHelper()
	events := published(p.Spec.Event(name).Topic)
	enough(events, name)
	var wrong problems
	for _, e := range events {
		var invalid *schemas.Invalid
		if !errors.As(p.Spec.Schemas.Validate(name, e.Raw), &invalid) {
			continue // valid, or no JSON, which other checks tell
		}
		for _, v := range invalid.Violations {
			if v.Keyword == "additionalProperties" && strings.HasPrefix(v.Location, "data.") {
				wrong.add("%s: %s", places([]observe.Capture{e}), v)
			}
		}
	}
	wrong.none("events of the family "+name+" whose data have the specified members only", "Kafka", len(events))
}

// judgeRefused judges that no program processes an event of a family that nobody here
// publishes, if it is broken in a way: each one ends in the dead-letter topic.
func judgeRefused(name string, broken func(injection) bool) {
	GinkgoHelper()
	var wrong problems
	evaluated := 0
	for _, i := range seen.Injected {
		if i.Family.Family != name || !i.broken() || !broken(i) {
			continue
		}
		evaluated++
		if problem := whereabouts(i); problem != "" {
			wrong.add("%s, by %s: %s", i.Name, i.Publish.Via, problem)
		}
	}
	wrong.none("events of the family "+name+" that are broken like this and not processed", "Kafka and the workers", evaluated)
}

// judgeField judges all published events of a family by one requirement.
func judgeField(id, name string) {
	GinkgoHelper()
	events := published(p.Spec.Event(name).Topic)
	enough(events, name)
	var wrong problems
	for _, e := range events {
		for _, v := range violations(name, e.Raw, id) {
			wrong.add("%s: %s", places([]observe.Capture{e}), v)
		}
	}
	wrong.none("events of the family "+name+" as "+id+" wants them", "Kafka", len(events))
}
