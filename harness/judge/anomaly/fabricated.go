package anomaly

import (
	"slices"
	"time"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/judge"
)

// fabrications are fabricated events: answers and offsets that are wrong,
// records that do not say what they should, things that nobody caused, and what
// happens to events whose time to live has ended.
func fabricated() []Kind {
	return slices.Concat(wrongAnswers(), wrongRecords(), inventions(), expiries())
}

func wrongAnswers() []Kind {
	return []Kind{
		{Name: "fabricated-commit", Guarantee: judge.SoundCommits, Class: judge.Illegal, inject: func(p *editor) (string, bool) {
			i := pick(p, p.h.Commits, func(*history.Commit) bool { return true })
			c := p.h.Commits[i]
			c.Offset = p.last(c.Topic, c.Partition).Next + 1 + p.rng.Int64N(5)
			c.Seen = p.end()
			p.h.Commits = append(p.h.Commits, c)
			return c.Group + " " + c.Topic, true
		}},
		{Name: "fabricated-acknowledgement", Guarantee: judge.InKafka, Class: judge.Illegal, inject: func(p *editor) (string, bool) {
			return p.changePublish(func(a *history.Publish) { a.Offset += 1000 })
		}},
		{Name: "other-bytes", Guarantee: judge.InKafka, Class: judge.Illegal, inject: func(p *editor) (string, bool) {
			return p.changePublish(func(a *history.Publish) { a.SHA256 = p.digest() })
		}},
		{Name: "refused-in-kafka", Guarantee: judge.Origin, Class: judge.Illegal, inject: func(p *editor) (string, bool) {
			return p.changePublish(func(a *history.Publish) { a.Result, a.Status = history.Refused, 403 })
		}},
		{Name: "two-changes-one-id", Guarantee: judge.Unique, Class: judge.Illegal,
			Related: []string{judge.Requested, judge.ExpectedEvents, judge.Derived, judge.KafkaOrder, judge.CountedEvents},
			inject: func(p *editor) (string, bool) {
				named := func(r *history.Request) bool { return r.Event != "" }
				a, b := pick(p, p.h.Requests, named), pick(p, p.h.Requests, named)
				if a < 0 || p.h.Requests[a].Key == p.h.Requests[b].Key {
					return "", false
				}
				p.h.Requests[b].Event = p.h.Requests[a].Event
				return p.h.Requests[a].Event, true
			}},
	}
}

func wrongRecords() []Kind {
	return []Kind{
		{Name: "wrong-label", Guarantee: judge.ExpectedEvents, Class: judge.Illegal, inject: wrongLabel},
		{Name: "wrong-type", Guarantee: judge.Requested, Class: judge.Illegal, inject: func(p *editor) (string, bool) {
			changing := p.changing()
			named := func(q judge.Request) bool {
				return slices.ContainsFunc(changing, func(c judge.Request) bool { return c.Name == q.Name })
			}
			return p.changeRecord(func(r *history.Record) bool {
				return p.healthy(r) && p.requested(r.ID) != nil && p.isFirst(r, named) && !p.makesDerived(r) && p.otherType(r) != ""
			}, func(r *history.Record) { r.Type = p.otherType(r) })
		}},
		{Name: "wrong-key", Guarantee: judge.Requested, Class: judge.Illegal, Related: []string{judge.Partitions}, inject: func(p *editor) (string, bool) {
			return p.changeRecord(func(r *history.Record) bool { return p.healthy(r) && p.requested(r.ID) != nil },
				func(r *history.Record) { r.EventKey = p.h.Records[0].EventKey + "0" })
		}},
		{Name: "foreign-family", Guarantee: judge.Families, Class: judge.Illegal,
			Related: []string{judge.CountedEvents, judge.ExpectedEvents, judge.FailedDeadLetters, judge.AllEnded, judge.Origin},
			inject: func(p *editor) (string, bool) {
				return p.changeRecord(func(r *history.Record) bool { return p.healthy(r) && p.isFurther(r, true) },
					func(r *history.Record) { r.Type = "no.such.type" })
			}},
		{Name: "invalid-event", Guarantee: judge.Valid, Class: judge.Illegal, Related: []string{judge.FailedDeadLetters, judge.AllEnded},
			inject: func(p *editor) (string, bool) {
				return p.changeRecord(p.healthy, func(r *history.Record) { r.Invalid = "data.priority: not one of those that it may be" })
			}},
		{Name: "one-id-two-events", Guarantee: judge.Unique, Class: judge.Illegal, inject: func(p *editor) (string, bool) {
			return p.repeatRecord(func(r *history.Record) { r.SHA256 = p.digest() })
		}},
	}
}

func inventions() []Kind {
	return []Kind{
		{Name: "event-of-nobody", Guarantee: judge.Origin, Class: judge.Unexpected, inject: func(p *editor) (string, bool) {
			i := pick(p, p.h.Records, func(r *history.Record) bool { return p.healthy(r) && p.isFurther(r, false) })
			if i < 0 {
				return "", false
			}
			id, like := p.uuid(), p.h.Records[i]
			p.append(history.Record{Topic: like.Topic, Partition: 0, ID: id, Type: like.Type, SHA256: p.digest()})
			p.process(like.Topic, id)
			return id, true
		}},
		{Name: "fabricated-change", Guarantee: judge.Requested, Class: judge.Unexpected, Related: []string{judge.ExpectedEvents}, inject: func(p *editor) (string, bool) {
			changing := p.changing()
			if len(changing) == 0 {
				return "", false
			}
			e := changing[0].Expects[0]
			return p.fabricate(e.Topic, func(r *history.Record) { r.Type, r.Label = e.Type, e.Label }, func(r *history.Record) bool {
				return p.known(r.EventKey) && !p.unanswered(r.EventKey, "")
			})
		}},
		{Name: "fabricated-further-event", Guarantee: judge.ExpectedEvents, Class: judge.Unexpected, inject: func(p *editor) (string, bool) {
			return p.fabricate("", nil, func(r *history.Record) bool { return p.isFurther(r, false) })
		}},
		{Name: "fabricated-counted-event", Guarantee: judge.CountedEvents, Class: judge.Unexpected, inject: func(p *editor) (string, bool) {
			return p.fabricate("", nil, func(r *history.Record) bool {
				return p.isFurther(r, true) && p.known(r.EventKey) && !p.unanswered(r.EventKey, "")
			})
		}},
		{Name: "fabricated-object", Guarantee: judge.Derived, Class: judge.Unexpected, Related: []string{judge.ExpectedEvents}, inject: func(p *editor) (string, bool) {
			for _, r := range p.h.Requests {
				if r.Result == history.Unknown {
					return "", false // it could be its
				}
			}
			kinds := p.derived()
			if len(kinds) == 0 {
				return "", false
			}
			return p.fabricate(kinds[0].Topic, func(r *history.Record) {
				r.Type, r.Label, r.EventKey, r.Key = kinds[0].Type, kinds[0].Label, p.uuid(), ""
			}, p.healthy)
		}},
		{Name: "effect-of-nothing", Guarantee: judge.Transitions, Class: judge.Unexpected, inject: func(p *editor) (string, bool) {
			shows, some := p.subscription(func(s *judge.Subscription) bool { return s.Visibility == judge.ByEffect })
			if !some {
				return "", false
			}
			id := p.uuid()
			p.process(shows.Topic, id)
			return id, true
		}},
		{Name: "effect-without-subscription", Guarantee: judge.Transitions, Class: judge.Unexpected, inject: func(p *editor) (string, bool) {
			shows, some := p.subscription(func(s *judge.Subscription) bool { return s.Visibility == judge.ByEffect })
			i := pick(p, p.h.Records, func(r *history.Record) bool {
				return p.healthy(r) && !slices.ContainsFunc(p.rules.Subscriptions, func(s judge.Subscription) bool { return s.Group == shows.Group && s.Topic == r.Topic })
			})
			if !some || i < 0 {
				return "", false
			}
			p.h.Effects = append(p.h.Effects, history.Effect{Seen: p.end(), Group: shows.Group, Topic: p.h.Records[i].Topic, ID: p.h.Records[i].ID, Times: 1})
			return p.h.Records[i].ID, true
		}},
	}
}

// wrongLabel gives an event the label of another request.
func wrongLabel(p *editor) (string, bool) {
	other := func(r *history.Record) string {
		for _, q := range p.rules.Requests {
			for n, e := range q.Expects {
				if n > 0 && e.Type == r.Type && !e.Counted && e.Label != r.Label && e.Label != "" {
					return e.Label
				}
			}
		}
		return ""
	}
	return p.changeRecord(func(r *history.Record) bool {
		return p.healthy(r) && p.isFurther(r, false) && r.Label != "" && other(r) != ""
	},
		func(r *history.Record) { r.Label = other(r) })
}

// otherType is another type that a record's topic carries and that no object starts with,
// empty if there is none.
func (p *editor) otherType(r *history.Record) string {
	for _, kind := range p.rules.Types[r.Topic] {
		starts := p.isFirst(&history.Record{Type: kind}, func(q judge.Request) bool { return q.Makes })
		if kind != r.Type && !starts {
			return kind
		}
	}
	return ""
}

func expiries() []Kind {
	return []Kind{
		{Name: "processed-after-expiry", Guarantee: judge.ExpiredUnused, Class: judge.Illegal, Related: []string{judge.ProcessingOrder, judge.ProcessedAcked}, inject: func(p *editor) (string, bool) {
			// One that was delivered in time may be delivered again.
			i := pick(p, p.h.Records, func(r *history.Record) bool {
				return r.Expires != 0 && p.deadLettersOf(r.Topic) == "" &&
					!slices.ContainsFunc(p.h.Deliveries, func(d history.Delivery) bool { return d.ID == r.ID })
			})
			if i < 0 {
				return "", false
			}
			r := p.h.Records[i]
			p.h.Deliveries = append(p.h.Deliveries, history.Delivery{Seen: r.Seen + history.Nanos(2*time.Second), Group: p.groupOf(r.Topic), Topic: r.Topic, ID: r.ID, Answer: history.Success, Attempt: 1})
			return r.ID, true
		}},
		{Name: "lost-expiration", Guarantee: judge.ExpiredUnused, Class: judge.Illegal, inject: func(p *editor) (string, bool) {
			return p.changeRecord(func(r *history.Record) bool { return r.Expires != 0 && p.deadLettersOf(r.Topic) == "" },
				func(r *history.Record) { r.Expires = 0 })
		}},
	}
}

// groupOf is a subscriber of a topic.
func (p *editor) groupOf(topic string) string {
	for _, s := range p.rules.Subscriptions {
		if s.Topic == topic {
			return s.Group
		}
	}
	return ""
}

// changePublish changes one accepted attempt past the API that nothing else is
// about.
func (p *editor) changePublish(change func(*history.Publish)) (string, bool) {
	i := pick(p, p.h.Publishes, func(a *history.Publish) bool {
		return a.Result == history.Accepted && a.Via == "kafka" && a.Expect == ""
	})
	if i < 0 {
		return "", false
	}
	change(&p.h.Publishes[i])
	return p.h.Publishes[i].ID, true
}

// changeRecord changes one of the records that suit.
func (p *editor) changeRecord(suits func(*history.Record) bool, change func(*history.Record)) (string, bool) {
	i := pick(p, p.h.Records, suits)
	if i < 0 {
		return "", false
	}
	change(&p.h.Records[i])
	return p.h.Records[i].Topic + " " + p.h.Records[i].ID, true
}

// fabricate appends an event like one that suits, in a topic or in any, under an id of its
// own.
func (p *editor) fabricate(topic string, change func(*history.Record), suits func(*history.Record) bool) (string, bool) {
	i := pick(p, p.h.Records, func(r *history.Record) bool { return (topic == "" || r.Topic == topic) && p.healthy(r) && suits(r) })
	if i < 0 {
		return "", false
	}
	r := p.h.Records[i]
	r.ID, r.SHA256 = p.uuid(), p.digest()
	if change != nil {
		change(&r)
	}
	p.append(r)
	p.process(r.Topic, r.ID)
	return r.Topic + " " + r.ID, true
}
