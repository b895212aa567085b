package judge

import "assay.dev/assay/harness/history"

// atGroup finds out what became of an event at its i-th subscriber.
func (j *judgement) atGroup(n uint32, e *event, f *eventOutcome, i int, s subscriber) {
	if f.main == 0 {
		return
	}
	bit := groupSet(1) << i
	for _, r := range j.recordsOf(n) {
		if r.topic == e.topic && j.waits(r, s.group) {
			f.queued |= bit
		}
	}
	skipped := e.expect == wantPoisoned && j.jumpOver(j.ix.rec(f.main), s.group) != nil
	if f.invalid || e.toFail() && (e.expectOf == 0 || e.expectOf == s.group) {
		f.condemned |= bit
		if skipped {
			f.skipped |= bit
		} else {
			f.failing |= bit
		}
	}
	times, observed := j.effectOf(e, s.group)
	tries := j.triesOf(e, s.group)
	if times > 0 || tries.successes > 0 {
		f.processed |= bit
		return
	}
	if skipped {
		return
	}
	if tries.exhausted(&j.ix.rules) {
		f.failing |= bit
	}
	if s.unseen && !j.unreadBy(j.ix.rec(f.main), s.group) {
		return
	}
	if f.otherMode {
		return // its mode is the violation, whatever its subscribers made of it
	}
	known := j.unreadBy(j.ix.rec(f.main), s.group) || s.visibility == ByEffect || s.visibility == ByDelivery || s.visibility == BySample && observed
	if known && f.queued&bit == 0 {
		f.silent |= bit
	}
}

// waits reports whether a group has not committed a record. A topic that was deleted
// took its offsets with it, so what was committed after the last look at them is
// not known; there, only a group that had time enough still waits.
func (j *judgement) waits(r *record, group uint8) bool {
	if j.committed[r.log][group] > r.offset {
		return false
	}
	s := j.ix.logs[r.log]
	if !j.topicRecreated(s) {
		return true
	}
	marks := s.commits[group]
	return len(marks) > 0 && marks[len(marks)-1].last >= r.seen+history.Nanos(j.ix.rules.Delivered)
}

// effectOf is how often a group's effect was found, and whether anyone looked.
func (j *judgement) effectOf(e *event, group uint8) (times int, observed bool) {
	for at := e.effects; at != 0; {
		found := j.ix.effects.at(int(at) - 1)
		if found.group == group && found.topic == e.topic {
			times += int(found.times)
			observed = true
		}
		at = found.next
	}
	return times, observed
}

// tries are the deliveries of an event to a group.
type tries struct {
	successes, failures, drops int
	lost                       int           // of the successes: their answers did not arrive
	first, success             history.Nanos // of the first delivery, of the first success
}

func (j *judgement) triesOf(e *event, group uint8) tries {
	var t tries
	for at := e.deliveries; at != 0; { // the latest comes first
		d := j.ix.deliv.at(int(at) - 1)
		at = d.next
		if d.group != group || d.topic != e.topic {
			continue
		}
		if t.first == 0 || d.seen < t.first {
			t.first = d.seen
		}
		switch d.answer {
		case answerSuccess, answerLost:
			t.successes++
			if d.answer == answerLost {
				t.lost++
			}
			if t.success == 0 || d.seen < t.success {
				t.success = d.seen
			}
		case answerDrop:
			t.drops++
		default:
			t.failures++
		}
	}
	return t
}

// exhausted says that the policy leaves no other end than the dead letter.
func (t tries) exhausted(r *Rules) bool {
	return t.successes == 0 && (t.drops > 0 || t.failures > r.Retries)
}
