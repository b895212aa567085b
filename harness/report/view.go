package report

import (
	"cmp"
	"html/template"
	"slices"

	"assay.dev/assay/harness/judge"
	"assay.dev/assay/spec"
)

// view is the report as the page's template reads it.
type view struct {
	*Report
	Style  template.CSS
	Script template.JS
	Policy string
	// Results are the results that occur, with how often, for the filter.
	Results  []resultCount
	Sections []sectionView
	Headline string
	Chips    []chip
	Bars     []levelBar
	Slowest  []slow
	Matrix   matrix
	Drawings map[string]*drawing
	Recovery *recoveryChart
	History  *trendChart
	Proven   int
	// WithoutMutant is how many MUSTs no mutant breaks.
	WithoutMutant int
}

type resultCount struct {
	Result judge.Result
	N      int
}

// sectionView is a section of the specification with its requirements.
type sectionView struct {
	Name         string
	Levels       []levelView
	Requirements []Requirement
	Passed, All  int
}

type levelView struct {
	Level        spec.Level
	Requirements []Requirement
}

// experimentView is an experiment with its drawing, if it has one.
type experimentView struct {
	Experiment Experiment
	Drawing    *drawing
}

type chip struct{ Name, Value string }

// levelBar is a level with its results as shares of a bar.
type levelBar struct {
	Count
	Parts []barPart
}

type barPart struct {
	Result   judge.Result
	N        int
	X, Width float64 // of 1000
}

type slow struct {
	ID, Name   string
	Seconds    float64
	Width      float64 // of 1000
	SecondsStr string
}

// matrix is which guarantee held in which experiment.
type matrix struct {
	Guarantees []string
	Rows       []matrixRow
}

type matrixRow struct {
	Experiment Experiment
	Cells      []matrixCell
}

type matrixCell struct {
	Guarantee string
	Result    judge.Result // empty: not judged in this experiment
	Text      string
}

func newView(r *Report) *view {
	v := &view{Report: r, Drawings: map[string]*drawing{}}
	byResult := map[judge.Result]int{}
	for _, one := range r.Requirements {
		byResult[one.Result]++
	}
	for _, result := range results {
		if byResult[result] > 0 {
			v.Results = append(v.Results, resultCount{result, byResult[result]})
		}
	}
	for _, section := range r.Coverage.Sections {
		v.Sections = append(v.Sections, newSection(section.Name, r.Requirements))
	}
	for _, e := range r.Experiments {
		v.Drawings[e.Name] = e.draw()
	}
	for _, f := range r.Findings {
		if f.Verdict == "proven" {
			v.Proven++
		}
	}
	if r.Mutation != nil {
		v.WithoutMutant = len(r.Mutation.Without)
	}
	v.Headline, v.Chips, v.Bars = headline(r), chips(r), bars(r.Counts)
	v.Slowest, v.Matrix = slowest(r.Requirements), newMatrix(r.Experiments)
	v.Recovery, v.History = r.drawRecovery(), r.drawTrend()
	return v
}

func newSection(name string, all []Requirement) sectionView {
	s := sectionView{Name: name, Levels: []levelView{{Level: spec.Must}, {Level: spec.Should}, {Level: spec.May}}}
	for _, one := range all {
		if one.Section != name {
			continue
		}
		s.Requirements = append(s.Requirements, one)
		for i := range s.Levels {
			if s.Levels[i].Level == one.Level {
				s.Levels[i].Requirements = append(s.Levels[i].Requirements, one)
			}
		}
		if one.Asked {
			s.All++
			if one.Result == judge.Pass {
				s.Passed++
			}
		}
	}
	return s
}

// chips are the facts that a reader looks for first.
func chips(r *Report) []chip {
	list := []chip{
		{"target", string(r.Run.Target)}, {"images", r.Run.Images}, {"specification", r.Run.Revision},
		{"started", r.Run.Started.UTC().Format("2006-01-02 15:04 UTC")}, {"took", span(r.Run.Seconds)},
		{"commit", r.Reproduce.Commit},
	}
	return slices.DeleteFunc(list, func(c chip) bool { return c.Value == "" })
}

func bars(counts []Count) []levelBar {
	var all []levelBar
	for _, c := range counts {
		bar := levelBar{Count: c}
		if c.Total == 0 {
			continue
		}
		at := 0.0
		for _, part := range []barPart{
			{Result: judge.Pass, N: c.Pass}, {Result: Waived, N: c.Waived}, {Result: judge.Skipped, N: c.Skipped}, {Result: judge.NotRun, N: c.NotRun},
			{Result: judge.Inconclusive, N: c.Inconclusive}, {Result: judge.Fail, N: c.Fail},
		} {
			if part.N == 0 {
				continue
			}
			part.X, part.Width = at, 1000*float64(part.N)/float64(c.Total)
			at += part.Width
			bar.Parts = append(bar.Parts, part)
		}
		all = append(all, bar)
	}
	return all
}

// maxSlow is how many of the slowest requirements the page lists.
const maxSlow = 12

func slowest(all []Requirement) []slow {
	sorted := slices.Clone(all)
	slices.SortStableFunc(sorted, func(a, b Requirement) int { return cmp.Compare(b.Seconds, a.Seconds) })
	var list []slow
	for _, one := range sorted[:min(maxSlow, len(sorted))] {
		if one.Seconds > 0 {
			list = append(list, slow{one.ID, one.Sentence, one.Seconds, 1000 * one.Seconds / sorted[0].Seconds, span(one.Seconds)})
		}
	}
	return list
}

// newMatrix lists guarantees in the order in which they first occur.
func newMatrix(experiments []Experiment) matrix {
	var m matrix
	for _, e := range experiments {
		for _, g := range e.Guarantees {
			if !slices.Contains(m.Guarantees, g.Name) {
				m.Guarantees = append(m.Guarantees, g.Name)
			}
		}
	}
	for _, e := range experiments {
		row := matrixRow{Experiment: e}
		for _, name := range m.Guarantees {
			cell := matrixCell{Guarantee: name}
			for _, g := range e.Guarantees {
				if g.Name == name {
					cell.Result, cell.Text = g.Result, g.Text
				}
			}
			row.Cells = append(row.Cells, cell)
		}
		m.Rows = append(m.Rows, row)
	}
	return m
}
