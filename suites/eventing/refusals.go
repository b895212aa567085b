package eventing

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	. "github.com/onsi/ginkgo/v2"

	"assay.dev/assay/harness/expect"
	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/kube"
	"assay.dev/assay/harness/record/observe"
	"assay.dev/assay/spec"
)

// refusalChecks judge that nothing invalid gets anywhere.
func refusalChecks() {
	p.It("event.refused-requests", brief, func(SpecContext) {
		recorded()
		if len(p.Spec.Load.Requests) == 0 {
			Skip("the specification declares no requests")
		}
		var wrong problems
		for _, r := range seen.Refused {
			var problem struct {
				Title  string `json:"title"`
				Status int    `json:"status"`
			}
			err := json.Unmarshal(r.Answer.Body, &problem)
			switch {
			case r.Answer.Result != history.Refused || r.Answer.Status/100 != 4:
				wrong.add("%s is answered %d %s %s", r.Name, r.Answer.Status, r.Answer.Error, r.Answer.Body)
			case err != nil || problem.Title == "" || problem.Status != r.Answer.Status:
				wrong.add("%s is answered %d without saying why: %s", r.Name, r.Answer.Status, r.Answer.Body)
			}
		}
		wrong.none("requests for an invalid event that are refused with a reason", "ingress", len(seen.Refused))

		var caused problems
		for _, c := range seen.captures {
			for _, r := range seen.Refused {
				if r.Marker != "" && bytes.Contains(c.Raw, []byte(r.Marker)) {
					caused.add("%s caused %s", r.Name, places([]observe.Capture{c}))
				}
			}
		}
		caused.none("records that no refused request caused", "Kafka", len(seen.captures))
	})

	p.It("event.invalid", brief, func(SpecContext) {
		recorded()
		var wrong problems
		evaluated := 0
		for _, i := range seen.Injected {
			if !i.broken() {
				continue
			}
			evaluated++
			if problem := whereabouts(i); problem != "" {
				wrong.add("%s of %s, by %s: %s", i.Name, i.Family.Family, i.Publish.Via, problem)
			}
		}
		wrong.none("invalid events that end in the dead-letter topic, once for each subscriber, and in no worker's state",
			"Kafka and the workers", evaluated)
		// That valid ones get through the same ways says that these were stopped
		// for what they are.
		for _, i := range seen.Injected {
			if i.broken() {
				continue
			}
			expect.Subject{What: "dead letters of a valid " + i.Family.Family + " by " + i.Publish.Via, From: "Kafka"}.
				Is(len(within(p.Spec.DeadLetterTopic(i.Family.Topic), i.Event.ID)), 0)
			expect.Subject{What: "effects of it", From: "the workers"}.AssertThat(effects(i) > 0 || !visible(i), "some", fmt.Sprint(effects(i)))
		}
	})
}

// whereabouts says what is wrong with where a broken event is, or nothing.
func whereabouts(i injection) string {
	letters, wanted := p.Spec.DeadLetterTopic(i.Family.Topic), len(subscribers(i.Family.Topic))
	in := pick(func(c observe.Capture) bool { return c.Topic == i.Family.Topic && i.is(c) })
	dead := pick(func(c observe.Capture) bool { return c.Topic == letters && i.is(c) })
	switch {
	case len(in) != 1:
		return "in Kafka: " + places(in)
	case len(dead) != wanted:
		return fmt.Sprintf("%d subscribers, dead letters: %s", wanted, places(dead))
	case effects(i) != 0:
		return "a worker has processed it"
	}
	return seen.Trails[i.Event.Key]
}

// effects counts the effects of an event that were found.
func effects(i injection) int {
	times := 0
	for _, e := range seen.history.Effects {
		if e.ID == i.Event.ID && e.Topic == i.Family.Topic && e.ID != "" {
			times += e.Times
		}
	}
	return times
}

// visible reports whether processing the event has an effect that can be looked at.
func visible(i injection) bool {
	return i.Event.ID != "" && slices.ContainsFunc(subscribers(i.Family.Topic), func(s spec.Subscription) bool {
		return p.Spec.Shown(s.App, s.Topic).Kind != spec.CommitOnly
	})
}

// trails looks for traces of events that have no id by which an application could be asked.
func (x *experiment) trails(ctx context.Context) {
	x.Trails = map[string]string{}
	for _, i := range x.Injected {
		if i.Event.ID != "" {
			continue
		}
		for _, s := range subscribers(i.Family.Topic) {
			if show := p.Spec.Shown(s.App, s.Topic); show.Trail != "" {
				x.Trails[i.Event.Key] = trailOf(ctx, s.App, show, i.Event.Key)
			}
		}
	}
}

// trailOf says what an application has recorded of a key that nobody made an object of.
func trailOf(ctx context.Context, app string, show spec.Show, key string) string {
	d, known := p.Spec.Application(app)
	if !known {
		return ""
	}
	path := strings.NewReplacer("{key}", url.PathEscape(key), "{from}", "0").Replace(show.Trail)
	answer, err := kube.Ask(ctx, p.Cluster.HTTPWithAppToken(timeouts.HTTPRequest.Duration), http.MethodGet, d.Address()+path, nil, "")
	if err != nil {
		return err.Error()
	}
	if count, known := member(decodeObject(answer.Body), show.Count); !known || count != 0.0 {
		return "what " + app + " has of its key: " + answer.String()
	}
	return ""
}
