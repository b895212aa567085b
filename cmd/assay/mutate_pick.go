package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"path"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"assay.dev/assay/harness/runner/session"
	"assay.dev/assay/mutants"
)

// choice says which mutants are tried. Empty fields leave none out.
type choice struct {
	only, since string
	sample      int
	seed        uint64
}

// validate refuses what cannot be meant, before anything is compiled: a sample of no
// requirement, a pattern that is none, the name of a mutant that there is not.
func (c choice) validate(flags *pflag.FlagSet) error {
	if flags.Changed("sample") && c.sample < 1 {
		return refuse("--sample %d: draw one requirement at least", c.sample)
	}
	if !flags.Changed("only") {
		return nil
	}
	return knownPatterns(c.only, "mutant", mutantNames())
}

// knownPatterns refuses patterns that are none, and those that match no name.
func knownPatterns(only, kind string, names []string) error {
	for pattern := range strings.SplitSeq(only, ",") {
		matched := false
		for _, name := range names {
			ok, err := path.Match(pattern, name)
			if err != nil {
				return refuse("--only %q: %q is no pattern", only, pattern)
			}
			matched = matched || ok
		}
		if !matched {
			return session.Unknown(kind, pattern, names)
		}
	}
	return nil
}

// matching tells the names that match one of some patterns.
func matching(only string) (func(name string) bool, error) {
	patterns := strings.Split(only, ",")
	for _, pattern := range patterns {
		if _, err := path.Match(pattern, ""); err != nil {
			return nil, fmt.Errorf("--only %q: %w", only, err)
		}
	}
	return func(name string) bool {
		return slices.ContainsFunc(patterns, func(pattern string) bool {
			ok, _ := path.Match(pattern, name)
			return ok
		})
	}, nil
}

// pick keeps the mutants that were asked for.
func (c choice) pick(ctx context.Context, list []mutants.Mutant) ([]mutants.Mutant, error) {
	if c.only != "" {
		picked, err := matching(c.only)
		if err != nil {
			return nil, err
		}
		list = slices.DeleteFunc(list, func(m mutants.Mutant) bool { return !picked(m.ID) })
	}
	if c.since != "" {
		out, err := exec.CommandContext(ctx, "git", "diff", "--name-only", c.since).Output()
		if err != nil {
			return nil, fmt.Errorf("--changed-since %s: %w", c.since, err)
		}
		changed := strings.Fields(string(out))
		list = slices.DeleteFunc(list, func(m mutants.Mutant) bool { return !writtenIn(m.File, changed) })
	}
	if c.sample > 0 {
		list = c.draw(list)
	}
	if len(list) == 0 {
		return nil, errors.New("there is no such mutant")
	}
	return list, nil
}

// writtenIn reports whether a file is one of those of the repository. That of a specification
// may be named by its whole path.
func writtenIn(file string, changed []string) bool {
	return slices.ContainsFunc(changed, func(path string) bool { return file == path || strings.HasSuffix(file, "/"+path) })
}

// draw keeps one mutant each of some requirements that are broken on the platform
// itself, and prints which, so that the same can be drawn again.
func (c choice) draw(list []mutants.Mutant) []mutants.Mutant {
	if c.seed == 0 {
		c.seed = rand.Uint64()
	}
	from := rand.New(rand.NewPCG(c.seed, 0)) //nolint:gosec // a choice that can be repeated
	list = slices.DeleteFunc(list, func(m mutants.Mutant) bool { return m.Place() != mutants.OnPlatform })
	from.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	var drawn []mutants.Mutant
	var names []string
	for _, m := range list {
		if len(drawn) < c.sample && !slices.ContainsFunc(drawn, func(d mutants.Mutant) bool { return d.Requirement == m.Requirement }) {
			drawn, names = append(drawn, m), append(names, m.ID)
		}
	}
	fmt.Printf("drawn with seed %d: %s\n", c.seed, strings.Join(names, ", "))
	return drawn
}
