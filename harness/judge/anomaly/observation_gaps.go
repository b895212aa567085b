package anomaly

import (
	"slices"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/judge"
)

// observationGaps are what went wrong with the experiment itself.
func observationGaps() []Kind {
	gap := func(o *history.Observer) {
		o.Gaps = []history.Gap{{From: second, To: 3 * second, Why: "the port-forward was lost"}}
	}
	return []Kind{
		{Name: "lost-observer", Guarantee: judge.ObserversComplete, inject: observer(history.Records, func(o *history.Observer) { o.Lost = "the broker is gone" })},
		{Name: "gap-in-records", Guarantee: judge.InKafka, inject: observer(history.Records, gap)},
		{Name: "gap-in-effects", Guarantee: judge.ProcessedAcked, inject: observer(history.Effects, gap)},
		{Name: "gap-in-commits", Guarantee: judge.AllEnded, inject: observer(history.Commits, gap)},
		{Name: "observer-ended-early", Guarantee: judge.ObserversComplete, inject: observer(history.Records, func(o *history.Observer) { o.End = 2 * second })},
		{Name: "deliveries-seen-late", Guarantee: judge.EveryDelivery, inject: observer(history.Deliveries, func(o *history.Observer) { o.Start = 5 * second })},
		{Name: "observer-did-not-report", Guarantee: judge.ProcessedAcked, inject: observer(history.Effects, func(o *history.Observer) { o.Kinds = []history.Kind{history.KubeEvents} })},
		{Name: "too-little-load", Guarantee: judge.LoadReached, inject: func(p *editor) (string, bool) {
			p.h.Loads[0].Minimum = p.h.Loads[0].Reached * 1.1
			return "load", true
		}},
		{Name: "load-that-was-not-sent", Guarantee: judge.LoadReached, inject: func(p *editor) (string, bool) {
			p.h.Loads[0].Events /= 2
			return "load", true
		}},
		{Name: "no-load", Guarantee: judge.LoadReached, inject: func(p *editor) (string, bool) {
			p.h.Loads = nil
			return "load", true
		}},
		{Name: "unproven-fault", Guarantee: judge.FaultsProven, inject: fault(func(f *history.Fault) { f.Proof = "" })},
		{Name: "fault-that-went-wrong", Guarantee: judge.FaultsProven, inject: fault(func(f *history.Fault) { f.Error = "refused" })},
		{Name: "truncated-history", Guarantee: judge.HistoryComplete, inject: func(p *editor) (string, bool) {
			kinds := history.Kinds()
			file := string(kinds[p.rng.IntN(len(kinds))]) + ".jsonl"
			p.h.Damage = append(p.h.Damage, history.Damage{File: file, Text: "truncated"})
			return file, true
		}},
		{Name: "unwatched-end", Guarantee: judge.Offsets, inject: func(p *editor) (string, bool) {
			var first []history.Bounds
			for _, b := range p.h.Bounds {
				if b.Seen <= second {
					first = append(first, b)
				}
			}
			p.h.Bounds = first
			return "bounds", true
		}, Related: []string{judge.SoundCommits}},
		{Name: "slow-recovery", Guarantee: judge.Recovery, Class: judge.Late, inject: fault(func(f *history.Fault) { f.EventsFlowing += 300 * second })},
		{Name: "recovery-seen-late", Guarantee: judge.Recovery, inject: recoverySeenLate},
		{Name: "no-recovery", Guarantee: judge.Recovery, Class: judge.Lost, inject: fault(func(f *history.Fault) { f.KubernetesReady = 0 })},
		{Name: "residue", Guarantee: judge.NothingLeft, Class: judge.Unexpected, inject: fault(func(f *history.Fault) { f.Residue = "1 PodChaos" })},
		{Name: "nobody-looked-for-residue", Guarantee: judge.NothingLeft, Class: judge.Lost, inject: fault(func(f *history.Fault) { f.Recovered = 0 })},
	}
}

// observer changes all observers of a kind of entries.
func observer(kind history.Kind, change func(*history.Observer)) func(*editor) (string, bool) {
	return func(p *editor) (string, bool) {
		done := false
		for i := range p.h.Observers {
			if slices.Contains(p.h.Observers[i].Kinds, kind) {
				change(&p.h.Observers[i])
				done = true
			}
		}
		return string(kind), done
	}
}

// fault changes the entry of one fault.
func fault(change func(*history.Fault)) func(*editor) (string, bool) {
	return func(p *editor) (string, bool) {
		i := pick(p, p.h.Faults, func(*history.Fault) bool { return true })
		if i < 0 {
			return "", false
		}
		change(&p.h.Faults[i])
		return p.h.Faults[i].Name, true
	}
}

// recoverySeenLate has the observer of records be blind from the end of a fault on,
// for longer than the fault's objective allows, while the workers go on.
func recoverySeenLate(p *editor) (string, bool) {
	i := pick(p, p.h.Faults, func(f *history.Fault) bool { return f.Recovery > 0 })
	if i < 0 {
		return "", false
	}
	f := &p.h.Faults[i]
	unobserved := f.Recovery + history.Nanos(p.rules.Objectives[f.Name].EventsFlowing) + 60*second
	f.EventsFlowing = unobserved
	done := false
	for i := range p.h.Records {
		r := &p.h.Records[i]
		if r.Seen < f.Recovery || r.Seen >= unobserved {
			continue
		}
		r.Seen = unobserved
		done = done || slices.ContainsFunc(p.h.Commits, func(c history.Commit) bool {
			return c.Topic == r.Topic && c.Partition == r.Partition && c.Offset == r.Offset+1 && c.Seen >= f.Recovery
		})
	}
	return f.Name, done
}
