package judge

import "fmt"

// offsetsComplete judges that each partition was read without a gap, from where
// it stood before the first event to where it stood after the last one: without
// it, what is not seen could still be there.
func offsetsComplete(j *judgement, f *finding) {
	f.unit = "offsets"
	for _, t := range j.ix.rules.Topics {
		topic := j.ix.topics.get(t.Name)
		for p := range t.Partitions {
			if _, known := j.ix.slotOf[slotKey{topic, int32(p), 0}]; !known {
				f.doubt("nothing was seen of %s/%d, not even its bounds", t.Name, p)
			}
		}
	}
	for _, s := range j.ix.slots {
		if j.ix.rules.topic(j.ix.topics.text(s.topic)) != nil {
			j.complete(f, s)
		}
	}
}

// name is a partition as people write it.
func (j *judgement) name(s *slot) string {
	text := fmt.Sprintf("%s/%d", j.ix.topics.text(s.topic), s.partition)
	if s.life > 0 {
		text += fmt.Sprintf(" (life %d)", s.life)
	}
	return text
}

func (j *judgement) complete(f *finding, s *slot) {
	name := j.name(s)
	f.of(s.topic)
	if len(s.bounds) == 0 {
		f.doubt("the bounds of %s were not seen", name)
		return
	}
	first, last := s.bounds[0], s.bounds[len(s.bounds)-1]
	start, removed := int64(0), int64(0)
	if s.life == 0 {
		start = first.Next
		if first.Seen > j.ix.attempts.first {
			start = first.First
		}
	}
	for i, b := range s.bounds {
		removed = max(removed, b.First)
		if i > 0 && b.Next < s.bounds[i-1].Next {
			f.breach(Illegal, name, "the log became shorter: %d, then %d", s.bounds[i-1].Next, b.Next)
		}
	}
	if last.Seen < j.ix.attempts.last && !j.reborn(s) {
		f.doubt("the bounds of %s were last seen before the last attempt to publish", name)
	}
	next := start
	for i := range s.records.len() {
		r := j.ix.rec(*s.records.at(i))
		switch {
		case r.offset < start:
			continue // older than the experiment
		case r.offset == next-1 && i > 0:
			if before := j.ix.rec(*s.records.at(i - 1)); before.offset == r.offset && before.sha != r.sha {
				j.breachBy(f, Illegal, r.event, "two records at %s offset %d", name, r.offset)
			}
			continue
		}
		f.gap(name, max(next, removed), r.offset)
		f.check()
		next = r.offset + 1
		if r.offset >= last.Next && r.seen < last.Seen {
			j.breachBy(f, Illegal, r.event, "it was seen at %s offset %d, but the log ended before %d afterwards", name, r.offset, last.Next)
		}
	}
	f.gap(name, max(next, removed), last.Next)
}

// gap notes the offsets from next up to offset as missing.
func (f *finding) gap(name string, next, offset int64) {
	if next < offset {
		f.breach(Lost, name, "offsets %d to %d were not seen", next, offset-1)
	}
}

// reborn says whether the topic of a partition was made anew later.
func (j *judgement) reborn(s *slot) bool {
	_, again := j.ix.slotOf[slotKey{s.topic, s.partition, s.life + 1}]
	return again
}
