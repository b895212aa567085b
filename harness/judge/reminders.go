package judge

// remindersPublished judges event.schedule-reminder: each reminder that a change schedules is
// published once, and no other.
func remindersPublished(j *judgement, f *finding) {
	f.unit = "reminders"
	f.of(j.ix.topicOfType(kindNames[reminderKind-1]))
	for i := range j.ix.ledger.len() {
		a := j.ix.ledger.at(i)
		least, most := a.reminders, a.reminders+a.maybe
		if !a.known {
			most = 2 * a.unlinked[created] // for the due date and for remind_at
		}
		f.checks(int64(max(least, a.reminded)))
		if a.reminded < least {
			j.breachOf(f, Lost, a, "%d reminders were scheduled, %d published", least, a.reminded)
		}
		if a.reminded > most {
			j.breachOf(f, Unexpected, a, "at most %d reminders were scheduled, %d published", most, a.reminded)
		}
	}
}
