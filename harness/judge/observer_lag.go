package judge

import (
	"fmt"
	"sort"

	"assay.dev/assay/harness/history"
)

// observerLag tells of a time after a moment in which records were there to be read,
// since a group committed past them, and the observer of records did not see them:
// for longer than a delivery may take. Empty if there was none.
//
// A broker that went away before anybody could read is no such time: then no group
// commits either.
func (j *judgement) observerLag(since history.Nanos) string {
	patience := history.Nanos(j.ix.rules.Delivered)
	for _, s := range j.ix.logs {
		for group := range uint8(len(j.ix.groups.list)) {
			for _, m := range s.commits[group] {
				if m.seen < since {
					continue
				}
				r := j.before(s, m.offset)
				if r == nil || r.seen <= m.seen+patience {
					continue
				}
				return fmt.Sprintf("the observer of records saw offset %d of %s %v after %s was seen to have committed past it",
					r.offset, j.name(s), duration(r.seen-m.seen), j.ix.groups.text(group))
			}
		}
	}
	return ""
}

// before is the last record of a partition before an offset, nil if none was seen.
func (j *judgement) before(s *partitionLog, offset int64) *record {
	at := func(i int) *record { return j.ix.rec(*s.records.at(i)) }
	n := sort.Search(s.records.len(), func(i int) bool { return at(i).offset >= offset })
	if n == 0 {
		return nil
	}
	return at(n - 1)
}
