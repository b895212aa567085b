package judge

import (
	"fmt"
	"slices"

	"assay.dev/assay/harness/history"
)

// observationGap is what an observer did not see of one topic, while it saw everything
// else.
type observationGap struct {
	kinds []history.Kind
	topic uint8
	why   string
}

// firstGap is the first gap of an observer in which it may have missed anything, nil
// if it has none.
func firstGap(o history.Observer) *history.Gap {
	at := slices.IndexFunc(o.Gaps, func(g history.Gap) bool { return g.Topic == "" })
	if at < 0 {
		return nil
	}
	return &o.Gaps[at]
}

// observationGaps are the gaps of all observers that are of one topic alone.
func (j *judgement) observationGaps() []observationGap {
	var all []observationGap
	for _, o := range j.ix.small.Observers {
		for _, g := range o.Gaps {
			if g.Topic == "" {
				continue
			}
			all = append(all, observationGap{kinds: o.Kinds, topic: j.ix.topics.get(g.Topic), why: missed(o, g)})
		}
	}
	return all
}

// missed tells of a gap.
func missed(o history.Observer, g history.Gap) string {
	what := "nothing"
	if g.Topic != "" {
		what = fmt.Sprintf("nothing of %s/%d", g.Topic, g.Partition)
	}
	return fmt.Sprintf("the observer %s saw %s for %v: %s", o.Name, what, duration(g.To-g.From), g.Why)
}

// hides reports whether a topic's records could be told otherwise by what was not
// seen: they are of the topic, or one is the other's dead letters.
func (b observationGap) hides(j *judgement, topics *[256]bool) bool {
	return topics[0] || topics[b.topic] || topics[j.causeOf[b.topic]] || topics[j.deadLetters[b.topic]]
}

// gapsOf says what was not seen of that by which a guarantee was judged.
func (g *guarantee) gapsOf(j *judgement, f *finding, unseen []observationGap) []string {
	var reasons []string
	for _, b := range unseen {
		concerns := func(kind history.Kind) bool { return len(b.kinds) == 0 || slices.Contains(b.kinds, kind) }
		needed := slices.ContainsFunc(g.needs, concerns) || f.count > 0 && slices.ContainsFunc(g.excuses, concerns)
		if needed && (b.hides(j, &f.judged) || b.hides(j, &f.broken)) {
			reasons = append(reasons, b.why)
		}
	}
	return reasons
}

// brokenBeside reports whether the guarantee was broken by what everything was seen of.
func (f *finding) brokenBeside(j *judgement, unseen []observationGap) bool {
	for topic, broken := range f.broken {
		var one [256]bool
		one[topic] = true
		if broken && !slices.ContainsFunc(unseen, func(b observationGap) bool { return b.hides(j, &one) }) {
			return true
		}
	}
	return false
}
