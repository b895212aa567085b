package recording

import (
	"cmp"
	"fmt"
	"slices"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/judge"
)

// workingAt is the first moment from at on at which an application works.
func (s *sim) workingAt(app string, at history.Nanos) history.Nanos {
	for _, o := range s.outages {
		if !o.failing && (o.app == "" || o.app == app) && at >= o.from && at < o.to {
			at = o.to + (at-o.from)/1000 // what waited goes on in its order
		}
	}
	return at
}

// failingAt reports whether an application fails at what it does.
func (s *sim) failingAt(app string, at history.Nanos) bool {
	for _, o := range s.outages {
		if o.failing && o.app == app && at >= o.from && at < o.to {
			return true
		}
	}
	return false
}

// progress is what a group has done of a partition.
type progress struct {
	at     history.Nanos
	offset int64 // the next one
}

// consume has every subscriber consume its topics.
func (s *sim) consume() {
	logs := map[string][]*item{}
	for i := range s.items {
		r := &s.items[i].rec
		name := fmt.Sprintf("%s/%d", r.Topic, r.Partition)
		logs[name] = append(logs[name], &s.items[i])
	}
	for _, sub := range s.rules.Subscriptions {
		for p := range s.topic(sub.Topic).Partitions {
			name := fmt.Sprintf("%s/%d", sub.Topic, p)
			done := s.consumeLog(sub, logs[name])
			s.commits(sub, int32(p), s.start[name], done)
		}
	}
	slices.SortStableFunc(s.h.Deliveries, func(a, b history.Delivery) int { return cmp.Compare(a.Seen, b.Seen) })
	slices.SortStableFunc(s.h.Commits, func(a, b history.Commit) int { return cmp.Compare(a.Seen, b.Seen) })
	slices.SortStableFunc(s.h.Effects, func(a, b history.Effect) int { return cmp.Compare(a.Seen, b.Seen) })
}

// consumeLog has a group consume one partition.
func (s *sim) consumeLog(sub judge.Subscription, log []*item) []progress {
	var done []progress
	free := history.Nanos(0)
	for _, i := range log {
		at := s.workingAt(sub.Group, max(free, i.at+s.between(2*ms, 15*ms)))
		free = s.handle(sub, i, at)
		done = append(done, progress{free, i.rec.Offset + 1})
		s.now = max(s.now, free)
	}
	s.redeliver(sub, log, done)
	return done
}

// handle has a group handle one record and returns when it is through with it.
func (s *sim) handle(sub judge.Subscription, i *item, at history.Nanos) history.Nanos {
	switch {
	case !i.routed || i.late:
		s.deadLetter(i, at+2*ms)
		return at + 3*ms
	case sub.Group == Probe:
		return s.play(i, at)
	case i.fails:
		s.deadLetter(i, at+2*ms)
		return at + 3*ms
	}
	for try := 0; s.failingAt(sub.Group, at); try++ {
		if try >= s.rules.Retries && s.deadLetterTopic(i.rec.Topic) != "" {
			s.deadLetter(i, at+2*ms)
			return at + 3*ms
		}
		at += history.Nanos(s.rules.Interval) + s.between(ms, 5*ms)
	}
	at += s.between(ms/2, 3*ms)
	if sub.Live {
		s.h.Effects = append(s.h.Effects, history.Effect{Seen: at, Group: sub.Group, Topic: sub.Topic, ID: i.rec.ID, Times: 1})
	} else if key := [2]string{sub.Group, i.rec.ID}; sub.Visibility == judge.ByEffect && !s.known[key] {
		s.known[key] = true // what is in Kafka twice has one effect
		s.shown = append(s.shown, history.Effect{Group: sub.Group, Topic: sub.Topic, ID: i.rec.ID, Times: 1})
	}
	return at
}

// play has the recording subscriber answer by its script.
func (s *sim) play(i *item, at history.Nanos) history.Nanos {
	for try := 0; ; try++ {
		answer := i.script[min(try, len(i.script)-1)]
		s.deliver(i, at, answer, try+1)
		switch {
		case answer == history.Success:
			return at + ms
		case answer == history.Drop || try == s.rules.Retries:
			s.deadLetter(i, at+2*ms)
			return at + 3*ms
		}
		at += history.Nanos(s.rules.Interval) + s.between(ms, 5*ms)
	}
}

func (s *sim) deliver(i *item, at history.Nanos, answer history.Answer, attempt int) {
	s.h.Deliveries = append(s.h.Deliveries, history.Delivery{Seen: at, Group: Probe, Topic: i.rec.Topic, ID: i.rec.ID,
		Key: i.rec.EventKey, Answer: answer, Attempt: attempt})
}

// deadLetter sends a copy of a record into its topic's dead-letter topic.
func (s *sim) deadLetter(i *item, at history.Nanos) {
	letter := item{at: at, order: s.n, publ: -1, rec: i.rec}
	s.n++
	letter.rec.Topic, letter.rec.Partition = s.deadLetterTopic(i.rec.Topic), 0
	s.dead = append(s.dead, letter)
}

// deadLetterTopic takes the dead letters of a topic, empty if none does.
func (s *sim) deadLetterTopic(topic string) string {
	for _, t := range s.rules.Topics {
		if t.DeadLettersOf == topic {
			return t.Name
		}
	}
	return ""
}

// redeliver has a group whose outage started before it had committed start again
// where it had committed: some records are processed twice.
func (s *sim) redeliver(sub judge.Subscription, log []*item, done []progress) {
	for _, o := range s.outages {
		if o.failing || o.app != "" && o.app != sub.Group {
			continue
		}
		for n, d := range done {
			i := log[n]
			if d.at < o.from-sec/2 || d.at > o.from || i.fails || !i.routed || i.late {
				continue
			}
			at := o.to + history.Nanos(n)*ms/100
			switch {
			case sub.Group == Probe && len(i.script) == 1 && i.script[0] == history.Success:
				s.deliver(i, at, history.Success, 2)
			case sub.Live && s.chance(0.5):
				s.h.Effects = append(s.h.Effects, history.Effect{Seen: at, Group: sub.Group, Topic: sub.Topic, ID: i.rec.ID, Times: 1})
			}
		}
	}
}

// commits has the observer look at the committed offsets once a second.
func (s *sim) commits(sub judge.Subscription, partition int32, start int64, done []progress) {
	last, n := start, 0
	end := sec
	if len(done) > 0 {
		end = done[len(done)-1].at
	}
	write := func(at history.Nanos) {
		s.h.Commits = append(s.h.Commits, history.Commit{Seen: at, Group: sub.Group, Topic: sub.Topic, Partition: partition, Offset: last})
	}
	before := int64(-2)
	for at := sec; at < end+2*sec; at += sec {
		for n < len(done) && done[n].at < at-200*ms {
			last = done[n].offset
			n++
		}
		if last != before {
			write(at)
		}
		before = last
	}
	if len(done) > 0 {
		last = done[len(done)-1].offset
	}
	write(max(end+2*sec, s.now))
	s.now = max(s.now, end+2*sec)
}
