package judge

import (
	"cmp"

	"assay.dev/assay/harness/history"
)

// orderOfProcessing judges the second half of flow.ordered: a group processes the
// events of one key in the order in which they are in Kafka, retries or not. It
// looks at the first time that each was processed; what is repeated later is
// judged as a duplicate. Only groups that are watched live tell.
func orderOfProcessing(j *judgement, f *finding) {
	live := false
	for _, s := range j.ix.rules.Subscriptions {
		live = live || s.Live || s.Visibility == ByDelivery
	}
	if !live {
		return
	}
	for events := range j.byKey() {
		j.byPartition(events, func(a, b uint32) int { return cmp.Compare(j.main(a).offset, j.main(b).offset) })
		for run := range j.perPartition(events) {
			for _, s := range j.subscribers[j.main(run[0]).topic] {
				if s.live {
					j.processedInOrder(f, s.group, run)
				}
			}
		}
	}
}

// processedInOrder judges the events of one key in one partition, by offset.
func (j *judgement) processedInOrder(f *finding, group uint8, byOffset []uint32) {
	f.of(j.main(byOffset[0]).topic)
	latest, before := history.Nanos(0), uint32(0)
	for _, n := range byOffset {
		at := j.processedAt(j.ix.ev(n), group)
		if at == 0 {
			continue
		}
		f.evaluate()
		if at < latest {
			j.violationBy(f, Reordered, n, "%s processed it %v before %s, which is in front of it", j.ix.groups.text(group), duration(latest-at), j.ix.ids.text(before))
		}
		if at > latest {
			latest, before = at, n
		}
	}
}

// processedAt is the moment at which a group is first known to have processed an
// event, 0 if it is not known to have.
func (j *judgement) processedAt(e *event, group uint8) history.Nanos {
	at := j.triesOf(e, group).success
	for k := e.effects; k != 0; {
		found := j.ix.effects.at(int(k) - 1)
		if found.group == group && found.topic == e.topic && found.times > 0 && (at == 0 || found.seen < at) {
			at = found.seen
		}
		k = found.next
	}
	return at
}
