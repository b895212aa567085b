package report

import (
	"math"

	"assay.dev/assay/harness/report/plot"
)

// recoveryChart compares what recovery took with what it may take, by fault.
type recoveryChart struct {
	Width, Height, Left, Bottom float64
	Ticks                       []tick
	Rows                        []recoveryRow
}

type recoveryRow struct {
	Fault, Experiment string
	Y                 float64
	Bars              []recoveryBar
}

type recoveryBar struct {
	Y, X, Width, Limit, LabelX float64
	Kind                       string // ready or flowing
	Met                        bool
	Label, Title               string
}

// drawRecovery is nil for a run in which nothing recovered.
func (r *Report) drawRecovery() *recoveryChart {
	const rowHeight, barHeight, top = 40.0, 13.0, 24.0
	c := &recoveryChart{Width: drawWidth, Left: 230}
	most := 0.0
	for _, e := range r.Experiments {
		for _, f := range e.Faults {
			for _, o := range f.Objectives {
				most = math.Max(most, math.Max(o.Limit, zeroIfNone(o.Took)))
			}
		}
	}
	if most == 0 {
		return nil
	}
	x := plot.Scale{From: 0, To: most, A: c.Left, B: drawWidth - 90}
	for _, e := range r.Experiments {
		for _, f := range e.Faults {
			if len(f.Objectives) == 0 {
				continue
			}
			row := recoveryRow{Fault: f.Name, Experiment: e.Name, Y: top + rowHeight*float64(len(c.Rows))}
			for i, o := range f.Objectives {
				bar := recoveryBar{
					Y: row.Y + 4 + float64(i)*(barHeight+3), X: x.A, Limit: x.At(o.Limit), Met: o.Met(),
					Kind: []string{"ready", "flowing"}[i%2], Label: "not seen", LabelX: x.A + 5,
					Title: f.Name + ": " + o.Name + " within " + span(o.Limit),
				}
				if !math.IsNaN(float64(o.Took)) {
					bar.Width = max(x.At(float64(o.Took))-x.A, 2)
					bar.Label, bar.LabelX = span(float64(o.Took)), x.A+bar.Width+5
					bar.Title += ", took " + bar.Label
				}
				row.Bars = append(row.Bars, bar)
			}
			c.Rows = append(c.Rows, row)
		}
	}
	c.Bottom = top + rowHeight*float64(len(c.Rows))
	c.Height = c.Bottom + axisHeight
	for _, v := range plot.Times(most, 8) {
		c.Ticks = append(c.Ticks, tick{x.At(v), span(v)})
	}
	return c
}

func zeroIfNone(v Value) float64 {
	if math.IsNaN(float64(v)) {
		return 0
	}
	return float64(v)
}
