package judge

// validEvents judges event.envelope: what is in a topic of the specification is a valid
// event, but for what was put there to fail.
func validEvents(j *judgement, f *finding) {
	f.unit = "records"
	for i := range j.ix.records.len() {
		r := j.ix.records.at(i)
		if j.carries[r.topic] == nil || r.again || j.ix.ev(r.event).toFail() {
			continue
		}
		f.of(r.topic)
		f.evaluate()
		if r.invalid {
			j.violationBy(f, Illegal, r.event, "its schema refuses it: %s", j.ix.objections[uint32(i)+1])
		}
	}
}
