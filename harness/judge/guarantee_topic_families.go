package judge

// topicFamilies judges that a topic carries the events of its
// family and nothing else but what was put there to fail.
func topicFamilies(j *judgement, f *finding) {
	f.unit = "records"
	for i := range j.ix.records.len() {
		r := j.ix.records.at(i)
		carries := j.carries[r.topic]
		if carries == nil || r.again || j.ix.ev(r.event).toFail() {
			continue
		}
		f.of(r.topic)
		f.blames(j.ix.rules.carriedRequirement(j.ix.topics.text(r.topic)))
		f.evaluate()
		if !carries[r.kind] {
			j.violationBy(f, Illegal, r.event, "%s carries an event of the type %q", j.ix.topics.text(r.topic), j.ix.types.text(r.kind))
		}
	}
}

// carriedRequirement is the requirement that a topic carries its family alone.
func (r *Rules) carriedRequirement(topic string) string {
	for _, f := range r.Families {
		if f.Topic == topic {
			return f.Requirement
		}
	}
	return ""
}
