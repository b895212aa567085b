package judge

import "assay.dev/assay/harness/history"

// retentionApplied judges flow.retained: a record that is older than its topic's retention
// is gone, and one that is younger is not. A broker deletes segments, not records: a
// segment goes when its largest stamp is older than the retention
// (log.retention.ms). So a record has to be gone when the retention is over counted
// from when it came, from its stamp, and from the stamps in the future that may be in
// its segment; and it may be gone as soon as the retention is over by its stamp.
func retentionApplied(j *judgement, f *finding) {
	f.unit = "records past their retention"
	for _, s := range j.ix.logs {
		topic := j.ix.rules.topic(j.ix.topics.text(s.topic))
		if topic == nil || topic.Retention == 0 || len(s.bounds) == 0 {
			continue
		}
		f.of(s.topic)
		last := s.bounds[len(s.bounds)-1]
		now, retention := j.wall(last.Seen), topic.Retention.Milliseconds()
		ahead := j.aheadOfTime(s)
		for i := range s.records.len() {
			r := j.ix.rec(*s.records.at(i))
			came := j.wall(r.seen)
			stamp := r.stamp
			if stamp < 0 { // it has none: the broker goes by when it was written
				stamp = came
			}
			age := now - max(came, stamp, ahead.near(j, r))
			switch gone := r.offset < last.First; {
			case age > retention+j.ix.rules.Retained.Milliseconds():
				f.evaluate()
				if !gone {
					j.violationBy(f, Illegal, r.event, "it is %d s old and still in %s, which retains records for %v", age/1000, j.name(s), topic.Retention)
				}
			case gone && now-stamp < retention-j.ix.rules.Skew.Milliseconds():
				f.evaluate()
				j.violationBy(f, Lost, r.event, "it is %d s old and gone from %s, which retains records for %v", (now-stamp)/1000, j.name(s), topic.Retention)
			}
		}
	}
}

// early are the records of a partition that are stamped in the future.
type early []*record

func (j *judgement) aheadOfTime(s *partitionLog) early {
	var all early
	for i := range s.records.len() {
		r := j.ix.rec(*s.records.at(i))
		if r.stamp > j.wall(r.seen)+j.ix.rules.Skew.Milliseconds() {
			all = append(all, r)
		}
	}
	return all
}

// near is the largest stamp in the future that may be in a record's segment: of what
// came no longer before or after it than a broker may keep a segment open.
func (e early) near(j *judgement, r *record) int64 {
	stamp := int64(0)
	for _, other := range e {
		if apart := other.seen - r.seen; max(apart, -apart) <= history.Nanos(j.ix.rules.Retained) {
			stamp = max(stamp, other.stamp)
		}
	}
	return stamp
}
