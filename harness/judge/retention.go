package judge

// retentionApplied judges FLW-016: a record that is older than its topic's
// retention is gone, and one that is younger is not.
func retentionApplied(j *judgement, f *finding) {
	f.unit = "records past their retention"
	for _, s := range j.ix.slots {
		topic := j.ix.rules.topic(j.ix.topics.text(s.topic))
		if topic == nil || topic.Retention == 0 || len(s.bounds) == 0 {
			continue
		}
		f.of(s.topic)
		last := s.bounds[len(s.bounds)-1]
		now := j.wall(last.Seen)
		for i := range s.records.len() {
			r := j.ix.rec(*s.records.at(i))
			age := now - r.stamp
			switch gone := r.offset < last.First; {
			case age > topic.Retention.Milliseconds()+j.ix.rules.Retained.Milliseconds():
				f.check()
				if !gone {
					j.breachBy(f, Illegal, r.event, "it is %d s old and still in %s, which retains records for %v", age/1000, j.name(s), topic.Retention)
				}
			case gone && age < topic.Retention.Milliseconds()-j.ix.rules.Skew.Milliseconds():
				f.check()
				j.breachBy(f, Lost, r.event, "it is %d s old and gone from %s, which retains records for %v", age/1000, j.name(s), topic.Retention)
			}
		}
	}
}
