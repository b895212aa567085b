package mutate

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"assay.dev/assay/harness/mutate/recording"
	"assay.dev/assay/harness/runner/session"
	"assay.dev/assay/harness/runs/recordings"
	"assay.dev/assay/harness/runs/run"
	"assay.dev/assay/mutants"
	"assay.dev/assay/spec"
)

// Recordings are the saved runs whose experiments mutants change copies of.
type Recordings struct {
	// Find returns the directory of the run that holds an experiment. An experiment
	// that the target cannot make is a *Lacking.
	Find func(experiment string) (string, error)
	// Check runs the checks of some requirements of a suite, and all of their
	// families, on a run.
	Check func(ctx context.Context, dir string, suite spec.Suite, ids []string) ([]session.Check, error)
	// Scratch is the folder for the copies.
	Scratch string
}

// UnsupportedError is an experiment that nobody can record on the target.
type UnsupportedError struct {
	Capability spec.Capability
	Reason     string
}

func (l *UnsupportedError) Error() string {
	return "missing capability " + string(l.Capability) + ": " + l.Reason
}

// replayed are saved runs as a world: what is changed is a copy, and the run that
// it is a copy of has to stay as it is.
type replayed struct {
	spec       *spec.Spec
	recordings Recordings
	mutant     mutants.Mutant
	source     string // the run that holds the mutant's experiment
	digest     [sha256.Size]byte
	// original are the checks of unchanged copies. The same checks come to the same on
	// the same copy, so that each is looked at once.
	original map[string][]session.Check
}

func newReplayed(s *spec.Spec, recordings Recordings) *replayed {
	return &replayed{spec: s, recordings: recordings, original: map[string][]session.Check{}}
}

// copied is the run that holds the copy.
func (r *replayed) copied() string { return filepath.Join(r.recordings.Scratch, "copy") }

// apply changes a copy of the experiment.
func (r *replayed) apply(_ context.Context, m mutants.Mutant) error {
	r.mutant, r.source = m, ""
	source, err := r.recordings.Find(m.Experiment())
	if err != nil {
		return err
	}
	if r.digest, err = digestOf(recordings.Dir(source, m.Experiment())); err != nil {
		return err
	}
	r.source = source
	return r.copy(m.Apply)
}

// copy makes a run that holds the experiment alone, changed by some steps.
func (r *replayed) copy(steps []mutants.Step) error {
	replica, err := recording.Open(r.spec, r.experiment())
	if err != nil {
		return err
	}
	for n, step := range steps {
		if err := replica.Change(*step.Recording); err != nil {
			return fmt.Errorf("apply[%d]: %w", n, err)
		}
	}
	dir := r.copied()
	if err := os.RemoveAll(dir); err != nil {
		return fmt.Errorf("make room for a copy of %s: %w", r.source, err)
	}
	original, err := run.Open(r.source)
	if err != nil {
		return err
	}
	copied := *original
	copied.ID = filepath.Base(dir)
	if _, err := run.Create(filepath.Dir(dir), copied); err != nil {
		return err
	}
	place, err := filepath.Rel(r.source, r.experiment())
	if err != nil {
		return err
	}
	return replica.Save(filepath.Join(dir, place))
}

// experiment is where the source keeps the mutant's experiment.
func (r *replayed) experiment() string { return recordings.Dir(r.source, r.mutant.Experiment()) }

func (r *replayed) runChecks(ctx context.Context, m mutants.Mutant, ids []string) ([]session.Check, error) {
	if r.source == "" {
		return nil, nil // nothing was changed, and nothing can be seen
	}
	suite := r.spec.Requirement(r.mutant.Requirement).Suite
	if len(m.Apply) > 0 {
		return r.recordings.Check(ctx, r.copied(), suite, ids)
	}
	key := fmt.Sprintf("%x %s %v", r.digest, suite, r.families(ids))
	if seen, ok := r.original[key]; ok {
		return seen, nil
	}
	// It goes the same way as one that is changed.
	if err := r.copy(nil); err != nil {
		return nil, err
	}
	seen, err := r.recordings.Check(ctx, r.copied(), suite, ids)
	if err == nil {
		r.original[key] = seen
	}
	return seen, err
}

// families are the families of requirements, whose checks are looked at together.
func (r *replayed) families(ids []string) []string {
	var all []string
	for _, id := range ids {
		all = append(all, r.spec.Requirement(id).Family())
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func (r *replayed) undo(context.Context) error { return nil } // the copy is not looked at again

func (r *replayed) verifyRestored(context.Context) error {
	if r.source == "" {
		return nil
	}
	now, err := digestOf(r.experiment())
	if err == nil && now != r.digest {
		err = errors.New("the recording has changed")
	}
	return err
}

// digestOf is a digest of all files in a directory.
func digestOf(dir string) (sum [sha256.Size]byte, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return sum, fmt.Errorf("look at a recording: %w", err)
	}
	all := sha256.New()
	for _, entry := range entries {
		content, err := os.ReadFile(filepath.Join(dir, entry.Name()))
		if err != nil {
			return sum, fmt.Errorf("look at a recording: %w", err)
		}
		fmt.Fprintf(all, "%s %d %x\n", entry.Name(), len(content), sha256.Sum256(content))
	}
	return [sha256.Size]byte(all.Sum(nil)), nil
}
