package judge

import "fmt"

// syncEvents judges EVT-213: each change published one task.sync whose action
// names the change. They are matched by task and action, since nothing else ties
// them to a change.
func syncEvents(j *judgement, f *finding) {
	f.unit = "changes"
	f.of(j.ix.topicOfType(kindNames[syncKind-1]))
	for i := range j.ix.ledger.len() {
		a := j.ix.ledger.at(i)
		var want, have, missing, extra uint32
		for c := created; c < changes; c++ {
			want += a.expected(uint8(c))
			have += a.synced[c]
			missing += max(a.expected(uint8(c)), a.synced[c]) - a.synced[c]
			extra += max(a.expected(uint8(c)), a.synced[c]) - a.expected(uint8(c))
		}
		nameless := a.synced[0] // of an action that is none
		extra += nameless
		f.checks(int64(want))
		switch {
		case missing == 0 && extra == 0:
		case missing > 0 && missing == extra:
			j.breachOf(f, Illegal, a, "%d of %d task.sync events have an action that is not the change's%s", missing, want, a.counts())
		case missing > extra:
			j.breachOf(f, Lost, a, "%d changes, %d task.sync events%s", want, have+nameless, a.counts())
		default:
			j.breachOf(f, Unexpected, a, "%d changes, %d task.sync events%s", want, have+nameless, a.counts())
		}
	}
}

// counts lists changes and their task.sync events by kind.
func (a *account) counts() string {
	text := ""
	for c := created; c < changes; c++ {
		if a.expected(uint8(c)) > 0 || a.synced[c] > 0 {
			text += fmt.Sprintf("; %s: %d changes, %d events", changeNames[c], a.expected(uint8(c)), a.synced[c])
		}
	}
	return text
}

// breachOf notes a violation by a task, with the traces of all its events.
func (j *judgement) breachOf(f *finding, class string, a *account, format string, args ...any) {
	f.breach(class, j.ix.keys.text(a.key), format, args...)
	if f.count > kept {
		return
	}
	v := &f.violations[len(f.violations)-1]
	for n := range j.events() {
		if j.ix.ev(n).key == a.key && len(v.Trace) < traceLength {
			v.Trace = append(v.Trace, "event "+j.ix.ids.text(n))
			v.Trace = append(v.Trace, j.trace(n)...)
		}
	}
}
