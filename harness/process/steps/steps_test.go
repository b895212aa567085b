package steps

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"
)

type quiet struct{}

func (quiet) Started(string)                     {}
func (quiet) Transferred(string, int64, int64)   {}
func (quiet) Ended(string, time.Duration, error) {}

func step(name string, run func(context.Context, io.Writer) error, needs ...string) Step {
	return Step{Name: name, Needs: needs, Run: run}
}

func TestNeedsRunFirst(t *testing.T) {
	var mu sync.Mutex
	var order []string
	note := func(name string) func(context.Context, io.Writer) error {
		return func(context.Context, io.Writer) error {
			mu.Lock()
			defer mu.Unlock()
			order = append(order, name)
			return nil
		}
	}
	plan := []Step{step("c", note("c"), "b"), step("b", note("b"), "a"), step("a", note("a"))}
	if err := Run(t.Context(), plan, t.TempDir(), quiet{}); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(order, ""); got != "abc" {
		t.Errorf("order %q, want abc", got)
	}
}

func TestFailureNamesLogAndStopsTheRest(t *testing.T) {
	ran := false
	boom := errors.New("boom")
	plan := []Step{
		step("bad", func(_ context.Context, log io.Writer) error {
			fmt.Fprintln(log, "the last words")
			return boom
		}),
		step("after", func(context.Context, io.Writer) error { ran = true; return nil }, "bad"),
		step("beside", func(ctx context.Context, _ io.Writer) error { <-ctx.Done(); return ctx.Err() }),
	}
	err := Run(t.Context(), plan, t.TempDir(), quiet{})
	var failure *Failure
	if !errors.As(err, &failure) || failure.Step != "bad" || !errors.Is(err, boom) {
		t.Fatalf("got %v, want the failure of bad", err)
	}
	for _, want := range []string{"the last words", "full log: ", "bad.log"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q lacks %q", err, want)
		}
	}
	if ran {
		t.Error("a step ran although its need failed")
	}
}

func TestPlanThatCannotEndIsRefused(t *testing.T) {
	nothing := func(context.Context, io.Writer) error { return nil }
	for want, plan := range map[string][]Step{
		"not planned":   {step("a", nothing, "b")},
		"planned twice": {step("a", nothing), step("a", nothing)},
		"needs itself":  {step("a", nothing, "b"), step("b", nothing, "a")},
	} {
		if err := Run(t.Context(), plan, t.TempDir(), quiet{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

func TestDisplayPrintsPlainLinesElsewhere(t *testing.T) {
	var out bytes.Buffer
	plan := []Step{{Name: "one"}, {Name: "two"}}
	display := NewDisplay(&out, false, plan, map[string]time.Duration{"two": 90 * time.Second})
	display.Started("one")
	display.Ended("one", time.Second, nil)
	display.Ended("two", time.Second, errors.New("x"))
	took := display.Close()
	if _, failed := took["two"]; failed || took["one"] != time.Second {
		t.Errorf("durations %v", took)
	}
	for _, want := range []string{"[1/2]", "one", "about 01:30 left", "[2/2]", "FAILED"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q lacks %q", out.String(), want)
		}
	}
}
