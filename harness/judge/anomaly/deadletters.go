package anomaly

import (
	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/judge"
)

// deadLetters are what is wrong with the dead-letter topics.
func deadLetters() []Kind {
	unended := []string{judge.FailedDeadLetters, judge.AllEnded, judge.ProcessedAcked}
	return []Kind{
		{Name: "dead-letter-with-other-bytes", Guarantee: judge.DeadLetterCopies, Class: judge.Illegal, inject: func(p *editor) (string, bool) {
			return p.changeRecord(func(r *history.Record) bool { return p.letter(r) && r.ID != "" }, func(r *history.Record) { r.SHA256 = p.digest() })
		}},
		{Name: "dead-letter-with-other-id", Guarantee: judge.DeadLetterCopies, Class: judge.Illegal, Related: unended, inject: func(p *editor) (string, bool) {
			return p.changeRecord(func(r *history.Record) bool { return p.letter(r) && r.ID != "" }, func(r *history.Record) { r.ID = p.uuid() })
		}},
		{Name: "dead-letter-in-other-topic", Guarantee: judge.DeadLetterCopies, Class: judge.Illegal, Related: unended, inject: func(p *editor) (string, bool) {
			i := pick(p, p.h.Records, func(r *history.Record) bool { return p.letter(r) && r.ID != "" })
			if i < 0 {
				return "", false
			}
			r := p.erase(i)
			r.Topic = p.rules.Topics[pick(p, p.rules.Topics, func(t *judge.Topic) bool { return t.DeadLettersOf != "" && t.Name != r.Topic })].Name
			p.append(r)
			return r.ID, true
		}},
		{Name: "dead-letter-of-nothing", Guarantee: judge.DeadLetterCopies, Class: judge.Unexpected, inject: func(p *editor) (string, bool) {
			dead := p.rules.Topics[pick(p, p.rules.Topics, func(t *judge.Topic) bool { return t.DeadLettersOf != "" })]
			kinds := p.rules.Types[dead.DeadLettersOf]
			r := history.Record{Topic: dead.Name, ID: p.uuid(), Type: kinds[0], SHA256: p.digest()}
			p.append(r)
			return r.ID, true
		}},
		{Name: "lost-dead-letter", Guarantee: judge.FailedDeadLetters, Class: judge.Lost, Related: []string{judge.AllEnded}, inject: func(p *editor) (string, bool) {
			i := pick(p, p.h.Records, func(r *history.Record) bool {
				a := p.published(r.ID)
				return p.letter(r) && a != nil && a.Expect == "failed"
			})
			if i < 0 {
				return "", false
			}
			return p.erase(i).ID, true
		}},
		{Name: "healed-and-dead-lettered", Guarantee: judge.NoFalseDeadLetter, Class: judge.Unexpected, inject: func(p *editor) (string, bool) {
			i := pick(p, p.h.Records, func(r *history.Record) bool {
				a := p.published(r.ID)
				return p.calm() && p.deadLettersOf(r.Topic) == "" && (p.healthy(r) || a != nil && a.Expect == "processed")
			})
			if i < 0 {
				return "", false
			}
			r := p.h.Records[i]
			r.Topic, r.Partition = p.deadLetterTopic(r.Topic), 0
			p.append(r)
			return r.ID, true
		}},
		{Name: "poison-processed", Guarantee: judge.FailedDeadLetters, Class: judge.Illegal, Related: []string{judge.ProcessedAcked, judge.ProcessingOrder}, inject: func(p *editor) (string, bool) {
			i := pick(p, p.h.Records, func(r *history.Record) bool {
				return r.Invalid != "" && r.ID != "" && p.deadLettersOf(r.Topic) == "" && p.showsEffects(r.Topic)
			})
			if i < 0 {
				return "", false
			}
			p.process(p.h.Records[i].Topic, p.h.Records[i].ID)
			return p.h.Records[i].ID, true
		}},
	}
}

// letter says that a record is a dead letter.
func (p *editor) letter(r *history.Record) bool { return p.deadLettersOf(r.Topic) != "" }
