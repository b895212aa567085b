// Package replay judges the histories of a saved run again, without a cluster.
package replay

import (
	"fmt"
	"os"
	"path/filepath"

	"assay.dev/assay/harness/judge"
	"assay.dev/assay/spec"
)

// Run judges every history below dir/history by the rules that were kept with it,
// or else by those of the specification, writes each verdict.json anew, and
// returns the verdicts in the order of the experiments' names. A run without a
// history is an error, as is a history that cannot be read; one that is damaged
// is judged, and its verdict says so.
func Run(dir string) ([]*judge.Verdict, error) {
	histories := filepath.Join(dir, "history")
	experiments, err := os.ReadDir(histories)
	if err != nil {
		return nil, fmt.Errorf("replay the run in %s: %w", dir, err)
	}
	var all []*judge.Verdict
	for _, e := range experiments {
		if !e.IsDir() {
			continue
		}
		v, err := experiment(filepath.Join(histories, e.Name()))
		if err != nil {
			return all, fmt.Errorf("replay the run in %s: %w", dir, err)
		}
		all = append(all, v)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("replay the run in %s: it has no history", dir)
	}
	return all, nil
}

func experiment(dir string) (*judge.Verdict, error) {
	rules, err := judge.KeptRules(dir, judge.FromSpec(spec.Current()))
	if err != nil {
		return nil, err
	}
	v, err := judge.JudgeDir(dir, rules)
	if err != nil {
		return nil, err
	}
	return v, judge.KeepVerdict(dir, v)
}
