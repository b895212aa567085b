// Package replay judges the histories of a saved run again, without a cluster.
package replay

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"assay.dev/assay/harness/judge"
	"assay.dev/assay/harness/runs/run"
	"assay.dev/assay/spec"
)

// Run judges every history below dir/history by the rules that were kept with it, or
// else by those of the specification, and returns the verdicts in the order of the
// experiments' names, which are those of their directories. It writes nothing.
//
// An experiment of which the run holds a verdict alone is left out: it is recorded and
// cannot be judged again. A run that holds nothing is an error, as is a history that
// cannot be read; one that is damaged is judged, and its verdict says so.
func Run(dir string) ([]*judge.Verdict, error) {
	s, err := run.SpecIn(dir)
	if err != nil {
		return nil, fmt.Errorf("replay the run in %s: %w", dir, err)
	}
	histories := filepath.Join(dir, "history")
	experiments, err := os.ReadDir(histories)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("replay the run in %s: %w", dir, err)
	}
	var all []*judge.Verdict
	recorded := holdsChecks(dir)
	for _, e := range experiments {
		if !e.IsDir() {
			continue
		}
		at := filepath.Join(histories, e.Name())
		if !holdsHistory(at) {
			recorded = true
			continue
		}
		v, err := experiment(s, at)
		if err != nil {
			return all, fmt.Errorf("replay the run in %s: %w", dir, err)
		}
		v.Experiment = e.Name() // whoever wrote the history may have named another
		all = append(all, v)
	}
	if len(all) == 0 && !recorded {
		return nil, fmt.Errorf("replay the run in %s: it has no history", dir)
	}
	return all, nil
}

// holdsHistory reports whether a directory holds any file of a history. One that holds
// the verdict alone was made small on purpose; an empty one is judged and is damaged.
func holdsHistory(dir string) bool {
	files, _ := filepath.Glob(filepath.Join(dir, "*.jsonl")) // fails for a bad pattern only
	_, err := os.Stat(filepath.Join(dir, judge.VerdictFile))
	return len(files) > 0 || err != nil
}

// holdsChecks reports whether the run holds what a suite reported.
func holdsChecks(dir string) bool {
	files, _ := filepath.Glob(filepath.Join(dir, "ginkgo", "*.json")) // fails for a bad pattern only
	return len(files) > 0
}

// Save writes the verdicts into history/<experiment>/verdict.json below a directory.
// Those of an earlier replay are removed.
func Save(dir string, verdicts []*judge.Verdict) error {
	root := filepath.Join(dir, "history")
	if err := os.RemoveAll(root); err != nil {
		return fmt.Errorf("save the verdicts: %w", err)
	}
	for _, v := range verdicts {
		at := filepath.Join(root, v.Experiment)
		if err := os.MkdirAll(at, 0o755); err != nil {
			return fmt.Errorf("save the verdicts: %w", err)
		}
		if err := judge.SaveVerdict(at, v); err != nil {
			return err
		}
	}
	return nil
}

func experiment(s *spec.Spec, dir string) (*judge.Verdict, error) {
	rules, err := judge.SavedRules(dir, judge.FromSpec(s))
	if err != nil {
		return nil, err
	}
	return judge.JudgeDir(dir, rules)
}
