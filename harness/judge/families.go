package judge

// topicFamilies judges topic.task-events.carries to topic.task-updates.carries: a topic carries the events of its
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
		f.blames(familyRequirements[j.ix.topics.text(r.topic)])
		f.check()
		if !carries[r.kind] {
			j.breachBy(f, Illegal, r.event, "%s carries an event of the type %q", j.ix.topics.text(r.topic), j.ix.types.text(r.kind))
		}
	}
}

// familyRequirements are the requirements of the specification's topics.
var familyRequirements = map[string]string{"task-events": "topic.task-events.carries", "reminders": "topic.reminders.carries", "task-updates": "topic.task-updates.carries"}
