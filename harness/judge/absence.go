package judge

import (
	"fmt"
	"slices"

	"assay.dev/assay/harness/history"
)

// offsetJump is a group's committed offset that went forward while the group had no member:
// what lay between was read by nobody, or not by the group.
type offsetJump struct {
	group    uint8
	from, to int64
	at       history.Nanos
	// since is when the group was first seen without a member. What came later
	// cannot have been read by it. Zero: it is only known that it had no pod.
	since history.Nanos
}

func (l offsetJump) String() string {
	who := "no pod"
	if l.since != 0 {
		who = "no member"
	}
	return fmt.Sprintf("went from %d to %d while the group had %s", l.from, l.to, who)
}

// jumpsOf finds the jumps in a partition. The observer of the groups names them; of a
// group that it did not see, the pods tell.
func (j *judgement) jumpsOf(s *partitionLog) []offsetJump {
	var all []offsetJump
	for group, moves := range s.moves {
		for _, m := range moves {
			if m.To > m.From && m.From >= 0 {
				since := j.emptySince(j.ix.groups.text(group), m.Seen)
				all = append(all, offsetJump{group: group, from: m.From, to: m.To, at: m.Seen, since: since})
			}
		}
	}
	for group, marks := range s.commits {
		app := j.ix.groups.text(group)
		if j.groupSeen(app) {
			continue
		}
		for i := 1; i < len(marks); i++ {
			b, m := marks[i-1], marks[i]
			if m.offset > b.offset && b.offset >= 0 && j.pods.absent(app, m.seen-history.Nanos(j.ix.rules.Skew), m.seen) {
				all = append(all, offsetJump{group: group, from: b.offset, to: m.offset, at: m.seen})
			}
		}
	}
	return all
}

// emptySince is when a group was first seen without a member, of the time that lasts
// until a moment.
func (j *judgement) emptySince(group string, at history.Nanos) history.Nanos {
	since := history.Nanos(0)
	for _, g := range j.ix.small.Groups {
		switch {
		case g.Group != group || g.Seen > at:
		case len(g.Members) > 0:
			since = 0
		case since == 0:
			since = g.Seen
		}
	}
	if since == 0 {
		return at
	}
	return since
}

// groupSeen reports whether the members of a group were looked at.
func (j *judgement) groupSeen(group string) bool {
	return slices.ContainsFunc(j.ix.small.Groups, func(g history.Group) bool { return g.Group == group })
}

// jumpOver is the jump of a group over a record, nil if there is none.
func (j *judgement) jumpOver(r *record, group uint8) *offsetJump {
	for i := range j.offsetJumps[r.log] {
		if l := &j.offsetJumps[r.log][i]; l.group == group && l.from <= r.offset && r.offset < l.to {
			return l
		}
	}
	return nil
}

// unreadBy reports whether a group cannot have read a record: it had no member from
// before the record came until its offset was moved past it.
func (j *judgement) unreadBy(r *record, group uint8) bool {
	l := j.jumpOver(r, group)
	return l != nil && l.since != 0 && r.seen > l.since
}

// inconclusiveForJumps notes the jumps over records of groups that nothing but their offsets
// tell of. Where a jump went over a record that nobody can have read, that record is
// lost, and no observation gap of the others changes that.
func (j *judgement) inconclusiveForJumps(f *finding) {
	var open []string
	for number, s := range j.ix.logs {
		for _, l := range j.offsetJumps[number] {
			records := 0
			for i := range s.records.len() {
				r := j.ix.rec(*s.records.at(i))
				if r.offset < l.from || r.offset >= l.to {
					continue
				}
				if j.unreadBy(r, l.group) {
					return
				}
				records++
			}
			if records > 0 && j.judgedByCommits(s.topic, l.group) {
				open = append(open, fmt.Sprintf("the committed offset of %s at %s %v, over %d records", j.ix.groups.text(l.group), j.name(s), l, records))
			}
		}
	}
	for _, text := range open {
		f.inconclusive("%s", text)
	}
}

// judgedByCommits reports whether nothing but committed offsets tells what a group has done
// of a topic.
func (j *judgement) judgedByCommits(topic, group uint8) bool {
	for _, sub := range j.subscribers[topic] {
		if sub.group == group {
			return sub.visibility == ByCommit || sub.visibility == BySample
		}
	}
	return false
}

// jumpNote tells of the jump over an event that some groups have committed and not
// processed, empty if there is none.
func (j *judgement) jumpNote(topic uint8, r *record, silent groupSet) string {
	for i, sub := range j.subscribers[topic] {
		if l := j.jumpOver(r, sub.group); l != nil && silent.has(i) {
			return fmt.Sprintf("; the committed offset of %s %v", j.ix.groups.text(sub.group), l)
		}
	}
	return ""
}

// movedBack counts how often a group's offset was set back to a record or before it by
// another hand than its own: each time the record is delivered again.
func (j *judgement) movedBack(r *record, group uint8) int {
	n := 0
	for _, m := range j.ix.logs[r.log].moves[group] {
		if m.To < m.From && m.To <= r.offset && r.offset < m.From {
			n++
		}
	}
	return n
}

// presence holds when each application had pods.
type presence map[string][]stay

// stay is the time of one pod, until it went; 0 while it has not.
type stay struct {
	uid      string
	from, to history.Nanos
}

// findPresence collects the pods of each application, by the order of their changes.
func findPresence(pods []history.Pod, appOf func(pod string) string) presence {
	all := presence{}
	for _, p := range pods {
		app := appOf(p.Name)
		gone := p.Deleted || p.Phase == "Succeeded" || p.Phase == "Failed"
		known := false
		for i := range all[app] {
			if s := &all[app][i]; s.uid == p.UID {
				known = true
				if gone && s.to == 0 {
					s.to = p.Seen
				}
			}
		}
		if !known {
			s := stay{uid: p.UID, from: p.Seen}
			if gone {
				s.to = p.Seen
			}
			all[app] = append(all[app], s)
		}
	}
	return all
}

// absent reports whether an application, of which pods were seen before, had none between
// two moments.
func (p presence) absent(app string, from, to history.Nanos) bool {
	earlier := false
	for _, s := range p[app] {
		if s.from <= to && (s.to == 0 || s.to >= from) {
			return false
		}
		earlier = earlier || s.from < from
	}
	return earlier
}
