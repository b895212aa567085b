// Package soak repeats suites without retries and says how often which check is
// red on a platform that is as it should be: what a green run is worth depends on
// how often it would be green by chance, and a red one on how often it is a flake.
package soak

import (
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"assay.dev/assay/harness/runs/resultlog"
	"assay.dev/assay/harness/runs/run"
)

// Check is how one check ended in one repetition.
type Check struct {
	Name string   `json:"name"`
	IDs  []string `json:"ids,omitempty"` // the requirements that it proves
	Red  bool     `json:"red,omitempty"`
	// Message is the failure.
	Message string `json:"message,omitempty"`
}

// Repetition is one whole repetition of the suites.
type Repetition struct {
	// Of says what was repeated on what: figures of different things do not mix.
	Of      string        `json:"of"`
	Run     string        `json:"run"` // the run that holds everything that was seen
	Started time.Time     `json:"started"`
	Took    time.Duration `json:"took"`
	Checks  []Check       `json:"checks"`
}

// UnmarshalJSON reads a repetition, also one of before its start had its present name.
func (r *Repetition) UnmarshalJSON(content []byte) error {
	type plain Repetition
	return run.UnmarshalFormer(content, (*plain)(r), map[string]string{"begun": "started"})
}

// Red counts the checks that were red.
func (r Repetition) Red() int {
	red := 0
	for _, c := range r.Checks {
		if c.Red {
			red++
		}
	}
	return red
}

// Soak repeats something until it has been repeated often enough, over as many
// calls of Repeat as it takes.
type Soak struct {
	// Of says what is repeated on what, as Repetition.Of.
	Of string
	// Once is one repetition. An error is one that could not be made or was
	// interrupted, which counts for nothing.
	Once func(ctx context.Context) (Repetition, error)
	// ResultLog is the file that keeps the repetitions; Out takes the progress.
	ResultLog string
	Out       io.Writer
}

// Repeat repeats until there are runs repetitions, those of earlier calls
// included, and returns what they came to. When ctx ends, or a repetition cannot
// be made, it returns what there is, with the error.
func (s Soak) Repeat(ctx context.Context, runs int) (*Result, error) {
	log := resultlog.Log[Repetition]{Path: s.ResultLog}
	done, err := log.All()
	if err != nil {
		return nil, err
	}
	done = slices.DeleteFunc(done, func(r Repetition) bool { return r.Of != s.Of })
	if len(done) > 0 {
		fmt.Fprintf(s.Out, "going on after %d repetitions\n", len(done))
	}
	for len(done) < runs {
		r, err := s.Once(ctx)
		if err != nil {
			return judge(s.Of, done), fmt.Errorf("repetition %d of %d: %w", len(done)+1, runs, err)
		}
		r.Of = s.Of
		if err := log.Add(r); err != nil {
			return judge(s.Of, done), err
		}
		done = append(done, r)
		left := mean(done) * time.Duration(runs-len(done))
		fmt.Fprintf(s.Out, "[%d/%d] %d of %d checks red  %s  about %s left\n",
			len(done), runs, r.Red(), len(r.Checks), r.Took.Round(time.Second), left.Round(time.Second))
	}
	return judge(s.Of, done[:runs]), nil
}

// mean is how long a repetition takes.
func mean(done []Repetition) time.Duration {
	var all time.Duration
	for _, r := range done {
		all += r.Took
	}
	return all / time.Duration(len(done))
}
