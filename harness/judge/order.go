package judge

import (
	"cmp"
	"slices"
)

// orderInKafka judges the first half of FLW-008: of two events of one key, the
// one whose attempt had been accepted before the other's began is in front of it
// in Kafka. Attempts that overlapped may be in either order. The key.sync events
// of a key, which no answer names, are in the order of its changes.
func orderInKafka(j *judgement, f *finding) {
	var attempted, synced []uint32
	for events := range j.byKey() {
		attempted, synced = attempted[:0], synced[:0]
		for _, n := range events {
			switch e := j.ix.ev(n); {
			case e.outcome == accepted && !e.toFail():
				attempted = append(attempted, n)
			case e.via == viaNobody && j.main(n).kind == syncKind:
				synced = append(synced, n)
			}
		}
		j.bySlot(attempted, func(a, b uint32) int { return cmp.Compare(j.ix.ev(a).begin, j.ix.ev(b).begin) })
		for run := range j.perSlot(attempted) {
			j.inOrder(f, run)
		}
		j.syncsInOrder(f, events, synced)
	}
}

// inOrder judges the events of one key in one partition, by their beginnings.
func (j *judgement) inOrder(f *finding, byBegin []uint32) {
	f.of(j.main(byBegin[0]).topic)
	if len(byBegin) == 1 {
		f.check()
		return
	}
	byEnd := slices.Clone(byBegin)
	slices.SortFunc(byEnd, func(a, b uint32) int { return cmp.Compare(j.ix.ev(a).end, j.ix.ev(b).end) })
	done, front := 0, uint32(0) // the event that is hindmost of those that had ended
	for _, n := range byBegin {
		f.check()
		for ; done < len(byEnd) && j.ix.ev(byEnd[done]).end < j.ix.ev(n).begin; done++ {
			if front == 0 || j.main(byEnd[done]).offset > j.main(front).offset {
				front = byEnd[done]
			}
		}
		if front != 0 && j.main(front).offset > j.main(n).offset {
			j.breachBy(f, Reordered, n, "it is at offset %d, in front of %s at %d, which was accepted before it was asked for",
				j.main(n).offset, j.ix.ids.text(front), j.main(front).offset)
		}
	}
}

// syncsInOrder compares the actions of a key's key.sync events with its changes,
// where all changes are known and none overlapped another.
func (j *judgement) syncsInOrder(f *finding, events, synced []uint32) {
	if len(synced) < 2 || j.ix.accountOf(j.ix.ev(synced[0]).key).unknown != ([changes]uint32{}) {
		return
	}
	var asked []uint32
	for _, n := range events {
		if e := j.ix.ev(n); e.via == viaAPI && e.outcome == accepted {
			asked = append(asked, n)
		}
	}
	if len(asked) != len(synced) {
		return
	}
	slices.SortFunc(asked, func(a, b uint32) int { return cmp.Compare(j.ix.ev(a).begin, j.ix.ev(b).begin) })
	for i := 1; i < len(asked); i++ {
		if j.ix.ev(asked[i]).begin <= j.ix.ev(asked[i-1]).end {
			return
		}
	}
	slot := j.main(synced[0]).slot
	slices.SortFunc(synced, func(a, b uint32) int { return cmp.Compare(j.main(a).offset, j.main(b).offset) })
	var changes, actions [changes]int
	for i := range asked {
		if j.main(synced[i]).slot != slot {
			return // judged by the partition of a task
		}
		changes[j.ix.ev(asked[i]).change]++
		actions[j.main(synced[i]).action]++
	}
	if changes != actions {
		return // judged by the actions of a task
	}
	f.of(j.main(synced[0]).topic)
	for i := range asked {
		f.check()
		if change, action := j.ix.ev(asked[i]).change, j.main(synced[i]).action; change != action {
			j.breachBy(f, Reordered, synced[i], "task.sync number %d of its task says %s, change number %d is %s", i+1, changeNames[action], i+1, changeNames[change])
			return
		}
	}
}
