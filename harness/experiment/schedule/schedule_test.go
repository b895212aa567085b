package schedule

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

var options = Options{
	Faults: []string{"app-a", "app-b", "kafka-a", "kafka-b", "node"},
	Class: func(fault string) string {
		if fault == "node" {
			return Alone
		}
		return strings.Split(fault, "-")[0]
	},
	Duration: time.Hour, Shortest: 5 * time.Second, Longest: 30 * time.Second, Rest: 20 * time.Second, Overlap: 0.5,
}

func TestOneSeedMakesOneSchedule(t *testing.T) {
	first, err := Compose(7, options)
	if err != nil {
		t.Fatal(err)
	}
	second, _ := Compose(7, options)
	if !reflect.DeepEqual(first, second) {
		t.Error("one seed made two schedules")
	}
	other, _ := Compose(8, options)
	if reflect.DeepEqual(first.Steps, other.Steps) {
		t.Error("two seeds made one schedule")
	}
	if !strings.Contains(first.String(), "seed 7") {
		t.Errorf("the schedule does not say its seed: %s", first)
	}
}

func TestSchedulesKeepTheRules(t *testing.T) {
	overlaps := 0
	for seed := range int64(200) {
		made, err := Compose(seed, options)
		if err != nil {
			t.Fatal(err)
		}
		if made.Length() > options.Duration || len(made.Steps) < 20 {
			t.Fatalf("seed %d: %d steps in %s", seed, len(made.Steps), made.Length())
		}
		seen := map[string]int{}
		for i, step := range made.Steps {
			seen[step.Fault]++
			if step.Hold < options.Shortest || step.Hold > options.Longest {
				t.Errorf("seed %d: %s is held for %s", seed, step.Fault, step.Hold)
			}
			for _, other := range made.Steps[:i] {
				near := step.At < other.end()+options.Rest
				if near && options.apart(step.Fault, other.Fault) {
					t.Errorf("seed %d: %v comes too soon after %v", seed, step, other)
				}
				if near {
					overlaps++
				}
				if step.At < other.At {
					t.Errorf("seed %d: steps are out of order", seed)
				}
			}
		}
		if most, least := slices.Max(values(seen)), slices.Min(values(seen)); most-least > 1 || len(seen) != len(options.Faults) {
			t.Errorf("seed %d: faults come unevenly: %v", seed, seen)
		}
	}
	if overlaps == 0 {
		t.Error("no faults ever overlap")
	}
}

func values(counts map[string]int) []int {
	var all []int
	for _, n := range counts {
		all = append(all, n)
	}
	return all
}

func TestOptionsThatMakeNoSenseAreRefused(t *testing.T) {
	for name, change := range map[string]func(*Options){
		"no faults":      func(o *Options) { o.Faults = nil },
		"holds reversed": func(o *Options) { o.Longest = o.Shortest - 1 },
		"no time":        func(o *Options) { o.Duration = time.Second },
		"overlap":        func(o *Options) { o.Overlap = 2 },
	} {
		o := options
		change(&o)
		if _, err := Compose(1, o); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// failsWith fails where all of these faults are in the schedule, held long enough.
func failsWith(hold time.Duration, faults ...string) func(context.Context, Schedule) (bool, error) {
	return func(_ context.Context, s Schedule) (bool, error) {
		for _, fault := range faults {
			if !slices.ContainsFunc(s.Steps, func(step Step) bool { return step.Fault == fault && step.Hold >= hold }) {
				return false, nil
			}
		}
		return true, nil
	}
}

func TestShrinkFindsTheCulprits(t *testing.T) {
	for seed := range int64(100) {
		long, err := Compose(seed, options)
		if err != nil {
			t.Fatal(err)
		}
		for _, culprits := range [][]string{{"kafka-b"}, {"app-a", "kafka-b"}, {"app-a", "app-b", "node"}} {
			fails := failsWith(options.Shortest, culprits...)
			got, err := Shrink(t.Context(), long, 1000, fails)
			if err != nil {
				t.Fatal(err)
			}
			if len(got.Schedule.Steps) != len(culprits) || !got.Minimal {
				t.Errorf("seed %d, %v: shrunk to %s", seed, culprits, got.Schedule)
			}
			if failed, _ := fails(t.Context(), got.Schedule); !failed {
				t.Errorf("seed %d: what is left does not fail", seed)
			}
			for _, step := range got.Schedule.Steps {
				if step.Hold >= 2*options.Shortest+2*time.Second {
					t.Errorf("seed %d: %s is still held for %s", seed, step.Fault, step.Hold)
				}
			}
			if got.Schedule.Steps[0].At != 0 {
				t.Errorf("seed %d: the schedule begins with waiting", seed)
			}
		}
	}
}

func TestShrinkEndsWithItsBudget(t *testing.T) {
	long, _ := Compose(1, options)
	got, err := Shrink(t.Context(), long, 3, failsWith(options.Shortest, "kafka-b"))
	if err != nil || got.Runs != 3 || got.Minimal {
		t.Errorf("%d runs, minimal %v, error %v", got.Runs, got.Minimal, err)
	}
}

func TestShrinkKeepsTheBestWhenARunCannotBeMade(t *testing.T) {
	long, _ := Compose(1, options)
	broken, runs := errors.New("the platform is gone"), 0
	got, err := Shrink(t.Context(), long, 1000, func(_ context.Context, s Schedule) (bool, error) {
		if runs++; runs > 4 {
			return false, broken
		}
		return failsWith(options.Shortest, "kafka-b")(t.Context(), s)
	})
	if !errors.Is(err, broken) || len(got.Schedule.Steps) == 0 || got.Minimal {
		t.Errorf("error %v, %d steps", err, len(got.Schedule.Steps))
	}
}
