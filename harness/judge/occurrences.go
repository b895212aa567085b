package judge

// nextOccurrences judges what recurring-worker shows of FLW-003: each completion
// of a recurring task that it processed made one task more, and nothing else made
// tasks that no answer names.
func nextOccurrences(j *judgement, f *finding) {
	f.unit = "tasks made by the platform"
	attempts := j.ix.attempts
	var made []uint32
	dead := int64(0)
	for n := range j.events() {
		e, fate := j.ix.ev(n), j.fate(n)
		if e.change == completed && fate.copies > 0 {
			dead++ // it may be recurring-worker that gave up
		}
		if e.via != viaNobody || fate.main == 0 {
			continue
		}
		r := j.ix.rec(fate.main)
		if r.key != 0 && r.kind == created && !j.ix.accountOf(r.key).known {
			made = append(made, n)
		}
	}
	least := max(0, attempts.occurrences-dead)
	most := attempts.occurrences + attempts.maybeOccurrences + attempts.unknownCreates
	f.of(j.ix.topicOfType(typeNames[created]))
	f.checks(max(least, int64(len(made))))
	if missing := least - int64(len(made)); missing > 0 {
		f.breach(Lost, "recurring tasks", "%d recurring tasks were completed, %d next occurrences were made", least, len(made))
		f.count += missing - 1
	}
	for i := most; i < int64(len(made)); i++ {
		j.breachBy(f, Unexpected, made[i], "one of %d tasks that no answer names, where at most %d can have been made", len(made), most)
	}
}
