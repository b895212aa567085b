package judge

// changeEvents judges EVT-016 to EVT-019: each change that the API accepted
// published its key event, of its type and about its key, and no change that
// nobody asked for was announced. An answer that names no event, as that to a
// deletion, is matched by key and kind.
func changeEvents(j *judgement, f *finding) {
	f.unit = "changes"
	for n := range j.events() {
		e, fate := j.ix.ev(n), j.fate(n)
		if e.via == viaAPI && e.outcome == accepted {
			f.of(e.topic)
			f.blames(changeRequirements[e.change])
			f.check()
			j.announced(f, n, e, fate)
			continue
		}
		if fate.main == 0 || e.via != viaNobody {
			continue
		}
		rec := j.ix.rec(fate.main)
		change := changeOfKind(rec.kind)
		if change == 0 || rec.key == 0 {
			continue
		}
		f.of(rec.topic)
		a := j.ix.accountOf(rec.key)
		if !a.known && change == created {
			continue // a task that the platform made: see occurrences
		}
		if most := a.unknown[change] + a.nameless[change]; a.unlinked[change] > most {
			j.unannounced(f, n, rec, a.unlinked[change], most)
		}
	}
	for i := range j.ix.ledger.len() {
		a := j.ix.ledger.at(i)
		for c := created; c < changes; c++ {
			f.of(j.ix.topicOfType(typeNames[c]))
			f.blames(changeRequirements[c])
			f.checks(int64(a.nameless[c]))
			if a.unlinked[c] < a.nameless[c] {
				j.breachOf(f, Lost, a, "%d accepted changes of the kind %s have %d %s", a.nameless[c], changeNames[c], a.unlinked[c], typeNames[c])
			}
		}
	}
}

// unannounced judges a key event that no answer names.
func (j *judgement) unannounced(f *finding, n uint32, rec *record, times, most uint32) {
	change := changeOfKind(rec.kind)
	repeated, status := j.repeatedByProxy(rec.key, change)
	if times <= most+repeated {
		return
	}
	f.blames(changeRequirements[change])
	if status != 0 {
		j.breachBy(f, Unexpected, n, "%s of task %s is in Kafka, and the change was refused with %d", typeNames[change], j.ix.keys.text(rec.key), status)
		return
	}
	j.breachBy(f, Unexpected, n, "%s of task %s came %d times more than answers name it, and can have been caused %d times",
		typeNames[change], j.ix.keys.text(rec.key), times, most)
}

// changeRequirements are the requirements of the changes, in their order.
var changeRequirements = [changes]string{"", "EVT-016", "EVT-017", "EVT-018", "EVT-019"}

// announced compares an accepted change with its key event.
func (j *judgement) announced(f *finding, n uint32, e *event, fate *fate) {
	if fate.main == 0 {
		j.breachBy(f, Lost, n, "the change was accepted and its %s is not in Kafka", typeNames[e.change])
		return
	}
	r := j.ix.rec(fate.main)
	if r.kind != e.change {
		j.breachBy(f, Illegal, n, "a change of the kind %s was announced by %q", changeNames[e.change], j.ix.types.text(r.kind))
	}
	if r.key != e.key {
		j.breachBy(f, Illegal, n, "a change of task %s was announced for task %s", j.ix.keys.text(e.key), j.ix.keys.text(r.key))
	}
}
