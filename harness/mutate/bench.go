package mutate

import (
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"assay.dev/assay/mutants"
)

// Bounds that the median mutant should keep, undo and green check included.
const (
	mostLive  = 20 * time.Second
	mostCloud = 2 * time.Second
)

// Bench is what mutants took, by what they change.
type Bench struct {
	At      time.Time `json:"at"`
	Results []Figure  `json:"figures"`
}

// Figure is what the mutants of some places took, in seconds.
type Figure struct {
	Name   string  `json:"name"`
	Tried  int     `json:"tried"`
	Median float64 `json:"median"`
	Most   float64 `json:"most"`
	Total  float64 `json:"total"`
	// Bound is the most that the median should be.
	Bound float64 `json:"bound"`
}

// WithinBound reports whether the bound is kept.
func (f Figure) WithinBound() bool { return f.Median <= f.Bound }

// Measure reads what results took. list are all mutants, which say what they change.
func Measure(results []Result, list []mutants.Mutant) Bench {
	live, rest := Figure{Name: "live platform", Bound: mostLive.Seconds()}, Figure{Name: "emulated cloud and files", Bound: mostCloud.Seconds()}
	places := map[string]mutants.Place{}
	for _, m := range list {
		places[m.ID] = m.Place()
	}
	var onLive, onRest []float64
	for _, r := range results {
		if places[r.ID] == mutants.OnPlatform {
			onLive = append(onLive, r.Seconds)
		} else {
			onRest = append(onRest, r.Seconds)
		}
	}
	live.add(onLive)
	rest.add(onRest)
	return Bench{At: time.Now().UTC(), Results: []Figure{live, rest}}
}

func (f *Figure) add(seconds []float64) {
	slices.Sort(seconds)
	if f.Tried = len(seconds); f.Tried == 0 {
		return
	}
	f.Median, f.Most = seconds[f.Tried/2], seconds[f.Tried-1]
	for _, s := range seconds {
		f.Total += s
	}
}

// String is a table for people.
func (b Bench) String() string {
	var text strings.Builder
	table := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "mutants of\ttried\tmedian\tbound\tslowest\tall\t")
	for _, f := range b.Results {
		mark := ""
		if !f.WithinBound() {
			mark = "over"
		}
		fmt.Fprintf(table, "%s\t%d\t%.1f s\t%.0f s\t%.1f s\t%.0f s\t%s\n", f.Name, f.Tried, f.Median, f.Bound, f.Most, f.Total, mark)
	}
	_ = table.Flush() // a strings.Builder takes everything
	return text.String()
}
