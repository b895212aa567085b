package anomaly

import (
	"slices"
	"time"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/judge"
)

// forgeries are what is not what it should be: answers and offsets that are wrong,
// records that do not say what they should, things that nobody caused, and what
// happens to events whose time to live has ended.
func forgeries() []Kind {
	return slices.Concat(wrongAnswers(), wrongRecords(), inventions(), expiries())
}

func wrongAnswers() []Kind {
	return []Kind{
		{Name: "forged-commit", Guarantee: judge.SoundCommits, Class: judge.Illegal, plant: func(p *plot) (string, bool) {
			i := pick(p, p.h.Commits, func(*history.Commit) bool { return true })
			c := p.h.Commits[i]
			c.Offset = p.last(c.Topic, c.Partition).Next + 1 + p.rng.Int64N(5)
			c.Seen = p.end()
			p.h.Commits = append(p.h.Commits, c)
			return c.Group + " " + c.Topic, true
		}},
		{Name: "forged-acknowledgement", Guarantee: judge.InKafka, Class: judge.Illegal, plant: func(p *plot) (string, bool) {
			return p.spoilPublish(func(a *history.Publish) { a.Offset += 1000 })
		}},
		{Name: "other-bytes", Guarantee: judge.InKafka, Class: judge.Illegal, plant: func(p *plot) (string, bool) {
			return p.spoilPublish(func(a *history.Publish) { a.SHA256 = p.digest() })
		}},
		{Name: "refused-in-kafka", Guarantee: judge.Origin, Class: judge.Illegal, plant: func(p *plot) (string, bool) {
			return p.spoilPublish(func(a *history.Publish) { a.Outcome, a.Status = history.Refused, 403 })
		}},
		{Name: "two-changes-one-id", Guarantee: judge.Unique, Class: judge.Illegal,
			Related: []string{judge.Requested, judge.ExpectedEvents, judge.Derived, judge.KafkaOrder, judge.CountedEvents},
			plant: func(p *plot) (string, bool) {
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
		{Name: "wrong-action", Guarantee: judge.ExpectedEvents, Class: judge.Illegal, plant: func(p *plot) (string, bool) {
			return p.spoilRecord(func(r *history.Record) bool { return p.healthy(r) && r.Type == "task.sync" }, func(r *history.Record) {
				r.Label = map[string]string{"create": "update", "update": "complete", "complete": "delete", "delete": "create"}[r.Label]
			})
		}},
		{Name: "wrong-type", Guarantee: judge.Requested, Class: judge.Illegal, plant: func(p *plot) (string, bool) {
			return p.spoilRecord(func(r *history.Record) bool {
				return p.healthy(r) && p.requested(r.ID) != nil && r.Type == "task.updated"
			},
				func(r *history.Record) { r.Type = "task.completed" })
		}},
		{Name: "wrong-task", Guarantee: judge.Requested, Class: judge.Illegal, Related: []string{judge.Partitions}, plant: func(p *plot) (string, bool) {
			return p.spoilRecord(func(r *history.Record) bool { return p.healthy(r) && p.requested(r.ID) != nil },
				func(r *history.Record) { r.EventKey = p.h.Records[0].EventKey + "0" })
		}},
		{Name: "foreign-family", Guarantee: judge.Families, Class: judge.Illegal,
			Related: []string{judge.CountedEvents, judge.ExpectedEvents, judge.FailedDeadLetters, judge.AllEnded, judge.Origin},
			plant: func(p *plot) (string, bool) {
				return p.spoilRecord(func(r *history.Record) bool { return p.healthy(r) && r.Type == "reminder.scheduled" },
					func(r *history.Record) { r.Type = "reminder.cancelled" })
			}},
		{Name: "invalid-event", Guarantee: judge.Valid, Class: judge.Illegal, Related: []string{judge.FailedDeadLetters, judge.AllEnded},
			plant: func(p *plot) (string, bool) {
				return p.spoilRecord(p.healthy, func(r *history.Record) { r.Invalid = "data.priority: not one of low, medium, high" })
			}},
		{Name: "one-id-two-events", Guarantee: judge.Unique, Class: judge.Illegal, plant: func(p *plot) (string, bool) {
			return p.repeatRecord(func(r *history.Record) { r.SHA256 = p.digest() })
		}},
	}
}

func inventions() []Kind {
	return []Kind{
		{Name: "event-of-nobody", Guarantee: judge.Origin, Class: judge.Unexpected, plant: func(p *plot) (string, bool) {
			id := p.uuid()
			p.append(history.Record{Topic: "task-updates", Partition: 0, Key: "k", ID: id, Type: "task.created", SHA256: p.digest()})
			i := len(p.h.Records) - 1
			p.h.Records[i].Type, p.h.Records[i].Key = "task.sync", ""
			p.process("task-updates", id)
			return id, true
		}},
		{Name: "forged-update", Guarantee: judge.Requested, Class: judge.Unexpected, Related: []string{judge.ExpectedEvents}, plant: func(p *plot) (string, bool) {
			return p.forge("task-events", func(r *history.Record) { r.Type = "task.updated" }, func(r *history.Record) bool {
				return p.known(r.EventKey) && !p.unanswered(r.EventKey, "")
			})
		}},
		{Name: "forged-sync", Guarantee: judge.ExpectedEvents, Class: judge.Unexpected, plant: func(p *plot) (string, bool) {
			return p.forge("task-updates", nil, p.healthy)
		}},
		{Name: "forged-reminder", Guarantee: judge.CountedEvents, Class: judge.Unexpected, plant: func(p *plot) (string, bool) {
			return p.forge("reminders", nil, func(r *history.Record) bool { return p.known(r.EventKey) && !p.unanswered(r.EventKey, "") })
		}},
		{Name: "forged-task", Guarantee: judge.Derived, Class: judge.Unexpected, Related: []string{judge.ExpectedEvents}, plant: func(p *plot) (string, bool) {
			for _, r := range p.h.Requests {
				if r.Outcome == history.Unknown {
					return "", false // it could be its
				}
			}
			return p.forge("task-events", func(r *history.Record) { r.Type, r.EventKey, r.Key = "task.created", p.uuid(), "" }, p.healthy)
		}},
		{Name: "effect-of-nothing", Guarantee: judge.Transitions, Class: judge.Unexpected, plant: func(p *plot) (string, bool) {
			id := p.uuid()
			p.process("task-events", id)
			return id, true
		}},
		{Name: "effect-without-subscription", Guarantee: judge.Transitions, Class: judge.Unexpected, plant: func(p *plot) (string, bool) {
			i := pick(p, p.h.Records, func(r *history.Record) bool { return p.healthy(r) && r.Topic == "reminders" })
			if i < 0 {
				return "", false
			}
			p.h.Effects = append(p.h.Effects, history.Effect{Seen: p.end(), Group: "audit-worker", Topic: "reminders", ID: p.h.Records[i].ID, Times: 1})
			return p.h.Records[i].ID, true
		}},
	}
}

func expiries() []Kind {
	return []Kind{
		{Name: "processed-after-expiry", Guarantee: judge.ExpiredUnused, Class: judge.Illegal, Related: []string{judge.ProcessingOrder, judge.ProcessedAcked}, plant: func(p *plot) (string, bool) {
			i := pick(p, p.h.Records, func(r *history.Record) bool { return r.Expires != 0 && p.deadLettersOf(r.Topic) == "" })
			if i < 0 {
				return "", false
			}
			r := p.h.Records[i]
			p.h.Deliveries = append(p.h.Deliveries, history.Delivery{Seen: r.Seen + history.Nanos(2*time.Second), Group: p.groupOf(r.Topic), Topic: r.Topic, ID: r.ID, Answer: history.Success, Attempt: 1})
			return r.ID, true
		}},
		{Name: "lost-expiration", Guarantee: judge.ExpiredUnused, Class: judge.Illegal, plant: func(p *plot) (string, bool) {
			return p.spoilRecord(func(r *history.Record) bool { return r.Expires != 0 && p.deadLettersOf(r.Topic) == "" },
				func(r *history.Record) { r.Expires = 0 })
		}},
	}
}

// groupOf is a subscriber of a topic.
func (p *plot) groupOf(topic string) string {
	for _, s := range p.rules.Subscriptions {
		if s.Topic == topic {
			return s.Group
		}
	}
	return ""
}

// spoilPublish changes one accepted attempt past the API that nothing else is
// about.
func (p *plot) spoilPublish(spoil func(*history.Publish)) (string, bool) {
	i := pick(p, p.h.Publishes, func(a *history.Publish) bool {
		return a.Outcome == history.Accepted && a.Via == "kafka" && a.Expect == ""
	})
	if i < 0 {
		return "", false
	}
	spoil(&p.h.Publishes[i])
	return p.h.Publishes[i].ID, true
}

// spoilRecord changes one of the records that suit.
func (p *plot) spoilRecord(suits func(*history.Record) bool, spoil func(*history.Record)) (string, bool) {
	i := pick(p, p.h.Records, suits)
	if i < 0 {
		return "", false
	}
	spoil(&p.h.Records[i])
	return p.h.Records[i].Topic + " " + p.h.Records[i].ID, true
}

// forge appends an event like one that suits, under an id of its own.
func (p *plot) forge(topic string, change func(*history.Record), suits func(*history.Record) bool) (string, bool) {
	i := pick(p, p.h.Records, func(r *history.Record) bool { return r.Topic == topic && p.healthy(r) && suits(r) })
	if i < 0 {
		return "", false
	}
	r := p.h.Records[i]
	r.ID, r.SHA256 = p.uuid(), p.digest()
	if change != nil {
		change(&r)
	}
	p.append(r)
	p.process(topic, r.ID)
	return topic + " " + r.ID, true
}
