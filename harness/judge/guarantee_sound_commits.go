package judge

import (
	"slices"

	"assay.dev/assay/harness/history"
)

// soundCommits judges the offsets behind flow.acknowledged: a group commits nothing that is
// not in the log, and goes back only when it was disturbed.
func soundCommits(j *judgement, f *finding) {
	f.unit = "committed offsets"
	rest := history.Nanos(j.ix.rules.Delivered)
	for _, s := range j.ix.logs {
		f.of(s.topic)
		for group := range uint8(len(j.ix.groups.list)) {
			marks := s.commits[group]
			app := j.ix.groups.text(group)
			for i, m := range marks {
				f.evaluate()
				if end := j.logEnd(s, m.seen); m.offset > end {
					f.conclusive++
					f.violation(Illegal, app, "offset %d is committed at %s, whose log ends before %d", m.offset, j.name(s), end)
				}
				if i > 0 && m.offset < marks[i-1].offset && !setBack(s.moves[group], marks[i-1].last, m.seen) && !j.disturbed.any(app, marks[i-1].last-rest, m.seen+rest) {
					f.violation(Illegal, app, "the committed offset at %s went from %d back to %d, and nothing disturbed the group", j.name(s), marks[i-1].offset, m.offset)
				}
			}
		}
	}
}

// setBack reports whether a group's offset was set back by another hand between two looks.
func setBack(moves []history.Move, from, to history.Nanos) bool {
	return slices.ContainsFunc(moves, func(m history.Move) bool { return m.To < m.From && m.Seen >= from && m.Seen <= to })
}

// logEnd is the first offset that the log of a partition cannot have had at a
// moment: where it ended at the next look, or else after the last record.
func (j *judgement) logEnd(s *partitionLog, at history.Nanos) int64 {
	for _, b := range s.bounds {
		if b.Seen >= at {
			return b.Next
		}
	}
	end := int64(0)
	if n := len(s.bounds); n > 0 {
		end = s.bounds[n-1].Next
	}
	if n := s.records.len(); n > 0 {
		end = max(end, j.ix.rec(*s.records.at(n - 1)).offset+1)
	}
	for _, h := range s.holes {
		end = max(end, h.To)
	}
	return end
}
