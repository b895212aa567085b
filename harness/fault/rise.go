package fault

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gonum.org/v1/gonum/stat/distuv"
)

// rise sees numbers go up by what a fault does: one for each of the pods that are hit, or
// a sum.
type rise struct {
	what string
	// least is by how much each number has to be higher than before.
	least int64
	// burst is set for counters that go up in peace, too: it is how much one incident may
	// add. They are watched in peace first, and what they count with the fault has to be
	// more than chance explains.
	burst int64
	read  func(context.Context) ([]int64, error)

	before []int64
	at     time.Time // of before
	peace  []span
}

// span is how much a counter went up in a length of time.
type span struct {
	count int64
	over  time.Duration
}

// peaceFor is how long a counter is watched before the fault. chance is the probability
// below which a difference is not explained by it: of ten thousand faults without effect
// one would count as proven.
const (
	peaceFor = 10 * time.Second
	chance   = 1e-4
)

// start takes the numbers before the fault.
func (r *rise) start(ctx context.Context) (err error) {
	if r.before, err = r.read(ctx); err != nil || r.burst == 0 {
		return err
	}
	started, first := time.Now(), r.before
	select {
	case <-ctx.Done():
		return fmt.Errorf("watch %s in peace: %w", r.what, ctx.Err())
	case <-time.After(peaceFor):
	}
	if r.before, err = r.read(ctx); err != nil {
		return err
	}
	r.at = time.Now()
	r.peace = nil
	for i := range r.before {
		r.peace = append(r.peace, span{r.before[i] - first[i], r.at.Sub(started)})
	}
	return nil
}

// seen returns a text once each number has gone up enough.
func (r *rise) seen(ctx context.Context) (string, error) {
	now, err := r.read(ctx)
	if err != nil {
		return "", err
	}
	if len(now) == 0 {
		return "", errors.New(r.what + ": there is no pod to inspect")
	}
	over := time.Since(r.at)
	text := fmt.Sprintf("%s: %d before, %d now", r.what, r.before, now)
	if r.burst > 0 {
		text += fmt.Sprintf(" after %s; in %s of peace before: %d more", over.Round(100*time.Millisecond), r.peace[0].over.Round(time.Second), counts(r.peace))
	}
	for i := range now {
		more := span{now[i] - r.before[i], over}
		if more.count < r.least {
			return "", fmt.Errorf("%s; want %d more", text, r.least)
		}
		if r.burst > 0 && more.byChance(r.peace[i], r.burst) >= chance {
			return "", fmt.Errorf("%s; that can be chance", text)
		}
	}
	return text, nil
}

func counts(spans []span) []int64 {
	var all []int64
	for _, s := range spans {
		all = append(all, s.count)
	}
	return all
}

// byChance is the probability that a counter which goes up as in peace counts as much as
// this, or more: the conditional test of two Poisson rates (Przyborowski and Wilenski,
// Biometrika 31, 1940). A burst counts as one incident.
func (s span) byChance(peace span, burst int64) float64 {
	incidents, before := s.count/burst, (peace.count+burst-1)/burst
	if incidents <= 0 {
		return 1
	}
	all := distuv.Binomial{N: float64(incidents + before), P: float64(s.over) / float64(s.over+peace.over)}
	return all.Survival(float64(incidents - 1))
}
