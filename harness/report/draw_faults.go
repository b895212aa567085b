package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"assay.dev/assay/harness/report/plot"
)

// addFaults shades each fault's window and marks its moments.
func (d *drawing) addFaults(e *Experiment, x plot.Scale) {
	shade := func(from, to Value, kind, title string) {
		if !math.IsNaN(float64(from)) && !math.IsNaN(float64(to)) && to >= from {
			a, b := x.Clamp(float64(from)), x.Clamp(float64(to))
			d.Bands = append(d.Bands, band{a, max(b-a, 1), kind, title})
		}
	}
	note := func(at Value, kind, label string) {
		if !math.IsNaN(float64(at)) {
			d.Marks = append(d.Marks, mark{X: x.Clamp(float64(at)), Kind: kind, Label: label})
		}
	}
	for _, f := range e.Faults {
		start := f.Effective
		if math.IsNaN(float64(start)) {
			start = f.Recovery
		}
		end := f.Recovered
		if math.IsNaN(float64(end)) {
			end = Value(x.To)
		}
		shade(f.Requested, start, "onset", f.Name+": asked for, not yet seen")
		shade(f.Effective, f.Recovery, "fault", f.Name+": in effect")
		shade(f.Recovery, end, "recovery", f.Name+": being removed")
		if math.IsNaN(float64(f.Recovery)) {
			shade(f.Effective, f.KubernetesReady, "recovery", f.Name+": over at once, the platform comes back")
		}
		note(f.Requested, "fault", f.Name)
		note(f.Recovery, "recovery", "recovery")
		if f.FirstFlowing != f.EventsFlowing {
			note(f.FirstFlowing, "ready", "first events")
		}
		for i, at := range []Value{f.KubernetesReady, f.EventsFlowing} {
			label := []string{kubernetesReady, eventsFlowing}[i]
			for _, o := range f.Objectives {
				if o.Name != label || math.IsNaN(float64(o.Took)) {
					continue
				}
				label = fmt.Sprintf("%s %s of %s", o.Name, span(float64(o.Took)), span(o.Limit))
				if !o.Met() {
					label += ": late"
				}
			}
			note(at, "ready", label)
		}
	}
	for _, gap := range e.Timeline.Gaps {
		shade(Value(gap.From), Value(gap.To), "gap", gap.Observer+" saw nothing: "+gap.Why)
	}
	placeLabels(d.Marks)
}

// placeLabels puts the marks' labels into rows above the panels, so that none
// covers another where there is room for that.
func placeLabels(marks []mark) {
	slices.SortStableFunc(marks, func(a, b mark) int { return cmp.Compare(a.X, b.X) })
	const rows = 3
	var ends [rows]float64
	for i := range marks {
		m := &marks[i]
		width := 6.2*float64(len([]rune(m.Label))) + 12
		m.Anchor, m.LabelX = "start", m.X+4
		start := m.X
		if m.X+width > drawWidth {
			m.Anchor, m.LabelX, start = "end", m.X-4, m.X-width
		}
		row := 0
		for r := range rows {
			if ends[r] <= start {
				row = r
				break
			}
			if ends[r] < ends[row] {
				row = r
			}
		}
		ends[row] = start + width
		m.LabelY = 12 + 14*float64(row)
	}
}

// describe says in words what the drawing shows, for those who do not see it.
func (e *Experiment) describe() string {
	parts := []string{fmt.Sprintf("Timeline of %s over %s.", e.Name, span(e.Timeline.Seconds))}
	for _, f := range e.Faults {
		text := fmt.Sprintf("The fault %s was asked for after %s", f.Name, span(float64(f.Requested)))
		if !math.IsNaN(float64(f.Effective)) {
			text += fmt.Sprintf(" and seen after %s", span(float64(f.Effective)))
		}
		for _, o := range f.Objectives {
			if !math.IsNaN(float64(o.Took)) {
				text += fmt.Sprintf("; %s took %s of %s", o.Name, span(float64(o.Took)), span(o.Limit))
			}
		}
		parts = append(parts, text+".")
	}
	return strings.Join(parts, " ")
}
