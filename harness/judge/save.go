package judge

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/google/renameio/v2"
)

// The files that a judgement leaves beside a history.
const (
	VerdictFile = "verdict.json"
	RulesFile   = "rules.json"
)

// Save writes a verdict and the rules that it was found by into the directory of
// the history, so that it can be judged again by the same rules.
func Save(dir string, rules Rules, v *Verdict) error {
	if err := write(filepath.Join(dir, RulesFile), rules); err != nil {
		return fmt.Errorf("save the rules: %w", err)
	}
	return SaveVerdict(dir, v)
}

// SaveVerdict writes verdict.json into the directory of a history, in at most 5 MB. What
// is cut is said among the reasons.
func SaveVerdict(dir string, v *Verdict) error {
	small, err := bounded(v)
	if err == nil {
		err = write(filepath.Join(dir, VerdictFile), small)
	}
	if err != nil {
		return fmt.Errorf("save the verdict: %w", err)
	}
	return nil
}

// write writes JSON in one step: a reader finds all of it or what was there before.
func write(path string, value any) error {
	content, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return err
	}
	return renameio.WriteFile(path, append(content, '\n'), 0o644)
}

// SavedRules reads the rules that the history in a directory was judged by. Without
// them it returns otherwise, from which rules of an older version take what they do not
// say. A member that this version does not know is an error.
func SavedRules(dir string, otherwise Rules) (Rules, error) {
	path := filepath.Join(dir, RulesFile)
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return otherwise, nil
	}
	if err != nil {
		return Rules{}, fmt.Errorf("read the rules: %w", err)
	}
	var r Rules
	decoder := json.NewDecoder(bytes.NewReader(content))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&r); err != nil {
		return Rules{}, fmt.Errorf("read the rules in %s: %w", path, err)
	}
	if r.Version == 0 {
		r.complete(otherwise)
	}
	r.rename()
	return r, nil
}

// complete takes from other rules what rules without a version do not say.
func (r *Rules) complete(from Rules) {
	r.Version, r.Families, r.Requests, r.Load = RulesVersion, from.Families, from.Requests, from.Load
	r.Apps, r.Proxies, r.Brokers = from.Apps, from.Proxies, from.Brokers
	for i := range r.Subscriptions {
		s := &r.Subscriptions[i]
		for _, now := range from.Subscriptions {
			if now.Group == s.Group && now.Topic == s.Topic {
				s.ShownBy = now.ShownBy
			}
		}
	}
}

// rename gives guarantees that older rules require the names that they have now.
func (r *Rules) rename() {
	for i, name := range r.Require {
		if now, renamed := formerNames[name]; renamed {
			r.Require[i] = now
		}
	}
	slices.Sort(r.Require)
	r.Require = slices.Compact(r.Require)
}

// formerNames are names that guarantees once had.
var formerNames = map[string]string{
	"history-whole": HistoryComplete, "observers-held-out": ObserversComplete,
	"changes-announced": Requested, "syncs-announced": ExpectedEvents, "reminders-published": CountedEvents, "next-occurrences": Derived,
}
