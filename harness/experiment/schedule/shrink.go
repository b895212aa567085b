package schedule

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// Shrunk is the end of shrinking.
type Shrunk struct {
	Schedule Schedule
	// Runs is how many schedules were tried. Minimal says that leaving out any one
	// step, or halving any hold, was tried and did not fail.
	Runs    int
	Minimal bool
}

// Shrink finds a short schedule that still fails, given one that does. fails runs
// a schedule; it is asked at most budget times. Its error, or the end of ctx, ends
// the search with the shortest schedule that was seen to fail so far.
func Shrink(ctx context.Context, failing Schedule, budget int, fails func(context.Context, Schedule) (bool, error)) (Shrunk, error) {
	s := &shrinker{ctx: ctx, budget: budget, fails: fails, best: failing}
	s.steps()
	s.holds()
	s.gaps()
	result := Shrunk{Schedule: s.best, Runs: s.runs, Minimal: !s.spent() && s.err == nil}
	if s.err != nil {
		return result, fmt.Errorf("shrink a schedule: %w", s.err)
	}
	return result, nil
}

type shrinker struct {
	ctx    context.Context
	budget int
	runs   int
	fails  func(context.Context, Schedule) (bool, error)
	best   Schedule
	err    error
}

func (s *shrinker) spent() bool { return s.runs >= s.budget }

// try runs a schedule and keeps it if it fails too.
func (s *shrinker) try(steps []Step) bool {
	if s.err == nil {
		s.err = s.ctx.Err()
	}
	if s.err != nil || s.spent() || len(steps) == 0 {
		return false
	}
	s.runs++
	candidate := Schedule{Seed: s.best.Seed, Steps: steps}
	failed, err := s.fails(s.ctx, candidate)
	if err != nil {
		s.err = err
		return false
	}
	if failed {
		s.best = candidate
	}
	return failed
}

// steps leaves out ever smaller parts of the steps, as delta debugging does.
func (s *shrinker) steps() {
	for parts := 2; len(s.best.Steps) > 1; {
		size := (len(s.best.Steps) + parts - 1) / parts
		reduced := false
		for start := 0; start < len(s.best.Steps); start += size {
			end := min(start+size, len(s.best.Steps))
			if s.try(slices.Concat(s.best.Steps[:start:start], s.best.Steps[end:])) {
				reduced = true
				break
			}
		}
		switch {
		case s.err != nil || s.spent():
			return
		case reduced:
			parts = max(2, parts-1)
		case size == 1:
			return
		default:
			parts = min(2*parts, len(s.best.Steps))
		}
	}
}

// shortest is the hold below which halving is over.
const shortest = 2 * time.Second

// holds halves the hold of each step while it still fails.
func (s *shrinker) holds() {
	for i := range s.best.Steps {
		for s.best.Steps[i].Hold/2 >= shortest {
			steps := slices.Clone(s.best.Steps)
			steps[i].Hold = (steps[i].Hold / 2).Truncate(time.Second)
			if !s.try(steps) {
				break
			}
		}
	}
}

// gaps lets the first step start at once, and each other one when the one before
// it ends, where they did not overlap.
func (s *shrinker) gaps() {
	steps := slices.Clone(s.best.Steps)
	var end time.Duration
	changed := false
	for i, step := range steps {
		var at time.Duration
		switch {
		case i == 0:
		case step.At > s.best.Steps[i-1].end():
			at = end
		default:
			at = steps[i-1].At + step.At - s.best.Steps[i-1].At
		}
		changed = changed || at != step.At
		steps[i].At = at
		end = max(end, steps[i].end())
	}
	if changed {
		s.try(steps)
	}
}
