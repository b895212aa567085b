package judge

import (
	"sort"
	"strings"

	"assay.dev/assay/harness/history"
)

// acknowledgedIsProcessed judges flow.acknowledged: what a group has committed it has
// processed, and had processed when it committed it.
func acknowledgedIsProcessed(j *judgement, f *finding) {
	marks := j.firstMarks()
	j.inconclusiveWhereUnseen(f)
	j.inconclusiveForJumps(f)
	for n := range j.events() {
		e, became := j.ix.ev(n), j.outcomeOfEvent(n)
		if became.main == 0 || len(j.subscribers[e.topic]) == 0 {
			continue
		}
		f.of(e.topic)
		f.evaluate()
		if became.unaccounted() > 0 {
			silent := became.silent &^ became.failing
			j.violationBy(f, Lost, n, "acknowledged, and neither processed nor dead-lettered, by %s%s", j.list(e.topic, silent),
				j.jumpNote(e.topic, j.ix.rec(became.main), silent))
			continue
		}
		r := j.ix.rec(became.main)
		for i, s := range j.subscribers[e.topic] {
			if !s.live || !became.processed.has(i) {
				continue
			}
			done, passed := j.processedAt(e, s.group), marks.passed(r, s.group)
			if passed != 0 && passed+history.Nanos(j.ix.rules.Skew) < done {
				j.violationBy(f, Illegal, n, "%s committed it %v before it processed it", j.ix.groups.text(s.group), duration(done-passed))
			}
		}
	}
}

// list names the groups of a set.
func (j *judgement) list(topic uint8, set groupSet) string {
	var all []string
	for i, s := range j.subscribers[topic] {
		if set.has(i) {
			all = append(all, j.ix.groups.text(s.group))
		}
	}
	return strings.Join(all, ", ")
}

// firstMarks are the committed offsets of each partition and group that were
// higher than any before them.
type firstMarks []map[uint8][]mark

func (j *judgement) firstMarks() firstMarks {
	var all firstMarks
	for _, s := range j.ix.logs {
		rising := map[uint8][]mark{}
		for group, marks := range s.commits {
			for _, m := range marks {
				if up := rising[group]; len(up) == 0 || up[len(up)-1].offset < m.offset {
					rising[group] = append(up, m)
				}
			}
		}
		all = append(all, rising)
	}
	return all
}

// passed is when a group was first seen to have committed a record, 0 if never.
func (m firstMarks) passed(r *record, group uint8) history.Nanos {
	rising := m[r.log][group]
	at := sort.Search(len(rising), func(i int) bool { return rising[i].offset > r.offset })
	if at == len(rising) {
		return 0
	}
	return rising[at].seen
}
