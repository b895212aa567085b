// Package schedule composes faults at random, from a seed, and shrinks a schedule
// that fails to the shortest that still fails. It injects nothing.
package schedule

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// Step is one fault of a schedule.
type Step struct {
	// At is when the fault is injected, after the schedule's start, and Hold how
	// long it lasts after its effect was seen.
	At   time.Duration `json:"at"`
	Hold time.Duration `json:"hold"`
	// Fault is the fault's name.
	Fault string `json:"fault"`
}

func (s Step) end() time.Duration { return s.At + s.Hold }

// Schedule is a sequence of faults, in the order of their starts.
type Schedule struct {
	Seed  int64  `json:"seed"`
	Steps []Step `json:"steps"`
}

// String is the schedule for people, one step a line.
func (s Schedule) String() string {
	var text strings.Builder
	fmt.Fprintf(&text, "seed %d, %d faults", s.Seed, len(s.Steps))
	for _, step := range s.Steps {
		fmt.Fprintf(&text, "\n  %8s  %-32s held for %s", step.At, step.Fault, step.Hold)
	}
	return text.String()
}

// Length is when the last fault ends.
func (s Schedule) Length() time.Duration {
	var length time.Duration
	for _, step := range s.Steps {
		length = max(length, step.end())
	}
	return length
}

// Options say what schedules are made of.
type Options struct {
	// Faults are the names to choose from.
	Faults []string
	// Class names what a fault breaks. Two faults of one class never overlap, and
	// one of the class Alone overlaps with nothing.
	Class func(fault string) string
	// Duration bounds the schedule, all holds included.
	Duration time.Duration
	// Shortest and Longest bound the holds. Rest is the time after each fault in
	// which its class is left alone, for the platform to come back.
	Shortest, Longest, Rest time.Duration
	// Overlap is the share of faults that start while another lasts, 0 to 1.
	Overlap float64
}

// Alone is the class of faults that take away what others need to be injected.
const Alone = "alone"

func (o Options) validate() error {
	switch {
	case len(o.Faults) == 0:
		return errors.New("no faults to choose from")
	case o.Shortest <= 0 || o.Longest < o.Shortest || o.Rest < 0:
		return fmt.Errorf("holds of %s to %s with rests of %s", o.Shortest, o.Longest, o.Rest)
	case o.Duration < o.Longest:
		return fmt.Errorf("a duration of %s, shorter than the longest hold, %s", o.Duration, o.Longest)
	case o.Overlap < 0 || o.Overlap > 1:
		return fmt.Errorf("an overlap of %g", o.Overlap)
	}
	return nil
}

// Compose makes the schedule of a seed: the same one each time. Every fault comes
// once before any comes twice.
func Compose(seed int64, o Options) (Schedule, error) {
	if err := o.validate(); err != nil {
		return Schedule{}, fmt.Errorf("compose a schedule: %w", err)
	}
	random := rand.New(rand.NewPCG(uint64(seed), 0))
	made := Schedule{Seed: seed}
	var deck []string
	for {
		if len(deck) == 0 {
			deck = slices.Clone(o.Faults)
			random.Shuffle(len(deck), func(i, j int) { deck[i], deck[j] = deck[j], deck[i] })
		}
		step := Step{Fault: deck[0], Hold: o.hold(random)}
		deck = deck[1:]
		step.At = o.place(made.Steps, step, random.Float64() < o.Overlap)
		if step.end() > o.Duration {
			return made, nil
		}
		made.Steps = append(made.Steps, step)
	}
}

// hold is a whole number of seconds within the bounds.
func (o Options) hold(random *rand.Rand) time.Duration {
	return (o.Shortest + time.Duration(random.Int64N(int64(o.Longest-o.Shortest)+1))).Truncate(time.Second)
}

// place finds the first moment at which a step may start: with the step before it,
// if they may overlap and are meant to, else after its end and rest.
func (o Options) place(before []Step, step Step, overlap bool) time.Duration {
	if len(before) == 0 {
		return 0
	}
	last := before[len(before)-1]
	at := last.end() + o.Rest
	if overlap {
		at = last.At + last.Hold/2
	}
	for _, other := range before {
		if o.apart(other.Fault, step.Fault) {
			at = max(at, other.end()+o.Rest)
		}
	}
	return at
}

// apart reports whether two faults must not overlap.
func (o Options) apart(a, b string) bool {
	x, y := o.Class(a), o.Class(b)
	return x == y || x == Alone || y == Alone
}
