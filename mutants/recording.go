package mutants

import (
	"fmt"
)

// Recording changes what an experiment has recorded, before the checks judge it:
// the checks see it as if the platform had done so, or the observers had seen it.
// A mutant with such a step has no other kind, and all of one experiment.
type Recording struct {
	// Experiment is the experiment's name, below the history of a run.
	Experiment string `yaml:"experiment"`
	// Inject is a kind of anomaly of harness/judge/anomaly, injected in the history
	// where Seed chooses.
	Inject string `yaml:"inject,omitempty"`
	Seed   int64  `yaml:"seed,omitempty"`

	// List is what is changed instead: "events" are the records that the platform
	// itself published, with their bytes decoded as the member event; "captures" all
	// records; "history/…" the entries of a kind, "seen/…" a list or a map of
	// seen.json.
	List string `yaml:"list,omitempty"`
	// Where are members that an entry must have, by their paths (a/b), with their
	// values. During is a window of seen.json in which the entry must lie.
	Where  map[string]any `yaml:"where,omitempty"`
	During string         `yaml:"during,omitempty"`
	// All entries that suit are changed; else the one that Seed chooses.
	All bool `yaml:"all,omitempty"`
	// JSON changes the entry (RFC 6902), Remove takes it away, Repeat adds it once
	// more, changed by JSON.
	JSON   []map[string]any `yaml:"json,omitempty"`
	Remove bool             `yaml:"remove,omitempty"`
	Repeat bool             `yaml:"repeat,omitempty"`
}

// problems lists what is wrong with the step as it is written.
func (r Recording) problems() []string {
	var found []string
	if r.Experiment == "" {
		found = append(found, ": name the experiment")
	}
	if (r.Inject == "") == (r.List == "") {
		found = append(found, ": give one of inject and list")
	}
	if changes := r.Remove || r.Repeat || len(r.JSON) > 0; changes != (r.List != "") {
		found = append(found, ": a list is changed by json, remove or repeat, and nothing else is")
	}
	if r.Remove && (r.Repeat || len(r.JSON) > 0) {
		found = append(found, fmt.Sprintf(": what is removed from %s cannot be changed", r.List))
	}
	return found
}

// Experiment is the experiment whose recording the mutant changes, empty if it
// changes none.
func (m Mutant) Experiment() string {
	for _, s := range m.Apply {
		if s.Recording != nil {
			return s.Recording.Experiment
		}
	}
	return ""
}
