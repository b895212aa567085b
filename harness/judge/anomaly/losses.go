package anomaly

import (
	"slices"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/judge"
)

// losses are what is not where it should be: events that never came to Kafka, and
// those that came there and no further.
func losses() []Kind { return slices.Concat(neverInKafka(), neverProcessed()) }

func neverInKafka() []Kind {
	return []Kind{
		{Name: "lost-event", Guarantee: judge.InKafka, Class: judge.Lost, Related: []string{judge.Requested, judge.AllEnded, judge.Derived},
			inject: func(p *editor) (string, bool) {
				return p.loseRecord(func(r *history.Record) bool { return p.healthy(r) && p.requested(r.ID) != nil })
			}},
		{Name: "lost-unnamed-event", Guarantee: judge.Requested, Class: judge.Lost,
			inject: func(p *editor) (string, bool) {
				return p.loseRecord(func(r *history.Record) bool { return p.healthy(r) && p.unnamed(r) })
			}},
		{Name: "lost-further-event", Guarantee: judge.ExpectedEvents, Class: judge.Lost,
			inject: func(p *editor) (string, bool) {
				return p.loseRecord(func(r *history.Record) bool { return p.healthy(r) && p.isFurther(r, false) })
			}},
		{Name: "lost-counted-event", Guarantee: judge.CountedEvents, Class: judge.Lost,
			inject: func(p *editor) (string, bool) {
				return p.loseRecord(func(r *history.Record) bool {
					return p.healthy(r) && p.isFurther(r, true) && p.known(r.EventKey) && !p.unanswered(r.EventKey, "")
				})
			}},
		{Name: "lost-derived-object", Guarantee: judge.Derived, Class: judge.Lost, inject: loseDerived},
		{Name: "lost-probe-event", Guarantee: judge.InKafka, Class: judge.Lost, Related: []string{judge.AllEnded, judge.DeadLetterCopies},
			inject: func(p *editor) (string, bool) {
				return p.loseRecord(func(r *history.Record) bool {
					a := p.published(r.ID)
					return r.ID != "" && p.deadLettersOf(r.Topic) == "" && a != nil && a.Result == history.Accepted && a.Expect == ""
				})
			}},
		{Name: "offset-gap", Guarantee: judge.Offsets, Class: judge.Lost,
			Related: []string{judge.InKafka, judge.Requested, judge.ExpectedEvents, judge.CountedEvents, judge.Derived, judge.AllEnded,
				judge.FailedDeadLetters, judge.DeadLetterCopies, judge.Transitions, judge.ProcessedAcked, judge.Origin},
			inject: func(p *editor) (string, bool) {
				i := pick(p, p.h.Records, func(*history.Record) bool { return true })
				if i < 0 {
					return "", false
				}
				gone := p.h.Records[i]
				p.h.Records = slices.Delete(p.h.Records, i, i+1)
				return gone.Topic + " " + gone.ID, true
			}},
	}
}

func neverProcessed() []Kind {
	return []Kind{
		{Name: "lost-effect", Guarantee: judge.ProcessedAcked, Class: judge.Lost, Related: []string{judge.AllEnded},
			inject: func(p *editor) (string, bool) {
				i := p.healthyEffect()
				if i < 0 {
					return "", false
				}
				e := p.h.Effects[i]
				p.h.Effects = slices.DeleteFunc(p.h.Effects, func(x history.Effect) bool { return x.ID == e.ID && x.Group == e.Group })
				return e.Group + " " + e.ID, true
			}},
		{Name: "absent-effect", Guarantee: judge.ProcessedAcked, Class: judge.Lost, Related: []string{judge.AllEnded},
			inject: func(p *editor) (string, bool) {
				i := p.healthyEffect()
				if i < 0 {
					return "", false
				}
				e := p.h.Effects[i]
				for n := range p.h.Effects {
					if p.h.Effects[n].ID == e.ID && p.h.Effects[n].Group == e.Group {
						p.h.Effects[n].Times = 0
					}
				}
				return e.Group + " " + e.ID, true
			}},
		{Name: "lost-delivery", Guarantee: judge.EveryDelivery, Class: judge.Lost, Related: []string{judge.ProcessedAcked, judge.AllEnded},
			inject: func(p *editor) (string, bool) {
				i := pick(p, p.h.Deliveries, func(d *history.Delivery) bool { return p.published(d.ID).Expect == "" })
				if i < 0 {
					return "", false
				}
				id := p.h.Deliveries[i].ID
				p.h.Deliveries = slices.DeleteFunc(p.h.Deliveries, func(d history.Delivery) bool { return d.ID == id })
				return id, true
			}},
		{Name: "late-commit", Guarantee: judge.AllEnded, Class: judge.Queued, Related: []string{judge.FailedDeadLetters, judge.EveryDelivery}, inject: commitTooLittle},
	}
}

// loseRecord loses one of the records that suit.
func (p *editor) loseRecord(suits func(*history.Record) bool) (string, bool) {
	i := pick(p, p.h.Records, suits)
	if i < 0 {
		return "", false
	}
	return p.lose(i), true
}

// unanswered reports whether a request about a key, of a kind or of any, had no answer.
func (p *editor) unanswered(key, change string) bool {
	return slices.ContainsFunc(p.h.Requests, func(r history.Request) bool {
		return r.Key == key && r.Result == history.Unknown && (change == "" || r.Change == change)
	})
}

// healthyEffect picks an effect of an event that has nothing but effects.
func (p *editor) healthyEffect() int {
	return pick(p, p.h.Effects, func(e *history.Effect) bool {
		return p.count(p.deadLetterTopic(e.Topic), e.ID) == 0
	})
}

// loseDerived has the platform never make an object that it should have made.
func loseDerived(p *editor) (string, bool) {
	if slices.ContainsFunc(p.h.Requests, func(r history.Request) bool { return r.Result == history.Unknown }) ||
		slices.ContainsFunc(p.h.Records, func(r history.Record) bool { return p.deadLettersOf(r.Topic) != "" && p.makesDerived(&r) }) {
		return "", false // it could be one of these
	}
	kinds := p.derived()
	i := pick(p, p.h.Records, func(r *history.Record) bool {
		return p.healthy(r) && !p.known(r.EventKey) && slices.ContainsFunc(kinds, func(e judge.Expected) bool { return e.Type == r.Type })
	})
	if i < 0 {
		return "", false
	}
	key := p.h.Records[i].EventKey
	for n := len(p.h.Records) - 1; n >= 0; n-- {
		if p.h.Records[n].EventKey == key {
			p.lose(n)
		}
	}
	return key, true
}

// commitTooLittle has a group never commit the last record of a partition.
func commitTooLittle(p *editor) (string, bool) {
	i := pick(p, p.h.Commits, func(c *history.Commit) bool {
		b := p.last(c.Topic, c.Partition)
		return c.Offset == b.Next && slices.ContainsFunc(p.h.Records, func(r history.Record) bool {
			return r.Topic == c.Topic && r.Partition == c.Partition && r.Offset == c.Offset-1
		})
	})
	if i < 0 {
		return "", false
	}
	c := p.h.Commits[i]
	for n := range p.h.Commits {
		if x := &p.h.Commits[n]; x.Group == c.Group && x.Topic == c.Topic && x.Partition == c.Partition && x.Offset == c.Offset {
			x.Offset--
		}
	}
	return c.Group + " " + c.Topic, true
}
