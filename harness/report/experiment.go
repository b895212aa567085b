package report

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/judge"
	"assay.dev/assay/spec"
)

// Experiment is one experiment with what it was judged to be and what it looked
// like.
type Experiment struct {
	Name   string       `json:"name"`
	Result judge.Result `json:"result"`
	// Again tells that it was judged again for this report.
	Again      bool              `json:"again,omitempty"`
	Reasons    []string          `json:"reasons,omitempty"`
	Totals     judge.Totals      `json:"totals"`
	Guarantees []judge.Guarantee `json:"guarantees"`
	// Situations count how often the experiment came to what puts guarantees to the test.
	Situations []judge.Situation `json:"situations,omitempty"`
	// Evidence says by what it was judged what each consumer group did.
	Evidence []judge.Shown `json:"evidence,omitempty"`
	Faults   []Fault       `json:"faults"`
	Timeline *Timeline     `json:"timeline,omitempty"`
	// Loss says what of the history is damaged, empty if it is whole.
	Loss string `json:"loss,omitempty"`
}

// Weaker are the groups and topics of which nothing but committed offsets tells: an event
// that was acknowledged there and never processed goes unseen.
func (e Experiment) Weaker() []string {
	var all []string
	for _, shown := range e.Evidence {
		if shown.Weak {
			all = append(all, shown.Group+" on "+shown.Topic)
		}
	}
	return all
}

// Fault is one injected fault. Moments are seconds on the experiment's timeline,
// none until they come; Effect is how long it took until the effect was seen.
type Fault struct {
	Name            string   `json:"name"`
	Requirement     string   `json:"requirement,omitempty"`
	Blast           []string `json:"blast,omitempty"`
	Requested       Value    `json:"requested"`
	Effective       Value    `json:"effective"`
	Recovery        Value    `json:"recovery"`
	Recovered       Value    `json:"recovered"`
	KubernetesReady Value    `json:"kubernetesReady"`
	FirstFlowing    Value    `json:"firstFlowing"` // events of any family
	EventsFlowing   Value    `json:"eventsFlowing"`
	Effect          Value    `json:"effect"`
	Proof           string   `json:"proof,omitempty"`
	Residue         string   `json:"residue,omitempty"`
	Error           string   `json:"error,omitempty"`
	// Objectives are how long recovery took and may take, from the fault's end.
	Objectives []Objective `json:"objectives,omitempty"`
}

// Objective is a recovery time objective, in seconds.
type Objective struct {
	Name  string  `json:"name"`
	Limit float64 `json:"limit"`
	Took  Value   `json:"took"` // none: not recovered while it was watched
}

// The names of the two objectives.
const (
	kubernetesReady = "Kubernetes ready"
	eventsFlowing   = "events flowing"
)

// Met reports whether the objective was reached in time.
func (o Objective) Met() bool { return float64(o.Took) <= o.Limit }

// readExperiments reads history/*/ of a run, in the order of the names. again holds
// the verdicts on those of a recorded run that were judged again, nil for another run.
func readExperiments(specified *spec.Spec, dir string, again map[string]*judge.Verdict) ([]Experiment, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the experiments: %w", err)
	}
	var all []Experiment
	for _, entry := range entries {
		if !entry.IsDir() {
			continue
		}
		one, err := readExperiment(specified.Faults, filepath.Join(dir, entry.Name()), entry.Name(), again)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, nil
}

func readExperiment(faults []spec.Fault, dir, name string, again map[string]*judge.Verdict) (Experiment, error) {
	e := Experiment{Name: name, Result: judge.NotRun}
	v, err := again[name], error(nil)
	if e.Again = v != nil; v == nil {
		v, err = readVerdict(dir)
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		e.Reasons = []string{"it was not judged: it has no verdict.json"}
	case err != nil:
		return e, fmt.Errorf("read the verdict on %s: %w", name, err)
	default:
		e.Result, e.Totals, e.Guarantees, e.Situations, e.Evidence = v.Result, v.Totals, clean(v.Guarantees), v.Situations, v.Shown
		for _, reason := range v.Reasons {
			e.Reasons = append(e.Reasons, redact(reason))
		}
	}
	if again == nil || e.Again { // of others a recorded run holds the verdict alone
		e.see(faults, dir)
	}
	e.Guarantees, e.Faults = orEmpty(e.Guarantees), orEmpty(e.Faults)
	return e, nil
}

func readVerdict(dir string) (*judge.Verdict, error) {
	content, err := os.ReadFile(filepath.Join(dir, judge.VerdictFile))
	if err != nil {
		return nil, err
	}
	var v judge.Verdict
	return &v, json.Unmarshal(content, &v)
}

// see reads the history behind a verdict. One that cannot be read is no proof:
// the verdict is kept, and a pass is taken back.
func (e *Experiment) see(faults []spec.Fault, dir string) {
	h, err := history.Open(dir)
	if err != nil {
		e.Loss = redact(err.Error())
		if e.Result == judge.Pass {
			e.Result, e.Reasons = judge.Inconclusive, []string{"the history cannot be read"}
		}
		return
	}
	if len(h.Damage) > 0 {
		first := h.Damage[0]
		first.File = filepath.Base(first.File)
		e.Loss = first.String()
		if more := len(h.Damage) - 1; more > 0 {
			e.Loss += fmt.Sprintf(", and %d more", more)
		}
	}
	e.Timeline = timeline(h)
	if g := newGrid(h); g != nil {
		for _, f := range h.Faults {
			e.Faults = append(e.Faults, g.fault(faults, f))
		}
	}
}

// clean keeps secrets out of what the judge wrote.
func clean(of []judge.Guarantee) []judge.Guarantee {
	guarantees := slices.Clone(of)
	for i := range guarantees {
		guarantees[i].Text = redact(guarantees[i].Text)
		for j := range guarantees[i].Violations {
			v := &guarantees[i].Violations[j]
			v.Text = redact(v.Text)
			for k := range v.Trace {
				v.Trace[k] = redact(v.Trace[k])
			}
		}
	}
	return guarantees
}

// fault brings a fault onto the timeline.
func (g *grid) fault(faults []spec.Fault, f history.Fault) Fault {
	at := func(m history.Nanos) Value {
		if m == 0 {
			return None
		}
		return Value(g.seconds(m))
	}
	out := Fault{
		Name: f.Name, Requirement: f.Requirement, Blast: f.Blast,
		Requested: at(f.Requested), Effective: at(f.Effective), Recovery: at(f.Recovery), Recovered: at(f.Recovered),
		KubernetesReady: at(f.KubernetesReady), FirstFlowing: at(f.FirstFlowing), EventsFlowing: at(f.EventsFlowing), Effect: None,
		Proof: redact(f.Proof), Residue: redact(f.Residue), Error: redact(f.Error),
	}
	if f.Effective != 0 {
		out.Effect = between(f.Requested, f.Effective)
	}
	for _, known := range faults {
		if known.Name == f.Name {
			out.Objectives = objectives(known, f)
		}
	}
	return out
}

// objectives counts, as the judge does, from the moment that the fault's recovery
// was asked for; a fault without one is over when it is done, as a killed pod is.
func objectives(known spec.Fault, f history.Fault) []Objective {
	end := f.Recovery
	if end == 0 {
		end = f.Effective
	}
	return []Objective{
		{kubernetesReady, known.KubernetesReady.Seconds(), between(end, f.KubernetesReady)},
		{eventsFlowing, known.EventsFlowing.Seconds(), between(end, f.EventsFlowing)},
	}
}

// between is the time from one moment to another in seconds, none if either has
// not come; what came before its start took no time.
func between(from, to history.Nanos) Value {
	if from == 0 || to == 0 {
		return None
	}
	return Value(seconds(time.Duration(max(to-from, 0))))
}
