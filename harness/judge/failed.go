package judge

// failedIsDeadLettered judges FLW-005, FLW-013 to FLW-015 and EVT-308: an event
// that cannot be processed has one dead letter for each subscriber that it failed
// at, and is in no worker's state.
func failedIsDeadLettered(j *judgement, f *finding) {
	for n := range j.events() {
		e, fate := j.ix.ev(n), j.fate(n)
		if fate.main == 0 || fate.failing == 0 {
			continue
		}
		f.of(e.topic)
		f.check()
		if both := fate.processed & fate.condemned; both != 0 {
			j.breachBy(f, Illegal, n, "it cannot be processed and was, by %s", j.list(e.topic, both))
		}
		if int(fate.copies) < fate.owed() {
			j.breachBy(f, Lost, n, "it failed at %s and has %d of %d dead letters", j.list(e.topic, fate.failing&^fate.queued), fate.copies, fate.owed())
		}
	}
}
