package soak

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestRate holds the bounds against values that can be computed by hand: without a
// failure the bound solves (1-p)^n = 0.05, with failures alone p^n = 0.05; and for
// one of ten against the published table of Clopper and Pearson.
func TestRate(t *testing.T) {
	for _, c := range []struct {
		red, runs   int
		least, most float64
	}{
		{0, 10, 0, 1 - math.Pow(0.05, 0.1)},
		{0, 100, 0, 1 - math.Pow(0.05, 0.01)},
		{10, 10, math.Pow(0.05, 0.1), 1},
		{1, 10, 1 - math.Pow(0.95, 0.1), 0.3942},
		{0, 0, 0, 1},
	} {
		got := rate(c.red, c.runs)
		if math.Abs(got.Least-c.least) > 1e-4 || math.Abs(got.Most-c.most) > 1e-4 {
			t.Errorf("%d of %d: %.5f to %.5f, want %.5f to %.5f", c.red, c.runs, got.Least, got.Most, c.least, c.most)
		}
	}
	if most := rate(0, 300).Most; math.Abs(most-0.01) > 2e-4 {
		t.Errorf("no failure in 300: at most %.5f, the rule of three says 0.01", most)
	}
}

// scripted repeats a suite of two checks, of which the second is red as scripted.
func scripted(t *testing.T, reds ...bool) (Soak, *int) {
	t.Helper()
	made := 0
	return Soak{
		Of: "eventing", ResultLog: filepath.Join(t.TempDir(), "soak.jsonl"), Out: io.Discard,
		Once: func(ctx context.Context) (Repetition, error) {
			if ctx.Err() != nil {
				return Repetition{}, ctx.Err()
			}
			red := reds[made]
			made++
			second := Check{Name: "second", IDs: []string{"event.task-event.type"}, Red: red}
			if red {
				second.Message = "too late"
			}
			return Repetition{Run: fmt.Sprint("run ", made), Took: time.Second, Checks: []Check{{Name: "first"}, second}}, nil
		},
	}, &made
}

func TestRepeatCountsFlakes(t *testing.T) {
	soak, _ := scripted(t, false, true, false, true)
	result, err := soak.Repeat(t.Context(), 4)
	if err != nil {
		t.Fatal(err)
	}
	if result.Overall.Red != 2 || result.Overall.Runs != 4 || result.Single.Red != 2 || result.Single.Runs != 8 || result.Checks != 2 {
		t.Errorf("%+v", result)
	}
	if len(result.Flakes) != 1 {
		t.Fatalf("flakes %+v", result.Flakes)
	}
	f := result.Flakes[0]
	if f.Check != "second" || f.Red != 2 || f.Runs != 4 || len(f.Messages) != 1 || f.Messages[0] != "too late" || strings.Join(f.In, ", ") != "run 2, run 4" {
		t.Errorf("%+v", f)
	}
	if text := result.String(); !strings.Contains(text, "event.task-event.type second") || !strings.Contains(text, "2 of 4") || !strings.Contains(text, "each of the 1 others") {
		t.Error(text)
	}
}

func TestRepeatGoesOnWhereItWasInterrupted(t *testing.T) {
	soak, made := scripted(t, false, true, false, false)
	once := soak.Once
	ctx, stop := context.WithCancel(t.Context())
	soak.Once = func(ctx context.Context) (Repetition, error) {
		r, err := once(ctx)
		if *made == 2 {
			stop() // before the third
		}
		return r, err
	}
	result, err := soak.Repeat(ctx, 4)
	if !errors.Is(err, context.Canceled) || result == nil || result.Overall.Runs != 2 || result.Overall.Red != 1 {
		t.Fatalf("%+v, %v", result, err)
	}
	result, err = soak.Repeat(t.Context(), 4)
	if err != nil || result.Overall.Runs != 4 || result.Overall.Red != 1 || *made != 4 {
		t.Errorf("%+v, %v, %d made", result, err, *made)
	}
}

func TestRepeatDoesNotMixWhatDiffers(t *testing.T) {
	soak, _ := scripted(t, true, false)
	if _, err := soak.Repeat(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	soak.Of = "eventing at another commit"
	if result, err := soak.Repeat(t.Context(), 1); err != nil || result.Overall.Red != 0 {
		t.Errorf("%+v, %v", result, err)
	}
}

func TestALineThatWasCutShortIsLeftOut(t *testing.T) {
	soak, made := scripted(t, false, false)
	if _, err := soak.Repeat(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(soak.ResultLog)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(soak.ResultLog, content[:len(content)-10], 0o644); err != nil {
		t.Fatal(err)
	}
	if result, err := soak.Repeat(t.Context(), 1); err != nil || result.Overall.Runs != 1 || *made != 2 {
		t.Errorf("%+v, %v, %d made", result, err, *made)
	}
	if result, err := soak.Repeat(t.Context(), 1); err != nil || *made != 2 {
		t.Errorf("what follows a line that was cut short is lost: %+v, %v, %d made", result, err, *made)
	}
}
