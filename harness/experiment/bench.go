package experiment

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/judge"
	"assay.dev/assay/spec"
)

// Bench is what the chaos suite of a run has cost, and what it bought.
type Bench struct {
	// Experiments counts the histories with a fault, Proven those of them whose
	// fault was seen.
	Experiments int `json:"experiments"`
	Proven      int `json:"proven"`
	// Wall is the time from the first experiment's start to the last one's end,
	// Faulty how much of it the platform spent in faults that were seen, until it
	// had come back.
	Wall   time.Duration `json:"wall"`
	Faulty time.Duration `json:"faulty"`
	// Lag is the median of the times from a fault being asked for to its effect.
	Lag time.Duration `json:"lag"`
	// Events were accepted, or caused by what was; Unaccounted are those of them
	// that were lost or still queued at the end.
	Events      int64 `json:"events"`
	Unaccounted int64 `json:"unaccounted"`
}

// Share is the time in faults that were seen by the wall, 0 to 1.
func (b Bench) Share() float64 {
	if b.Wall == 0 {
		return 0
	}
	return b.Faulty.Seconds() / b.Wall.Seconds()
}

// String is the bench for people, with what is wanted of it.
func (b Bench) String() string {
	return fmt.Sprintf("%d experiments, %d proven; time in seen faults %s of %s: %.2f (at least 0.5); request to effect %s median (at most 2s); "+
		"%d events, %d unaccounted for (none)", b.Experiments, b.Proven, b.Faulty.Round(time.Second), b.Wall.Round(time.Second),
		b.Share(), b.Lag.Round(10*time.Millisecond), b.Events, b.Unaccounted)
}

// Measure reads the histories below a directory that hold a fault. One that cannot
// be read is an error, and the others are measured all the same.
func Measure(histories string, p *spec.Spec) (Bench, error) {
	entries, err := os.ReadDir(histories)
	if err != nil {
		return Bench{}, fmt.Errorf("measure the experiments: %w", err)
	}
	var b Bench
	var lags []time.Duration
	var start, end time.Time
	var problems []error
	for _, entry := range entries {
		dir := filepath.Join(histories, entry.Name())
		h, err := history.Open(dir)
		if err != nil {
			problems = append(problems, err)
			continue
		}
		if len(h.Faults) == 0 {
			continue
		}
		from, to := h.Header.Base, h.Header.Time(last(h))
		if start.IsZero() || from.Before(start) {
			start = from
		}
		if to.After(end) {
			end = to
		}
		b.Experiments++
		lags = append(lags, b.add(h)...)
		totals := judge.Judge(h, Rules(p)).Totals
		b.Events += totals.Accepted + totals.Found
		b.Unaccounted += totals.Lost + totals.Queued
	}
	b.Wall = end.Sub(start)
	if len(lags) > 0 {
		slices.Sort(lags)
		b.Lag = lags[len(lags)/2]
	}
	return b, errors.Join(problems...)
}

// add counts the time in the faults of a history, where they overlap once, and
// returns the lags of those that were seen.
func (b *Bench) add(h *history.History) []time.Duration {
	var lags []time.Duration
	var until history.Nanos
	faults := slices.Clone(h.Faults)
	slices.SortFunc(faults, func(x, y history.Fault) int { return int(x.Effective - y.Effective) })
	for _, f := range faults {
		if f.Proof == "" || f.Effective == 0 {
			continue
		}
		lags = append(lags, time.Duration(f.Effective-f.Requested))
		from, to := max(f.Effective, until), max(f.Recovery, f.KubernetesReady, f.EventsFlowing)
		b.Faulty += time.Duration(max(0, to-from))
		until = max(until, to)
	}
	if len(lags) > 0 {
		b.Proven++
	}
	return lags
}

// last is the last moment of which an observer reports.
func last(h *history.History) history.Nanos {
	var end history.Nanos
	for _, o := range h.Observers {
		end = max(end, o.End)
	}
	return end
}
