package soak

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"gonum.org/v1/gonum/stat/distuv"

	"assay.dev/assay/harness/text/visible"
)

// Confidence is that of the bounds.
const Confidence = 0.95

// Rate is how often something was red.
type Rate struct {
	Red  int `json:"red"`
	Runs int `json:"runs"`
	// Rate is Red of Runs. Least and Most bound the true rate, each by itself with
	// the Confidence (Clopper and Pearson, one-sided): without any red, Most is
	// about three by the number of runs.
	Rate  float64 `json:"rate"`
	Least float64 `json:"least"`
	Most  float64 `json:"most"`
}

// rate judges red of runs.
func rate(red, runs int) Rate {
	r := Rate{Red: red, Runs: runs, Most: 1}
	if runs == 0 {
		return r
	}
	r.Rate = float64(red) / float64(runs)
	if red < runs {
		r.Most = distuv.Beta{Alpha: float64(red + 1), Beta: float64(runs - red)}.Quantile(Confidence)
	}
	if red > 0 {
		r.Least = distuv.Beta{Alpha: float64(red), Beta: float64(runs - red + 1)}.Quantile(1 - Confidence)
	}
	return r
}

// Flake is a check that was red in some repetition.
type Flake struct {
	Check string   `json:"check"`
	IDs   []string `json:"ids,omitempty"`
	Rate
	// In names the runs in which it was red, Messages are what it said, each once.
	In       []string `json:"in"`
	Messages []string `json:"messages"`
}

// Result is what repetitions came to.
type Result struct {
	Of         string  `json:"of"`
	Confidence float64 `json:"confidence"`
	// Overall is of repetitions that were not green as a whole, Single of single
	// checks in single repetitions, as if none depended on another.
	Overall Rate    `json:"overall"`
	Single  Rate    `json:"single"`
	Checks  int     `json:"checks"` // different ones
	Flakes  []Flake `json:"flakes"` // the worst first
	// Steady bounds the rate of any one check that was green in all repetitions.
	Steady Rate `json:"steady"`
}

// Others is how many checks were green in all repetitions.
func (r *Result) Others() int { return r.Checks - len(r.Flakes) }

// judge judges repetitions.
func judge(of string, done []Repetition) *Result {
	type tally struct {
		flake Flake
		runs  int
	}
	byName := map[string]*tally{}
	reds, single, red := 0, 0, 0
	for _, r := range done {
		if r.Red() > 0 {
			reds++
		}
		single, red = single+len(r.Checks), red+r.Red()
		for _, c := range r.Checks {
			t := byName[c.Name]
			if t == nil {
				t = &tally{flake: Flake{Check: c.Name, IDs: c.IDs}}
				byName[c.Name] = t
			}
			t.runs++
			if c.Red {
				t.flake.Red++
				t.flake.In = append(t.flake.In, r.Run)
				if !slices.Contains(t.flake.Messages, c.Message) {
					t.flake.Messages = append(t.flake.Messages, c.Message)
				}
			}
		}
	}
	out := &Result{
		Of: of, Confidence: Confidence, Checks: len(byName), Flakes: []Flake{},
		Overall: rate(reds, len(done)), Single: rate(red, single), Steady: rate(0, len(done)),
	}
	for _, t := range byName {
		if t.flake.Red > 0 {
			t.flake.Rate = rate(t.flake.Red, t.runs)
			out.Flakes = append(out.Flakes, t.flake)
		}
	}
	slices.SortFunc(out.Flakes, func(a, b Flake) int {
		return cmp.Or(cmp.Compare(b.Rate.Rate, a.Rate.Rate), cmp.Compare(a.Check, b.Check))
	})
	return out
}

// String is a table for people.
func (r *Result) String() string {
	var text strings.Builder
	table := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	line := func(what string, of Rate) {
		fmt.Fprintf(table, "%s\t%d of %d\t%.3g %%\t%.3g to %.3g %%\t\n", what, of.Red, of.Runs, 100*of.Rate, 100*of.Least, 100*of.Most)
	}
	fmt.Fprintf(table, "what\tred\trate\tbounds (%.0f %%)\t\n", 100*r.Confidence)
	line("repetitions", r.Overall)
	line("single checks", r.Single)
	for _, f := range r.Flakes {
		line(visible.Line(strings.Join(f.IDs, ", ")+" "+shorten(f.Check)), f.Rate)
	}
	line(fmt.Sprintf("each of the %d others", r.Others()), r.Steady)
	_ = table.Flush() // a strings.Builder takes everything
	return text.String()
}

// shorten cuts a check's name to a line's length.
func shorten(name string) string {
	const most = 70
	if len(name) <= most {
		return name
	}
	return strings.ToValidUTF8(name[:most], "") + "…"
}
