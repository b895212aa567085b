package eventing

import (
	"fmt"
	"slices"
	"time"

	. "github.com/onsi/ginkgo/v2"
	"k8s.io/utils/ptr"

	"assay.dev/assay/harness/expect"
	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/record/observe"
	"assay.dev/assay/spec"
)

// expected is an expectation of a request of the load.
type expected struct {
	spec.Expectation
	request spec.LoadRequest
	first   bool
}

// expectations are those that suit. What the platform makes by itself is judged with the
// event flow.
func expectations(suits func(expected) bool) []expected {
	var found []expected
	for _, r := range p.Spec.Load.Requests {
		for n, e := range r.Expects {
			if x := (expected{e, r, n == 0}); e.Makes == "" && suits(x) {
				found = append(found, x)
			}
		}
	}
	return found
}

// expectationChecks judge which events a request causes: a check for each requirement that
// expectations name.
func expectationChecks() {
	judgeEach(func(x expected) string { return x.Requirement }, func(all []expected) {
		for _, x := range all {
			switch {
			case x.first:
				judgeFirst(x)
			case x.Counted():
				judgeCounted(x)
			default:
				judgeFurther(x)
			}
		}
	})
	judgeEach(func(x expected) string { return ptr.Deref(x.Fields, spec.Members{}).Requirement }, judgeFields)
	judgeEach(func(x expected) string { return ptr.Deref(x.Copies, spec.Members{}).Requirement }, judgeCopies)
}

// judgeEach makes a check for each requirement that expectations name in one way, which
// judges all that name it.
func judgeEach(named func(expected) string, judge func([]expected)) {
	made := map[string]bool{"": true}
	for _, x := range expectations(func(expected) bool { return true }) {
		id := named(x)
		if made[id] {
			continue
		}
		made[id] = true
		p.It(id, brief, func(SpecContext) {
			recorded()
			judge(expectations(func(x expected) bool { return named(x) == id }))
		})
	}
}

// is reports whether an event is of an expectation.
func (x expected) is(e event) bool { return e.Type == x.Type && e.Label == x.Label }

// certain are the accepted requests about each key of which every answer arrived: of
// any other nobody knows how many events it causes.
func certain() map[string][]observe.Answer {
	keys, open := map[string][]observe.Answer{}, map[string]bool{}
	for _, answer := range seen.Answers {
		switch answer.Result {
		case history.Accepted:
			keys[answer.Key] = append(keys[answer.Key], answer)
		case history.Unknown:
			open[answer.Key] = true
		}
	}
	for key := range open {
		delete(keys, key)
	}
	for _, list := range keys {
		slices.SortFunc(list, func(a, b observe.Answer) int { return int(a.Start - b.Start) })
	}
	return keys
}

// judgeFirst judges that each accepted request has one event of its type, with the id that
// the answer named if it named one, and that there is no other.
func judgeFirst(x expected) {
	GinkgoHelper()
	events := byKey(decode(published(p.Spec.Event(x.Family).Topic)))
	// Requests that are known by the same events are judged together.
	named := map[string]bool{}
	for _, other := range expectations(func(o expected) bool { return o.first && o.Type == x.Type && o.Label == x.Label }) {
		named[other.request.Name] = other.request.Event != (spec.Place{})
	}
	var wrong problems
	evaluated := 0
	for key, answers := range certain() {
		var want, got []string
		unnamed := false
		for _, answer := range answers {
			if naming, is := named[answer.Change]; is {
				evaluated++
				unnamed = unnamed || !naming
				want = append(want, answer.Event)
			}
		}
		for _, e := range events[key] {
			switch {
			case !x.is(e):
			case unnamed:
				got = append(got, "")
			default:
				got = append(got, e.ID)
			}
		}
		if unnamed {
			want = make([]string, len(want)) // the answers name no events
		}
		if !slices.Equal(want, got) {
			wrong.add("%s: requests %q, events %q", key, want, got)
		}
	}
	wrong.none("keys with exactly one "+x.Type+" for each "+x.request.Name, "Kafka, compared with the answers of the API", evaluated)
}

// judgeFurther judges that the labels of the events of a type that requests always cause
// are those of the requests about their key, in their order.
func judgeFurther(x expected) {
	GinkgoHelper()
	labels := map[string]string{} // by request
	for _, o := range expectations(func(o expected) bool { return !o.first && !o.Counted() && o.Type == x.Type }) {
		labels[o.request.Name] = o.Label
	}
	counted := expectations(func(o expected) bool { return o.Counted() && o.Type == x.Type })
	events := byKey(decode(published(p.Spec.Event(x.Family).Topic)))
	var wrong problems
	evaluated, found := 0, map[string]bool{}
	for key, answers := range certain() {
		var want, got []string
		for _, answer := range answers {
			if label, causes := labels[answer.Change]; causes {
				evaluated++
				want = append(want, label)
			}
		}
		for _, e := range events[key] {
			if e.Type != x.Type || slices.ContainsFunc(counted, func(o expected) bool { return o.is(e) }) {
				continue
			}
			got = append(got, e.Label)
			found[e.Label] = true
		}
		if !slices.Equal(want, got) {
			wrong.add("%s: requests %q, labels %q", key, want, got)
		}
	}
	wrong.none("requests with exactly one "+x.Type+" that names them", "Kafka, compared with the answers of the API", evaluated)
	different := map[string]bool{}
	for _, label := range labels {
		different[label] = true
	}
	expect.Subject{What: "labels that were seen", From: "Kafka"}.Is(len(found), len(different))
}

// judgeCounted judges that there are as many events as were asked for, each for its time.
func judgeCounted(x expected) {
	GinkgoHelper()
	events := byKey(decode(published(p.Spec.Event(x.Family).Topic)))
	same := expectations(func(o expected) bool { return o.Counted() && o.Type == x.Type && o.Label == x.Label })
	var wrong problems
	evaluated := 0
	for key, answers := range certain() {
		want, times := 0, map[string][]time.Time{}
		for _, answer := range answers {
			for _, o := range same {
				if o.request.Name == answer.Change {
					want += answer.Counts[o.Name]
					o.times(answer, times)
				}
			}
		}
		evaluated += want
		got := filter(events[key], x.is)
		if len(got) != want {
			wrong.add("%s: %d %s were asked for, %d events", key, want, x.Name, len(got))
		}
		for _, e := range got {
			if x.Scheduled == nil {
				continue
			}
			kind := text(e.attributes, x.Scheduled.DueField)
			at, err := time.Parse(time.RFC3339, text(e.attributes, x.Scheduled.At))
			if err != nil || !slices.ContainsFunc(times[kind], at.Equal) {
				wrong.add("%s: a %s (%s) at %v, scheduled were %v", key, x.Type, kind, text(e.attributes, x.Scheduled.At), times[kind])
			}
		}
	}
	wrong.none(x.Name+" that were asked for with exactly one event, at their time", "Kafka, compared with the answers of the API", evaluated)
}

// times notes for when an answer says that effects are scheduled, by how events tell them
// apart.
func (x expected) times(answer observe.Answer, into map[string][]time.Time) {
	if x.Scheduled == nil {
		return
	}
	stored := decodeObject(answer.Body)
	for _, field := range x.Each {
		if at, err := time.Parse(time.RFC3339, fmt.Sprint(stored[field])); err == nil {
			into[x.Scheduled.As[field]] = append(into[x.Scheduled.As[field]], at)
		}
	}
}

// judgeFields judges the members that events of a type always have.
func judgeFields(all []expected) {
	GinkgoHelper()
	for _, x := range all {
		var wrong problems
		events := filter(decode(published(p.Spec.Event(x.Family).Topic)), x.is)
		for _, e := range events {
			for path, want := range x.Fields.Members {
				if got, _ := member(e.attributes, path); got != want {
					wrong.add("%s: %s is %v, not %v", places([]observe.Capture{e.Capture}), path, got, want)
				}
			}
		}
		wrong.none(x.Type+" events that say what they have to say", "Kafka", len(events))
	}
}
