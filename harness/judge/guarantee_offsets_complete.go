package judge

import (
	"fmt"

	"assay.dev/assay/harness/history"
)

// offsetsComplete judges that each partition was read without a gap, from where
// it stood before the first event to where it stood after the last one: without
// it, what is not seen could still be there.
func offsetsComplete(j *judgement, f *finding) {
	f.unit = "offsets"
	for _, t := range j.ix.rules.Topics {
		topic := j.ix.topics.get(t.Name)
		for p := range t.Partitions {
			if _, known := j.ix.logOf[partitionKey{topic, int32(p), 0}]; !known {
				f.inconclusive("nothing was seen of %s/%d, not even its bounds", t.Name, p)
			}
		}
	}
	for _, s := range j.ix.logs {
		if j.ix.rules.topic(j.ix.topics.text(s.topic)) != nil {
			j.complete(f, s)
		}
	}
}

// name is a partition as people write it.
func (j *judgement) name(s *partitionLog) string {
	text := fmt.Sprintf("%s/%d", j.ix.topics.text(s.topic), s.partition)
	if s.life > 0 {
		text += fmt.Sprintf(" (life %d)", s.life)
	}
	return text
}

func (j *judgement) complete(f *finding, s *partitionLog) {
	name := j.name(s)
	f.of(s.topic)
	if len(s.bounds) == 0 {
		f.inconclusive("the bounds of %s were not seen", name)
		return
	}
	first, last := s.bounds[0], s.bounds[len(s.bounds)-1]
	start, removed := int64(0), int64(0)
	if s.life == 0 {
		start = first.Next
		if a := j.ix.attempts; a.last != 0 && first.Seen > a.first {
			start = first.First
		}
	}
	for i, b := range s.bounds {
		removed = max(removed, b.First)
		if i > 0 && b.Next < s.bounds[i-1].Next {
			f.violation(Illegal, name, "the log became shorter: %d, then %d", s.bounds[i-1].Next, b.Next)
		}
	}
	if last.Seen < j.ix.attempts.last && !j.topicRecreated(s) {
		f.inconclusive("the bounds of %s were last seen before the last attempt to publish", name)
	}
	next := start
	for i := range s.records.len() {
		r := j.ix.rec(*s.records.at(i))
		switch {
		case r.offset < start:
			continue // older than the experiment
		case r.offset == next-1 && i > 0:
			if before := j.ix.rec(*s.records.at(i - 1)); before.offset == r.offset && before.sha != r.sha {
				j.violationBy(f, Illegal, r.event, "two records at %s offset %d", name, r.offset)
			}
			continue
		}
		j.gap(f, s, next, r.offset, removed)
		f.evaluate()
		next = r.offset + 1
		if r.offset >= last.Next && r.seen < last.Seen {
			j.violationBy(f, Illegal, r.event, "it was seen at %s offset %d, but the log ended before %d afterwards", name, r.offset, last.Next)
		}
	}
	j.gap(f, s, next, last.Next, removed)
}

// gap judges the offsets from next up to offset, at which no record was seen. A log
// need not have a record at each: the marker of a transaction and the records of an
// aborted one take offsets, compaction takes records away where the topic is
// compacted, and what is before the start of the log is gone.
func (j *judgement) gap(f *finding, s *partitionLog, next, offset, removed int64) {
	compacted := j.ix.rules.topic(j.ix.topics.text(s.topic)).Compacted
	name := j.name(s)
	missing := func(until int64) {
		if gone := min(until, removed); next < gone {
			f.inconclusive("offsets %d to %d of %s left the log before anybody read them", next, gone-1, name)
			next = gone
		}
		if next < until {
			f.violation(Lost, name, "offsets %d to %d were not seen", next, until-1)
		}
	}
	for _, h := range s.holes {
		if h.To <= next || h.From >= offset || h.Why == history.Truncated || h.Why == history.Compacted && !compacted {
			continue
		}
		if h.From > next {
			missing(h.From)
		}
		f.evaluateN(min(h.To, offset) - max(h.From, next))
		next = h.To
	}
	missing(offset)
}

// topicRecreated reports whether the topic of a partition was recreated later.
func (j *judgement) topicRecreated(s *partitionLog) bool {
	_, again := j.ix.logOf[partitionKey{s.topic, s.partition, s.life + 1}]
	return again
}
