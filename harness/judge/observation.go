package judge

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"assay.dev/assay/harness/history"
)

// missingObservation is why entries of a kind may be missing from a history. A damaged file may
// also hold what nobody saw.
type missingObservation struct {
	why     string
	damaged bool
}

// liveOnly are the kinds of entries that cannot be read later than they happen.
var liveOnly = []history.Kind{history.Deliveries, history.Pods, history.Deployments}

// observed are the kinds of entries of which an observer has to say how well it
// held out: those that the rules are judged by.
func (j *judgement) observed() []history.Kind {
	kinds := []history.Kind{history.Records, history.Boundaries, history.Commits}
	if len(j.ix.small.Deployments) > 0 {
		kinds = append(kinds, history.Deployments)
	}
	if j.shownBy(ByEffect) || j.shownBy(BySample) {
		kinds = append(kinds, history.Effects)
	}
	if j.shownBy(ByDelivery) {
		kinds = append(kinds, history.Deliveries)
	}
	return kinds
}

// shownBy reports whether any subscriber is judged by a kind of evidence.
func (j *judgement) shownBy(e Visibility) bool {
	return slices.ContainsFunc(j.ix.rules.Subscriptions, func(s Subscription) bool { return s.Visibility == e })
}

// missingObservations finds the kinds of entries of which some may be missing.
func (j *judgement) missingObservations() map[history.Kind]missingObservation {
	all := map[history.Kind]missingObservation{}
	note := func(kind history.Kind, l missingObservation) {
		if _, known := all[kind]; !known {
			all[kind] = l
		}
	}
	for _, d := range j.damage {
		kind := history.Kind(strings.TrimSuffix(filepath.Base(d.File), ".jsonl"))
		note(kind, missingObservation{why: "the history is damaged: " + d.String(), damaged: true})
	}
	covered := map[history.Kind]bool{}
	for _, o := range j.ix.small.Observers {
		kinds := o.Kinds
		if len(kinds) == 0 {
			kinds = history.Kinds()
		}
		for _, kind := range kinds {
			covered[kind] = true
			if why := j.failing(o, kind); why != "" {
				note(kind, missingObservation{why: why})
			}
		}
	}
	for _, kind := range append(j.observed(), history.Groups) {
		if !covered[kind] {
			note(kind, missingObservation{why: fmt.Sprintf("no observer of %s has reported", kind)})
		}
	}
	return all
}

// failing says why an observer may have missed entries of a kind, or nothing.
func (j *judgement) failing(o history.Observer, kind history.Kind) string {
	a := j.ix.attempts
	switch {
	case o.Lost != "":
		return fmt.Sprintf("the observer %s was lost: %s", o.Name, o.Lost)
	case firstGap(o) != nil:
		return missed(o, *firstGap(o))
	case a.last != 0 && o.End < a.last:
		return fmt.Sprintf("the observer %s ended %v before the last attempt", o.Name, duration(a.last-o.End))
	}
	if len(o.Kinds) > 0 && slices.Contains(liveOnly, kind) && a.last != 0 && o.Start > a.first {
		return fmt.Sprintf("the observer %s started %v after the first attempt", o.Name, duration(o.Start-a.first))
	}
	return ""
}

// historyComplete judges that the history is as its writers left it.
func historyComplete(j *judgement, f *finding) {
	f.unit = "files"
	f.checked = int64(len(history.KindsOf(j.header.Version)))
	for _, d := range j.damage {
		f.inconclusive("the history is damaged: %s", d)
	}
}

// observersComplete judges that nothing went unseen.
func observersComplete(j *judgement, f *finding) {
	f.unit = "observers"
	for _, o := range j.ix.small.Observers {
		f.evaluate()
		if why := j.failing(o, ""); why != "" {
			f.inconclusive("%s", why)
		}
	}
	for _, b := range j.observationGaps() {
		f.inconclusive("%s", b.why)
	}
}

// loadReached judges that the platform had to work: under less than the minimum
// rate, what would have failed may have gone unseen.
func loadReached(j *judgement, f *finding) {
	f.unit = "loads"
	for _, l := range j.ix.small.Loads {
		f.evaluate()
		seconds := float64(l.End-l.Start) / 1e9
		switch {
		case l.Reached < l.Minimum:
			f.inconclusive("the traffic reached %.1f events per second, the minimum is %.1f", l.Reached, l.Minimum)
		case seconds <= 0 || l.Reached > 1.01*float64(l.Events)/seconds+0.1:
			f.inconclusive("the traffic claims %.1f events per second and sent %d in %.1f s", l.Reached, l.Events, seconds)
		}
	}
}
