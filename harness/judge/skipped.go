package judge

import "assay.dev/assay/harness/history"

// poisonBlocksNoGroup judges flow.isolated for records that may end their consumer: until such a
// record is skipped, the groups that do not read its topic go on. The group that reads
// it stands still in all of its partitions, since its sidecar is down.
func (j *judgement) poisonBlocksNoGroup(f *finding, n uint32) {
	e, became := j.ix.ev(n), j.outcomeOfEvent(n)
	main := j.ix.rec(became.main)
	until := history.Nanos(0)
	readers := map[uint8]bool{}
	for i, sub := range j.subscribers[e.topic] {
		readers[sub.group] = true
		if l := j.jumpOver(main, sub.group); l != nil && became.skipped.has(i) {
			until = max(until, l.at)
		}
	}
	if until == 0 {
		return
	}
	for _, s := range j.ix.logs {
		for _, sub := range j.subscribers[s.topic] {
			app := j.ix.groups.text(sub.group)
			if !readers[sub.group] && !j.disturbed.besideFaults().any(app, main.seen, until) {
				j.wentOn(f, n, s, sub.group, main.seen, until)
			}
		}
	}
}

// wentOn judges one group and partition from and to two moments. A record that came less
// than a delivery's time before the end need not be through.
func (j *judgement) wentOn(f *finding, n uint32, s *partitionLog, group uint8, from, to history.Nanos) {
	f.of(s.topic)
	through, waiting := 0, 0
	for i := range s.records.len() {
		r := j.ix.rec(*s.records.at(i))
		if r.seen < from || r.seen > to-j.settled() {
			continue
		}
		if j.passedBy(s, r, group, to) {
			through++
		} else {
			waiting++
		}
	}
	if through+waiting > 0 {
		f.evaluate()
	}
	if through == 0 && waiting > 0 {
		j.violationBy(f, Illegal, n, "%d records of %s waited at %s until it was skipped", waiting, j.name(s), j.ix.groups.text(group))
	}
}

// settled is the time after which a record is committed if nothing is in its way: the
// retry interval for its delivery, and the skew of the looks at committed offsets.
func (j *judgement) settled() history.Nanos {
	return history.Nanos(j.ix.rules.Interval + j.ix.rules.Skew)
}

// passedBy reports whether a group had committed a record by a moment.
func (j *judgement) passedBy(s *partitionLog, r *record, group uint8, at history.Nanos) bool {
	for _, m := range s.commits[group] {
		if m.seen <= at && m.offset > r.offset {
			return true
		}
	}
	return false
}
