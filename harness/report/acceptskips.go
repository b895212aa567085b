package report

import (
	"slices"

	"assay.dev/assay/harness/judge"
	"assay.dev/assay/spec"
)

// AcceptedSkip is a capability that the target lacks and need not have.
type AcceptedSkip struct {
	Capability   spec.Capability `json:"capability"`
	Requirements int             `json:"requirements"` // selected MUSTs that were skipped for it
}

// acceptSkips accepts that MUSTs were skipped for some capabilities and nothing else. They
// stay skipped.
func (r *Report) acceptSkips(accepted []spec.Capability) {
	counts := map[spec.Capability]int{}
	for i := range r.Requirements {
		one := &r.Requirements[i]
		other := slices.ContainsFunc(one.unsupported, func(c spec.Capability) bool { return !slices.Contains(accepted, c) })
		if !one.Asked || one.Level != spec.Must || one.Result != judge.Skipped || one.Capability == "" || other {
			continue
		}
		one.SkipAccepted = true
		for _, capability := range one.unsupported {
			counts[capability]++
		}
	}
	for _, capability := range sortedKeys(counts) {
		r.AcceptedSkips = append(r.AcceptedSkips, AcceptedSkip{capability, counts[capability]})
	}
}
