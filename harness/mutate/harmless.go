package mutate

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"assay.dev/assay/harness/runner/session"
	"assay.dev/assay/harness/runs/resultlog"
	"assay.dev/assay/mutants"
)

// RunHarmless makes harmless changes, all at once, and wants no check to be red. Where one
// is, halves of them are tried until it is known because of which. It returns the results of
// all, and ends early only when what was changed could not be brought back.
func (e Engine) RunHarmless(ctx context.Context, list []mutants.Harmless) ([]Result, error) {
	if len(list) == 0 {
		return nil, nil
	}
	on, err := e.newLive(ctx)
	if err != nil {
		return nil, err
	}
	results, err := halves(list, func(some []mutants.Harmless) (Result, error) { return e.tryHarmless(ctx, on, some) })
	for i := range results {
		results[i].Revision = e.Spec.Specification.Feature
		if err := (resultlog.Log[Result]{Path: e.ResultLog}).Add(results[i]); err != nil {
			return results, err
		}
		printResult(e.Out, i+1, len(list), results[i], 0)
	}
	return results, err
}

// halves tries some changes together: as many as possible, until each that is noticed is
// known.
func halves(list []mutants.Harmless, try func([]mutants.Harmless) (Result, error)) ([]Result, error) {
	together, err := try(list)
	if err != nil {
		return nil, err
	}
	if together.Status == Unnoticed || len(list) == 1 {
		var results []Result
		for _, one := range list {
			r := together
			r.ID, r.What, r.Digest = one.ID, one.What, identity(mutants.Mutant{ID: one.ID, What: one.What, Apply: one.Apply})
			r.Seconds = together.Seconds / float64(len(list))
			results = append(results, r)
		}
		return results, nil
	}
	var results []Result
	for _, half := range [][]mutants.Harmless{list[:len(list)/2], list[len(list)/2:]} {
		found, err := halves(half, try)
		results = append(results, found...)
		if err != nil {
			return results, err
		}
	}
	return results, nil
}

// tryHarmless makes some changes, runs the checks, undoes the changes, and wants everything
// as it was. The error is a platform that was not brought back.
func (e Engine) tryHarmless(ctx context.Context, on *live, some []mutants.Harmless) (Result, error) {
	m := mutants.Mutant{ID: some[0].ID}
	for _, one := range some {
		m.Apply = append(m.Apply, one.Apply...)
	}
	fmt.Fprintf(e.Out, "%d harmless changes, from %s to %s\n", len(some), some[0].ID, some[len(some)-1].ID)
	start := time.Now()
	result := Result{Status: Unnoticed}
	fail := func(format string, args ...any) {
		if result.Status == Unnoticed {
			result.Status, result.Text = Failed, fmt.Sprintf(format, args...)
		}
	}
	if err := on.apply(ctx, m); err != nil {
		fail("could not be made: %v", err)
	} else if checks, err := e.checkThrough(ctx, m, e.CheckAll); err != nil {
		fail("could not be judged: %v", err)
	} else if result.Red, result.Text = redOf(checks); len(result.Red) > 0 {
		result.Status = FalseAlarm
	} else if len(checks) == 0 {
		fail("no check ran")
	}
	after := context.WithoutCancel(ctx) // what was changed is restored in any case
	if err := errors.Join(on.undo(after), on.verifyRestored(after)); err != nil {
		return result, fmt.Errorf("after %s was undone: %w", m.ID, err)
	}
	if ctx.Err() != nil {
		return result, context.Cause(ctx)
	}
	checks, err := e.CheckAll(ctx, "")
	if err != nil {
		fail("could not be judged after it was undone: %v", err)
	}
	// What is red without the changes is no word on them.
	if red, text := redOf(checks); len(red) > 0 {
		result.Status, result.Text = Failed, "red after it was undone: "+text
	}
	result.Seconds = time.Since(start).Seconds()
	return result, nil
}

// redOf are the IDs of the checks that are red, and their messages.
func redOf(checks []session.Check) (ids []string, text string) {
	var messages []string
	for _, check := range checks {
		if check.Red {
			ids = append(ids, check.IDs...)
			messages = append(messages, strings.Join(check.IDs, ", ")+": "+check.Message)
		}
	}
	slices.Sort(ids)
	return ids, strings.Join(messages, "\n")
}
