package judge

// onePartition judges event.partition: all events of one key, or of one key, are in one
// partition of a topic.
func onePartition(j *judgement, f *finding) {
	f.unit = "records"
	home := make([]int32, j.ix.countsByKey.len()+1) // the key's partition, and one
	for _, t := range j.ix.rules.Topics {
		if t.DeadLettersOf != "" {
			continue // dead letters keep no order
		}
		topic := j.ix.topics.get(t.Name)
		clear(home)
		f.of(topic)
		for _, s := range j.ix.logs {
			if s.topic != topic {
				continue
			}
			for i := range s.records.len() {
				r := j.ix.rec(*s.records.at(i))
				if r.key == 0 || j.placed(r) {
					continue
				}
				f.evaluate()
				if home[r.key] == 0 {
					home[r.key] = s.partition + 1
				}
				if home[r.key] != s.partition+1 {
					j.violationBy(f, Illegal, r.event, "it is in %s/%d, other events of %s are in partition %d", t.Name, s.partition, j.ix.keys.text(r.key), home[r.key]-1)
				}
			}
		}
	}
}

// placed reports whether a record was put where it is without regard to a key: past
// the API, without a key, or to fail in a certain partition.
func (j *judgement) placed(r *record) bool {
	e := j.ix.ev(r.event)
	return (e.via == viaSidecar || e.via == viaKafka) && (r.unkeyed || e.toFail())
}
