package eventing

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	. "github.com/onsi/ginkgo/v2"

	"assay.dev/assay/harness/expect"
	"assay.dev/assay/harness/judge"
	"assay.dev/assay/harness/record/observe"
	"assay.dev/assay/spec"
	"assay.dev/assay/spec/schemas"
)

// fewest is how many events of a family have to be seen before anything can be
// said about all of them.
const fewest = 10

// recorded fails the check if the experiment could not be recorded.
func recorded() {
	GinkgoHelper()
	expect.Subject{What: "the recorded experiment", From: "the suite"}.NoError(seen.err)
	for _, id := range CurrentSpecReport().Labels() {
		unbroken(func(g judge.Guarantee) bool { return slices.Contains(g.Requirements, id) })
	}
}

// unbroken fails the check if the judge found a guarantee broken: what makes the
// verdict red makes a check red.
func unbroken(suits func(judge.Guarantee) bool) {
	GinkgoHelper()
	for _, g := range seen.verdict.Guarantees {
		if g.Result == judge.Fail && suits(g) {
			expect.Subject{What: g.Name, From: "the judge, from the recorded history"}.AssertThat(false, "pass", summaryOf(g))
		}
	}
}

// summaryOf is what the judge says of a guarantee, with the first violations.
func summaryOf(g judge.Guarantee) string {
	sentence := fmt.Sprintf("%s, %d evaluated: %s", g.Result, g.Checked, g.Text)
	for _, v := range g.Violations[:min(len(g.Violations), shownProblems)] {
		sentence += fmt.Sprintf("\n    %s %s: %s\n      %s", v.Class, v.ID, v.Text, strings.Join(v.Trace, "\n      "))
	}
	return sentence
}

// ofNoCheck reports whether no check of this suite is for a requirement that a guarantee
// is for: such a guarantee has a check of its own.
func ofNoCheck(g judge.Guarantee) bool {
	return !slices.ContainsFunc(g.Requirements, func(id string) bool {
		r, known := p.Spec.Lookup(id)
		return known && r.Suite == spec.Eventing
	})
}

// within are the records of an event in a topic.
func within(topic, id string) []observe.Capture {
	return pick(func(c observe.Capture) bool { return c.Topic == topic && c.ID == id })
}

// everywhere are the records of an event in all topics.
func everywhere(id string) []observe.Capture {
	return pick(func(c observe.Capture) bool { return c.ID == id })
}

func pick(match func(observe.Capture) bool) []observe.Capture {
	return filter(seen.captures, match)
}

// filter are those of a list that match.
func filter[E any](all []E, match func(E) bool) []E {
	return slices.DeleteFunc(slices.Clone(all), func(one E) bool { return !match(one) })
}

// published are the records of a topic that the platform itself published: not
// those that the suite put there past the API.
func published(topic string) []observe.Capture {
	ours := map[string]bool{}
	for _, i := range seen.Injected {
		ours[i.Publish.Topic+"/"+i.Publish.ID] = i.Publish.ID != ""
		ours[i.Publish.SHA256] = i.Publish.SHA256 != ""
	}
	for _, a := range seen.Scopes {
		ours[a.Topic+"/"+a.Publish.ID] = a.Publish.ID != ""
	}
	return pick(func(c observe.Capture) bool {
		return c.Topic == topic && !ours[topic+"/"+c.ID] && !ours[c.SHA256]
	})
}

// enough fails the check if too few events of a family were seen.
func enough(events []observe.Capture, family string) {
	GinkgoHelper()
	expect.Subject{What: "events of the family " + family + " that the API caused", From: "Kafka"}.
		AssertThat(len(events) >= fewest, fmt.Sprintf("at least %d", fewest), fmt.Sprint(len(events)))
}

// one fails the check unless Kafka has exactly one record.
func one(records []observe.Capture, what string) observe.Capture {
	GinkgoHelper()
	expect.Subject{What: what, From: "Kafka"}.AssertThat(len(records) == 1, "exactly one", places(records))
	return records[0]
}

// places say where records are.
func places(records []observe.Capture) string {
	if len(records) == 0 {
		return "none"
	}
	var all []string
	for _, r := range records {
		all = append(all, fmt.Sprintf("%s/%d@%d %s %s", r.Topic, r.Partition, r.Offset, r.Type, r.ID))
	}
	return fmt.Sprintf("%d: %s", len(all), strings.Join(all, ", "))
}

// problems collects what is wrong with many events, so that a check shows the
// first ones and how many there are.
type problems struct {
	first []string
	count int
}

const shownProblems = 5

func (q *problems) add(format string, a ...any) {
	q.count++
	if len(q.first) < shownProblems {
		q.first = append(q.first, fmt.Sprintf(format, a...))
	}
}

// none fails the check unless there are none, and keeps what was looked at.
func (q *problems) none(what, from string, evaluated int) {
	GinkgoHelper()
	sentence := fmt.Sprintf("%d evaluated, all are", evaluated)
	if q.count > 0 {
		sentence = fmt.Sprintf("%d evaluated, %d are not:\n    %s", evaluated, q.count, strings.Join(q.first, "\n    "))
	}
	expect.Subject{What: what, From: from}.AssertThat(evaluated > 0 && q.count == 0, "all of them", sentence)
}

// event is a decoded event.
type event struct {
	observe.Capture
	attributes map[string]any
	data       map[string]any
}

func (e event) attribute(name string) string {
	value, _ := e.attributes[name].(string)
	return value
}

// decode decodes the published events of a topic. One that is no JSON object has
// no attributes.
func decode(captures []observe.Capture) []event {
	var events []event
	for _, c := range captures {
		e := event{Capture: c}
		if json.Unmarshal(c.Raw, &e.attributes) == nil {
			e.data, _ = e.attributes["data"].(map[string]any)
		}
		events = append(events, e)
	}
	return events
}

// byKey sorts events by their key, each key's in the order of the log.
func byKey(events []event) map[string][]event {
	keys := map[string][]event{}
	for _, e := range events {
		keys[e.EventKey] = append(keys[e.EventKey], e)
	}
	for _, list := range keys {
		slices.SortStableFunc(list, func(a, b event) int {
			return int(a.Partition-b.Partition)*1_000_000_000 + int(a.Offset-b.Offset)
		})
	}
	return keys
}

// violations are what a family's schema has against an event, by requirement.
// Bytes that are no JSON break all of it.
func violations(family string, raw []byte, requirement string) []string {
	err := p.Spec.Schemas.Validate(family, raw)
	var invalid *schemas.Invalid
	switch {
	case err == nil:
		return nil
	case !errors.As(err, &invalid):
		return []string{err.Error()}
	}
	var found []string
	for _, v := range invalid.Violations {
		if v.Requirement == requirement {
			found = append(found, v.String())
		}
	}
	return found
}
