package main

import (
	"context"
	"fmt"
	"slices"

	"assay.dev/assay/harness/mutate"
	"assay.dev/assay/mutants"
	"assay.dev/assay/spec"
)

// tryHarmless makes the changes that break nothing, those whose ID matches a pattern of only
// or all, and wants no check to be red because of them.
func tryHarmless(ctx context.Context, described *spec.Spec, only string) (err error) {
	list, err := mutants.LoadHarmless(described)
	if err != nil {
		return err
	}
	if list, err = pickHarmless(list, only); err != nil {
		return err
	}
	s, root, engine, err := newEngine()
	if err != nil {
		return err
	}
	_, lock, err := onPlatform(ctx, s, root, []spec.Suite{spec.Provisioning, spec.Quotas}, &engine)
	if err != nil {
		return err
	}
	defer func() { err = released(ctx, lock, err) }()
	results, err := engine.RunHarmless(lock.Context(), list)
	if err != nil {
		return err
	}
	unnoticed := mutate.Count(results, mutate.Unnoticed)
	fmt.Printf("%d harmless changes: nothing is red because of %d of them\n", len(results), unnoticed)
	if unnoticed < len(results) {
		return fmt.Errorf("%w: %d of %d harmless changes turned a check red", errRed, len(results)-unnoticed, len(results))
	}
	return nil
}

// pickHarmless keeps the changes whose ID matches one of some patterns, all of them without
// patterns.
func pickHarmless(list []mutants.Harmless, only string) ([]mutants.Harmless, error) {
	if only == "" {
		return list, nil
	}
	var names []string
	for _, h := range list {
		names = append(names, h.ID)
	}
	if err := knownPatterns(only, "harmless change", names); err != nil {
		return nil, err
	}
	picked, err := matching(only)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(list, func(h mutants.Harmless) bool { return !picked(h.ID) }), nil
}
