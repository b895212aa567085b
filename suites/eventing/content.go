package eventing

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"

	"assay.dev/assay/harness/record/observe"
)

// contentChecks judge what events say, beside their form.
func contentChecks() {
	p.It("event.stored", brief, func(SpecContext) {
		recorded()
		judgeStored()
	})

	p.It("event.time", brief, func(SpecContext) {
		recorded()
		var wrong problems
		evaluated := 0
		skew := timeouts.ClockSkew.Duration
		for _, pair := range pairs() {
			answer := pair.answer
			evaluated++
			at, err := time.Parse(time.RFC3339, pair.event.attribute("time"))
			from, to := seen.history.Header.Time(answer.Start), seen.history.Header.Time(answer.End)
			if err != nil || at.Before(from.Add(-skew)) || at.After(to.Add(skew)) {
				wrong.add("%s: a %s at %s, requested at %s, answered at %s", pair.key, pair.event.Type, pair.event.attribute("time"), from, to)
			}
		}
		wrong.none("events whose time is between request and answer", "Kafka, compared with the answers of the API", evaluated)
	})

	p.It("event.trace", brief, func(SpecContext) {
		recorded()
		var wrong problems
		evaluated := 0
		for _, pair := range pairs() {
			evaluated++
			if parts := strings.Split(pair.event.attribute("traceparent"), "-"); len(parts) != 4 || parts[1] != pair.answer.TraceID {
				wrong.add("%s: traceparent %q, the request's trace is %s", pair.key, pair.event.attribute("traceparent"), pair.answer.TraceID)
			}
		}
		wrong.none("events that carry the trace of their request", "Kafka, compared with the requests", evaluated)
	})
}

// paired is a request with the event by which it is known.
type paired struct {
	key    string
	event  event
	answer observe.Answer
	expected
}

// pairs are the requests about each key with their first events, in their order, where
// there are as many of one as of the other.
func pairs() []paired {
	firsts := map[string]expected{} // by request
	families := map[string]bool{}
	for _, x := range expectations(func(x expected) bool { return x.first }) {
		firsts[x.request.Name], families[x.Family] = x, true
	}
	var all []paired
	for _, family := range slices.Sorted(maps.Keys(families)) {
		events := byKey(decode(published(p.Spec.Event(family).Topic)))
		answered := certain()
		for _, key := range slices.Sorted(maps.Keys(answered)) {
			answers := filter(answered[key], func(a observe.Answer) bool { return firsts[a.Change].Family == family })
			own := filter(events[key], func(e event) bool {
				return slices.ContainsFunc(slices.Collect(maps.Values(firsts)), func(x expected) bool { return x.Family == family && x.is(e) })
			})
			if len(answers) != len(own) {
				continue
			}
			for i := range answers {
				all = append(all, paired{key, own[i], answers[i], firsts[answers[i].Change]})
			}
		}
	}
	return all
}

// judgeStored judges that an event says what the API answered, the last one what
// the API has, and that of a request that is answered without a body what was there
// before it.
func judgeStored() {
	GinkgoHelper()
	var wrong problems
	evaluated := 0
	known := map[string]map[string]any{}
	last := map[string]paired{}
	for _, pair := range pairs() {
		if len(pair.Equal) == 0 {
			continue
		}
		evaluated++
		if body := decodeObject(pair.answer.Body); len(body) > 0 {
			known[pair.key] = body
		}
		if problem := unequal(pair, known[pair.key]); problem != "" {
			wrong.add("%s: %s", pair.key, problem)
		}
		last[pair.key] = pair
	}
	for key, pair := range last {
		if body, there := seen.Stored[key]; there {
			if problem := unequal(pair, decodeObject(body)); problem != "" {
				wrong.add("%s, which the API has: %s", key, problem)
			}
		}
	}
	if evaluated == 0 && len(expectations(func(x expected) bool { return len(x.Equal) > 0 })) == 0 {
		Skip("no request of the load says what its events are equal to")
	}
	wrong.none("events whose data are what the API stored", "Kafka, compared with the answers of the API", evaluated)
}

// unequal says which member of an event is not what an object has, or nothing.
func unequal(pair paired, object map[string]any) string {
	for _, path := range slices.Sorted(maps.Keys(pair.Equal)) {
		got, gotIt := member(pair.event.attributes, path)
		want, hasIt := member(object, pair.Equal[path])
		if gotIt != hasIt || !reflect.DeepEqual(got, want) {
			return describe(path, got, gotIt) + " in " + pair.event.Type + ", " + describe(pair.Equal[path], want, hasIt) + " in the answer"
		}
	}
	return ""
}
