// Package timeline records when the steps of a plan ran and what they used, and finds
// what the end of the plan waited for.
package timeline

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/google/renameio/v2"

	"assay.dev/assay/harness/process/cputime"
	"assay.dev/assay/harness/process/steps"
	"assay.dev/assay/harness/runs/run"
)

// Step is a step as it ran. Times are in seconds after the start of the plan.
type Step struct {
	Name    string   `json:"name"`
	Needs   []string `json:"needs"`
	Started float64  `json:"started"`
	Took    float64  `json:"took"`
	// CPU is the user and system time of the programs that the step started, in seconds.
	CPU    float64 `json:"cpu,omitempty"`
	Failed bool    `json:"failed,omitempty"`
}

// UnmarshalJSON reads a step, also one of before its start had its present name.
func (s *Step) UnmarshalJSON(content []byte) error {
	type plain Step
	return run.UnmarshalFormer(content, (*plain)(s), map[string]string{"begun": "started"})
}

// End is when the step ended.
func (s Step) End() float64 { return s.Started + s.Took }

// Timeline is a plan as it ran.
type Timeline struct {
	Started    time.Time `json:"started"`
	Processors int       `json:"processors"`
	Seconds    float64   `json:"seconds"`
	// OwnCPU is what this process used itself; MachineCPU what all of the machine did,
	// containers and other users included, 0 where the system does not say. In seconds.
	OwnCPU     float64 `json:"ownCPU,omitempty"`
	MachineCPU float64 `json:"machineCPU,omitempty"`
	// Steps are those that started, by their start.
	Steps []Step `json:"steps"`
}

// CPU is what the programs of all steps and this process used, in seconds.
func (t *Timeline) CPU() float64 {
	sum := t.OwnCPU
	for _, s := range t.Steps {
		sum += s.CPU
	}
	return sum
}

// Save writes the timeline as JSON, in one step.
func (t *Timeline) Save(file string) error {
	content, err := json.MarshalIndent(t, "", "  ")
	if err != nil {
		return fmt.Errorf("save the timeline: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return fmt.Errorf("save the timeline: %w", err)
	}
	if err := renameio.WriteFile(file, append(content, '\n'), 0o644); err != nil {
		return fmt.Errorf("save the timeline: %w", err)
	}
	return nil
}

// Read reads a timeline.
func Read(file string) (*Timeline, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read the timeline: %w", err)
	}
	var t Timeline
	if err := json.Unmarshal(content, &t); err != nil {
		return nil, fmt.Errorf("read the timeline %s: %w", file, err)
	}
	t.Seconds = max(t.Seconds, t.end())
	if len(t.Steps) == 0 {
		return nil, fmt.Errorf("read the timeline %s: it holds no steps", file)
	}
	return &t, nil
}

// Recorder is an observer of a plan that records it and tells another observer.
type Recorder struct {
	steps.Observer

	plan    []steps.Step
	start   time.Time
	own     time.Duration
	machine time.Duration

	mu      sync.Mutex
	records map[string]*Step
}

// NewRecorder starts the record of a plan.
func NewRecorder(plan []steps.Step, observer steps.Observer) *Recorder {
	r := &Recorder{Observer: observer, plan: plan, start: time.Now(), own: ownCPU(), machine: machineCPU(statFile), records: map[string]*Step{}}
	return r
}

// Plan returns the plan with steps whose programs are counted.
func (r *Recorder) Plan() []steps.Step {
	counted := slices.Clone(r.plan)
	for i, step := range r.plan {
		counted[i].Run = func(ctx context.Context, log io.Writer) error {
			ctx, used := cputime.With(ctx)
			defer func() { r.used(step.Name, used.Used()) }()
			return step.Run(ctx, log)
		}
	}
	return counted
}

// Started implements steps.Observer.
func (r *Recorder) Started(name string) {
	r.mu.Lock()
	r.records[name] = &Step{Name: name, Started: time.Since(r.start).Seconds()}
	r.mu.Unlock()
	r.Observer.Started(name)
}

func (r *Recorder) used(name string, cpu time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.records[name].CPU = cpu.Seconds()
}

// Ended implements steps.Observer.
func (r *Recorder) Ended(name string, took time.Duration, err error) {
	r.mu.Lock()
	r.records[name].Took, r.records[name].Failed = took.Seconds(), err != nil
	r.mu.Unlock()
	r.Observer.Ended(name, took, err)
}

// Timeline returns what has been recorded so far.
func (r *Recorder) Timeline() *Timeline {
	r.mu.Lock()
	defer r.mu.Unlock()
	t := &Timeline{
		Started: r.start.UTC(), Processors: runtime.NumCPU(), Seconds: time.Since(r.start).Seconds(),
		OwnCPU: (ownCPU() - r.own).Seconds(), MachineCPU: (machineCPU(statFile) - r.machine).Seconds(),
	}
	for _, step := range r.plan {
		if record := r.records[step.Name]; record != nil {
			record.Needs = append([]string{}, step.Needs...)
			t.Steps = append(t.Steps, *record)
		}
	}
	slices.SortStableFunc(t.Steps, func(a, b Step) int { return cmp.Compare(a.Started, b.Started) })
	return t
}
