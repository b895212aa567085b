package anomaly

import (
	"slices"
	"time"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/judge"
)

const second = history.Nanos(time.Second)

// disorders are what is not when, or not in which order, it should be.
func disorders() []Kind {
	return []Kind{
		{Name: "reordered-in-kafka", Guarantee: judge.KafkaOrder, Class: judge.Reordered, Related: []string{judge.Transitions}, inject: reorder},
		{Name: "reordered-labels", Guarantee: judge.KafkaOrder, Class: judge.Reordered, Related: []string{judge.Transitions, judge.ProcessingOrder, judge.ProcessedAcked}, inject: reorderLabels},
		{Name: "reordered-processing", Guarantee: judge.ProcessingOrder, Class: judge.Reordered, Related: []string{judge.ProcessedAcked, judge.Transitions}, inject: reorderProcessing},
		{Name: "other-partition", Guarantee: judge.Partitions, Class: judge.Illegal, Related: []string{judge.ProcessedAcked, judge.KafkaOrder}, inject: otherPartition},
		{Name: "acknowledged-before-processed", Guarantee: judge.ProcessedAcked, Class: judge.Illegal, Related: []string{judge.ProcessingOrder}, inject: acknowledgeEarly},
		{Name: "commit-goes-back", Guarantee: judge.SoundCommits, Class: judge.Illegal, inject: func(p *editor) (string, bool) {
			i := pick(p, p.h.Commits, func(c *history.Commit) bool { return c.Offset > 0 })
			if !p.calm() || i < 0 {
				return "", false
			}
			back, again := p.h.Commits[i], p.h.Commits[i]
			back.Seen, back.Offset, again.Seen = back.Seen+1, back.Offset-1, again.Seen+2
			p.h.Commits = slices.Insert(p.h.Commits, i+1, back, again)
			return back.Group + " " + back.Topic, true
		}},
		{Name: "in-kafka-before-published", Guarantee: judge.Transitions, Class: judge.Illegal, inject: func(p *editor) (string, bool) {
			return p.changeRecord(func(r *history.Record) bool { return p.healthy(r) && p.requested(r.ID) != nil },
				func(r *history.Record) { r.Seen = p.requested(r.ID).Start - 1 })
		}},
		{Name: "delivered-before-published", Guarantee: judge.Transitions, Class: judge.Illegal, Related: []string{judge.ProcessingOrder, judge.PoisonIsolated}, inject: func(p *editor) (string, bool) {
			i := pick(p, p.h.Deliveries, func(d *history.Delivery) bool { return p.published(d.ID).Start > 5*second })
			if i < 0 {
				return "", false
			}
			d := &p.h.Deliveries[i]
			d.Seen = p.published(d.ID).Start - 4*second
			return d.ID, true
		}},
		{Name: "blocked-by-poison", Guarantee: judge.PoisonIsolated, Class: judge.Illegal, Related: []string{judge.ProcessedAcked, judge.ProcessingOrder}, inject: block},
		{Name: "gone-before-retention", Guarantee: judge.Retention, Class: judge.Lost, inject: func(p *editor) (string, bool) {
			i := pick(p, p.h.Records, func(*history.Record) bool { return true })
			r := p.h.Records[i]
			p.last(r.Topic, r.Partition).First = r.Offset + 1
			return r.ID, true
		}},
		{Name: "kept-past-retention", Guarantee: judge.Retention, Class: judge.Illegal, inject: func(p *editor) (string, bool) {
			i := pick(p, p.h.Records, func(*history.Record) bool { return true })
			if i < 0 {
				return "", false
			}
			// Its log is looked at once more when the retention is over.
			r := p.h.Records[i]
			p.last(r.Topic, r.Partition).Seen += history.Nanos(169 * time.Hour)
			return r.Topic + " " + r.ID, true
		}},
	}
}

// twoOf picks two records of one key in one partition, of which the first was
// answered before the second was asked for.
func (p *editor) twoOf(topic string) (first, second int, found bool) {
	startOf := func(id string) (from, to history.Nanos) {
		if a := p.published(id); a != nil {
			return a.Start, a.End
		}
		if a := p.requested(id); a != nil {
			return a.Start, a.End
		}
		return 0, 0
	}
	suits := func(r *history.Record) bool {
		from, _ := startOf(r.ID)
		return r.Topic == topic && p.healthy(r) && from != 0
	}
	for range 20 {
		first = pick(p, p.h.Records, suits)
		if first < 0 {
			return 0, 0, false
		}
		one := p.h.Records[first]
		_, end := startOf(one.ID)
		second = pick(p, p.h.Records, func(r *history.Record) bool {
			from, _ := startOf(r.ID)
			return suits(r) && r.EventKey == one.EventKey && r.Partition == one.Partition && from > end
		})
		if second >= 0 {
			return first, second, true
		}
	}
	return 0, 0, false
}

// exchange has two records change places in their log.
func (p *editor) exchange(a, b int) {
	x, y := p.h.Records[a], p.h.Records[b]
	x.Offset, y.Offset, x.Seen, y.Seen = y.Offset, x.Offset, y.Seen, x.Seen
	p.h.Records[a], p.h.Records[b] = y, x
}

func reorder(p *editor) (string, bool) {
	for _, q := range p.rules.Requests {
		if len(q.Expects) == 0 {
			continue
		}
		if a, b, found := p.twoOf(q.Expects[0].Topic); found {
			where := p.h.Records[a].ID + " " + p.h.Records[b].ID
			p.exchange(a, b)
			return where, true
		}
	}
	return "", false
}

// reorderLabels exchanges two events with different labels of a key whose requests did not
// overlap.
func reorderLabels(p *editor) (string, bool) {
	for range 20 {
		a := pick(p, p.h.Records, func(r *history.Record) bool {
			return p.isFurther(r, false) && r.Label != "" && p.healthy(r) && p.known(r.EventKey) && p.oneAfterTheOther(r.EventKey, r.Type)
		})
		if a < 0 {
			return "", false
		}
		one := p.h.Records[a]
		b := pick(p, p.h.Records, func(r *history.Record) bool {
			return r.Type == one.Type && p.healthy(r) && r.EventKey == one.EventKey && r.Label != one.Label
		})
		if b >= 0 {
			p.exchange(a, b)
			return one.EventKey, true
		}
	}
	return "", false
}

// oneAfterTheOther says that all requests about a key were named by their answers, none
// overlapped another, and each causes exactly one event of a type.
func (p *editor) oneAfterTheOther(key, kind string) bool {
	var end history.Nanos
	for _, r := range p.h.Requests {
		if r.Key != key || r.Result == history.Refused {
			continue
		}
		if r.Result == history.Unknown || r.Event == "" || r.Start <= end || !p.causesOne(r.Change, kind) {
			return false
		}
		end = r.End
	}
	return true
}

// causesOne reports whether a kind of request always causes one event of a type beside, and
// no other of it.
func (p *editor) causesOne(request, kind string) bool {
	n := 0
	for _, q := range p.rules.Requests {
		for i, e := range q.Expects {
			if q.Name == request && e.Type == kind && e.Makes == "" {
				if e.Counted || i == 0 {
					return false
				}
				n++
			}
		}
	}
	return n == 1
}

// reorderProcessing exchanges the moments at which a live subscriber processed two
// events of one key.
func reorderProcessing(p *editor) (string, bool) {
	single := func(id string) bool {
		n := 0
		for _, e := range p.h.Effects {
			if e.ID == id {
				n++
			}
		}
		return n == 1
	}
	key := map[string]string{}
	for _, r := range p.h.Records {
		if p.live(r.Topic) && p.healthy(&r) {
			key[r.ID] = r.EventKey
		}
	}
	for range 20 {
		a := pick(p, p.h.Effects, func(e *history.Effect) bool { return key[e.ID] != "" && single(e.ID) })
		if a < 0 {
			return "", false
		}
		b := pick(p, p.h.Effects, func(e *history.Effect) bool {
			return key[e.ID] == key[p.h.Effects[a].ID] && e.Seen != p.h.Effects[a].Seen && single(e.ID)
		})
		if b >= 0 {
			p.h.Effects[a].Seen, p.h.Effects[b].Seen = p.h.Effects[b].Seen, p.h.Effects[a].Seen
			return p.h.Effects[a].ID + " " + p.h.Effects[b].ID, true
		}
	}
	return "", false
}

// otherPartition moves an event of a key that has several into another partition.
func otherPartition(p *editor) (string, bool) {
	i := pick(p, p.h.Records, func(r *history.Record) bool {
		return p.healthy(r) && p.keyed(r.Topic) && p.partitions(r.Topic) > 1 && p.requested(r.ID) != nil && slices.ContainsFunc(p.h.Records, func(o history.Record) bool {
			return o.Topic == r.Topic && o.EventKey == r.EventKey && o.ID != r.ID
		})
	})
	if i < 0 {
		return "", false
	}
	r := p.erase(i)
	r.Partition = (r.Partition + 1) % p.partitions(r.Topic)
	p.append(r)
	return r.ID, true
}

// passed is when a group was first seen to have committed a record, 0 if never.
func (p *editor) passed(group string, r history.Record) history.Nanos {
	first := history.Nanos(0)
	for _, c := range p.h.Commits {
		if c.Group == group && c.Topic == r.Topic && c.Partition == r.Partition && c.Offset > r.Offset && (first == 0 || c.Seen < first) {
			first = c.Seen
		}
	}
	return first
}

// acknowledgeEarly has a recording subscriber process an event long after it
// committed it.
func acknowledgeEarly(p *editor) (string, bool) {
	i := pick(p, p.h.Deliveries, func(d *history.Delivery) bool {
		n := 0
		for _, other := range p.h.Deliveries {
			if other.ID == d.ID {
				n++
			}
		}
		return n == 1 && d.Answer == history.Success
	})
	if i < 0 {
		return "", false
	}
	d := &p.h.Deliveries[i]
	for _, r := range p.h.Records {
		if r.ID == d.ID && r.Topic == d.Topic {
			d.Seen = p.passed(d.Group, r) + 5*second
			return d.ID, true
		}
	}
	return "", false
}

// partitions is how many partitions a topic has.
func (p *editor) partitions(topic string) int32 {
	for _, t := range p.rules.Topics {
		if t.Name == topic {
			return int32(t.Partitions)
		}
	}
	return 0
}

// block has the records of a partition wait for a record of another one that
// fails until it is dead-lettered.
func block(p *editor) (string, bool) {
	if !p.calm() {
		return "", false
	}
	first := map[string]history.Nanos{}
	troubled := map[string]bool{}
	for _, d := range p.h.Deliveries {
		if first[d.ID] == 0 {
			first[d.ID] = d.Seen
		}
		if d.Answer != history.Success {
			troubled[d.ID] = true
		}
	}
	for _, letter := range p.h.Records {
		from := first[letter.ID]
		if p.deadLettersOf(letter.Topic) == "" || from == 0 || letter.Seen-from < history.Nanos(p.rules.Retries)*history.Nanos(p.rules.Interval) {
			continue
		}
		topic := p.deadLettersOf(letter.Topic)
		for partition := range p.partitions(topic) {
			var ids []string
			clean := true
			for _, r := range p.h.Records {
				if r.Topic != topic || r.Partition != partition || r.Seen < from-30*second || r.Seen >= letter.Seen-second {
					continue
				}
				clean = clean && !troubled[r.ID] && r.ID != letter.ID && p.count(letter.Topic, r.ID) == 0
				if r.Seen >= from {
					ids = append(ids, r.ID)
				}
			}
			if !clean || len(ids) == 0 {
				continue
			}
			for n := range p.h.Deliveries {
				if d := &p.h.Deliveries[n]; slices.Contains(ids, d.ID) {
					d.Seen = letter.Seen + history.Nanos(n)
				}
			}
			return letter.ID, true
		}
	}
	return "", false
}
