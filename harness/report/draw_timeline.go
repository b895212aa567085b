package report

import (
	"fmt"
	"math"
	"strings"

	"assay.dev/assay/harness/report/plot"
)

// Sizes of a timeline's drawing, in pixels of its own coordinates.
const (
	drawWidth   = 1080.0
	drawLeft    = 190.0 // room for the names of pods
	drawRight   = 20.0
	drawTop     = 64.0 // room for the marks' labels
	panelHeight = 78.0
	panelGap    = 30.0
	laneHeight  = 16.0
	axisHeight  = 26.0
)

// drawing is a timeline as the page shows it.
type drawing struct {
	Name                        string
	Width, Height, Left, Right  float64
	Bottom                      float64 // where the axis is
	BandTop, BandHeight         float64 // what is shaded for a fault
	Panels                      []panel
	Lanes                       []laneRow
	LanesTop                    float64
	Steady                      int
	Bands                       []band
	Marks                       []mark
	Ticks                       []tick
	Readout                     readout
	Description                 string
	GapList                     []Gap
	HasLanes, HasMarks, HasGaps bool
}

// panel is one plot of a timeline.
type panel struct {
	Title, Unit     string
	Top, Bottom     float64
	Ticks           []tick
	Curves          []curveLine
	Empty           bool
	LegendX, TitleY float64
}

type curveLine struct {
	Number      int // the look of the line
	Name        string
	Line, Shade string
	LegendX     float64
}

type tick struct {
	At    float64
	Label string
}

// band is a time that is shaded through all panels.
type band struct {
	X, Width float64
	Kind     string // fault, onset, recovery or gap
	Title    string
}

// mark is a moment with a label above the panels.
type mark struct {
	X, LabelX, LabelY float64
	Kind              string
	Label             string
	Anchor            string
}

type laneRow struct {
	Name  string
	Y     float64
	Spans []laneSpan
}

type laneSpan struct {
	X, Width     float64
	State, Title string
}

// readout is what the page's script needs to tell values under the pointer.
type readout struct {
	Left    float64        `json:"left"`
	Right   float64        `json:"right"`
	Seconds float64        `json:"seconds"`
	Width   float64        `json:"width"`
	Panels  []readoutPanel `json:"panels"`
}

type readoutPanel struct {
	Title  string `json:"title"`
	Unit   string `json:"unit"`
	Curves Series `json:"curves"`
}

// draw lays an experiment's timeline out.
func (e *Experiment) draw() *drawing {
	t := e.Timeline
	if t == nil {
		return nil
	}
	d := &drawing{
		Name: e.Name, Width: drawWidth, Left: drawLeft, Right: drawWidth - drawRight,
		Steady: t.Steady, GapList: t.Gaps,
		Readout: readout{Left: drawLeft, Right: drawWidth - drawRight, Seconds: t.Seconds, Width: t.Width},
	}
	x := plot.Scale{From: 0, To: max(t.Seconds, 0.001), A: d.Left, B: d.Right}
	top := drawTop
	for _, p := range []struct {
		title, unit string
		series      Series
	}{
		{"latency", "ms", t.Latency},
		{"throughput", "events/s", t.Throughput},
		{"consumer lag", "records", t.Lag},
		{"errors", "per second", t.Errors},
	} {
		d.Panels = append(d.Panels, newPanel(p.title, p.unit, p.series, x, t.Width, top))
		d.Readout.Panels = append(d.Readout.Panels, readoutPanel{p.title, p.unit, p.series})
		top += panelHeight + panelGap
	}
	d.LanesTop = top - panelGap + 26
	d.addLanes(t, x)
	d.Height = d.Bottom + axisHeight
	d.BandTop, d.BandHeight = drawTop-10, d.Bottom-drawTop+10
	for _, v := range plot.Times(t.Seconds, 10) {
		d.Ticks = append(d.Ticks, tick{x.At(v), span(v)})
	}
	d.addFaults(e, x)
	d.Description = e.describe()
	d.HasLanes, d.HasMarks, d.HasGaps = len(d.Lanes) > 0, len(d.Marks) > 0, len(d.GapList) > 0
	return d
}

func newPanel(title, unit string, series Series, x plot.Scale, width, top float64) panel {
	p := panel{Title: title, Unit: unit, Top: top, Bottom: top + panelHeight, TitleY: top - 7, Empty: true}
	most := 0.0
	for _, c := range series {
		for _, v := range c.Values {
			if !math.IsNaN(float64(v)) {
				most, p.Empty = max(most, float64(v)), false
			}
		}
	}
	y := plot.Scale{From: 0, To: plot.Top(most), A: p.Bottom, B: p.Top}
	for _, v := range plot.Ticks(y.To, 3) {
		p.Ticks = append(p.Ticks, tick{y.At(v), plot.Number(v)})
	}
	legend := drawLeft
	for i, c := range series {
		// The bins reach a little beyond the last entry.
		bins := plot.Scale{From: 0, To: width * float64(len(c.Values)), A: x.A, B: x.At(width * float64(len(c.Values)))}
		values := make([]float64, len(c.Values))
		for j, v := range c.Values {
			values[j] = float64(v)
		}
		line := curveLine{Number: i%5 + 1, Name: c.Name, Line: plot.Line(bins, y, values), LegendX: legend}
		if len(series) == 1 || i == len(series)-1 && title == "latency" {
			line.Shade = plot.Area(bins, y, values)
		}
		p.Curves = append(p.Curves, line)
		legend += 34 + 6.6*float64(len([]rune(c.Name)))
	}
	return p
}

func (d *drawing) addLanes(t *Timeline, x plot.Scale) {
	d.Bottom = d.LanesTop - 26 + 8
	if len(t.Pods) == 0 {
		return
	}
	for i, lane := range t.Pods {
		row := laneRow{Name: shortPod(lane.Pod), Y: d.LanesTop + float64(i)*laneHeight}
		for _, s := range lane.Spans {
			title := fmt.Sprintf("%s: %s from %s to %s", lane.Pod, s.State, span(s.From), span(s.To))
			if s.Restarts > 0 {
				title += fmt.Sprintf(", restarted %d times", s.Restarts)
			}
			row.Spans = append(row.Spans, laneSpan{
				X: x.At(s.From), Width: max(x.At(s.To)-x.At(s.From), 1), State: s.State, Title: title,
			})
		}
		d.Lanes = append(d.Lanes, row)
	}
	d.Bottom = d.LanesTop + float64(len(t.Pods))*laneHeight + 6
}

// shortPod is a pod's name without its namespace, cut in the middle of what is
// too long for the margin.
func shortPod(pod string) string {
	_, name, _ := strings.Cut(pod, "/")
	const limit = 27
	if runes := []rune(name); len(runes) > limit {
		return string(runes[:limit-8]) + "…" + string(runes[len(runes)-7:])
	}
	return name
}
