package mutants

import (
	"fmt"
	"slices"
	"strings"

	"assay.dev/assay/spec"
)

// caused is an expectation of a request of the load, with the family of its events.
type caused struct {
	spec.Expectation
	Request spec.LoadRequest
	Events  spec.EventFamily
	spec    *spec.Spec
	first   bool
}

// allCaused are the expectations of all requests. What the platform makes by itself is not
// among them: no request says when it comes.
func allCaused(s *spec.Spec) []caused {
	var all []caused
	for _, r := range s.Load.Requests {
		for n, e := range r.Expects {
			if e.Makes == "" {
				all = append(all, caused{e, r, s.Event(e.Family), s, n == 0})
			}
		}
	}
	return all
}

func first(c caused) bool    { return c.first }
func counted(c caused) bool  { return !c.first && c.Counted() }
func further(c caused) bool  { return !c.first && !c.Counted() && c.OtherLabel() == "" }
func labelled(c caused) bool { return !c.first && !c.Counted() && c.OtherLabel() != "" }

// row is the expectation as a row of a requirement.
func (c caused) row(requirement string) spec.Row {
	return spec.Row{Names: map[string]string{"requirement": requirement, "family": spec.Slug(c.Family), "topic": spec.Slug(c.Events.Topic)}, Value: c}
}

// own reports whether a requirement is one that the specification itself writes down. Those of
// the catalog have mutants of their own.
func own(s *spec.Spec, id string) bool {
	r, known := s.Lookup(id)
	return known && r.Template == ""
}

// expected are expectations that suit, the first one for each requirement.
func expected(s *spec.Spec, suits func(caused) bool) []spec.Row {
	return perRequirement(s, func(c caused) string { return c.Requirement }, suits)
}

// perRequirement are the first expectations for each requirement that is named.
func perRequirement(s *spec.Spec, named func(caused) string, suits func(caused) bool) []spec.Row {
	var all []spec.Row
	seen := map[string]bool{}
	for _, c := range allCaused(s) {
		id := named(c)
		if own(s, id) && !seen[id] && suits(c) {
			seen[id] = true
			all = append(all, c.row(id))
		}
	}
	return all
}

// requests are the requests by their first events, by which they are known.
func requests(s *spec.Spec) []spec.Row {
	var all []spec.Row
	for _, c := range allCaused(s) {
		if c.first {
			all = append(all, c.row(c.Requirement))
		}
	}
	return all
}

// laterRequests are those that are about an object which is there already, whose events
// have an order within several partitions. Those that remove the object come first.
func laterRequests(s *spec.Spec) []spec.Row {
	var removes, changes []spec.Row
	for _, c := range allCaused(s) {
		switch {
		case !c.first || c.Events.Key == "" || s.Topic(c.Events.Topic).Partitions < 2:
		case c.Request.Does == spec.Removes:
			removes = append(removes, c.row(c.Requirement))
		case c.Request.Does == spec.Changes:
			changes = append(changes, c.row(c.Requirement))
		}
	}
	return append(removes, changes...)
}

// causedFamilies are the families that requests cause events of, each by the first
// expectation that is not counted, or else by the first.
func causedFamilies(s *spec.Spec) []spec.Row {
	var all []spec.Row
	for _, family := range s.Events {
		of := slices.DeleteFunc(allCaused(s), func(c caused) bool { return c.Family != family.Family })
		if len(of) == 0 {
			continue
		}
		at := max(0, slices.IndexFunc(of, func(c caused) bool { return !c.Counted() }))
		all = append(all, of[at].row(""))
	}
	return all
}

// deadLetters are the topics that take the dead letters of topics with events, the last
// one first.
func deadLetters(s *spec.Spec) []spec.Row {
	var all []spec.Row
	for _, t := range slices.Backward(s.Topics) {
		if slices.ContainsFunc(s.Events, func(e spec.EventFamily) bool { return e.Topic == t.DeadLettersOf }) {
			all = append(all, spec.Row{Names: map[string]string{"name": spec.Slug(t.Name)}, Value: t})
		}
	}
	return all
}

// OtherLabel is a label that other events of the type have, empty if there is none.
func (c caused) OtherLabel() string {
	for _, other := range allCaused(c.spec) {
		if c.Events.Label != "" && other.Type == c.Type && other.Label != "" && other.Label != c.Label {
			return other.Label
		}
	}
	return ""
}

// LabelPath is the way to the label in an event that is shown, such as data/action.
func (c caused) LabelPath() string { return strings.ReplaceAll(c.Events.Label, ".", "/") }

// Where are the members of the records with the events of the type.
func (c caused) Where() string { return where(c.Events.Topic, c.Type) }

// Missing are the checks that see an event less, or one more, beside the one that counts
// them, as a list of YAML.
func (c caused) Missing() string { return flow(judges(c.spec, c.Family, "id")) }

// where are the members of records by topic and type, as a mapping of YAML.
func where(topic, kind string) string { return fmt.Sprintf("{topic: %q, type: %q}", topic, kind) }

// flow is a list of YAML.
func flow(list []string) string { return "[" + strings.Join(list, ", ") + "]" }
