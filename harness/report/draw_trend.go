package report

import (
	"fmt"
	"math"

	"assay.dev/assay/harness/judge"
	"assay.dev/assay/harness/report/plot"
)

// trendChart has one column per run, its requirements by result.
type trendChart struct {
	Width, Height, Left, Bottom float64
	Ticks                       []tick
	Columns                     []trendColumn
	// Recovery has a line of small bars for each fault that has been tried more
	// than once.
	Recovery []trendLine
}

type trendColumn struct {
	X, Width, Middle float64
	Label, Title     string
	This             bool
	Verdict          Color
	Parts            []trendPart
}

type trendPart struct {
	Y, Height float64
	Result    judge.Result
}

type trendLine struct {
	Fault string
	Bars  []trendBar
	Last  string
	Limit string
}

type trendBar struct {
	X, Y, Height float64
	Late         bool
	Title        string
}

// drawTrend is nil until there are two runs to compare.
func (r *Report) drawTrend() *trendChart {
	if len(r.Trend) < 2 {
		return nil
	}
	const top, height = 14.0, 180.0
	c := &trendChart{Width: drawWidth, Left: 46, Bottom: top + height}
	c.Height = c.Bottom + 34
	most := 0
	for _, p := range r.Trend {
		most = max(most, p.Pass+p.Fail+p.Inconclusive+p.Skipped+p.Waived+p.NotRun)
	}
	y := plot.Scale{From: 0, To: plot.Top(float64(most)), A: c.Bottom, B: top}
	for _, v := range plot.Ticks(y.To, 4) {
		c.Ticks = append(c.Ticks, tick{y.At(v), plot.Number(v)})
	}
	step := math.Min((drawWidth-c.Left-10)/float64(len(r.Trend)), 90)
	for i, p := range r.Trend {
		column := trendColumn{
			X: c.Left + float64(i)*step + step*0.14, Width: step * 0.72, Middle: c.Left + (float64(i)+0.5)*step,
			Label: p.Started.Format("01-02 15:04"), This: p.ID == r.Run.ID, Verdict: p.Verdict,
			Title: fmt.Sprintf("%s, %s: %d passed, %d failed, %d inconclusive, %d skipped, %d waived, %d not run, in %s",
				p.ID, p.Verdict, p.Pass, p.Fail, p.Inconclusive, p.Skipped, p.Waived, p.NotRun, span(p.Seconds)),
		}
		sum := 0
		for _, part := range []struct {
			n      int
			result judge.Result
		}{{p.Pass, judge.Pass}, {p.Waived, Waived}, {p.Skipped, judge.Skipped}, {p.NotRun, judge.NotRun}, {p.Inconclusive, judge.Inconclusive}, {p.Fail, judge.Fail}} {
			if part.n == 0 {
				continue
			}
			upper, lower := y.At(float64(sum+part.n)), y.At(float64(sum))
			column.Parts = append(column.Parts, trendPart{upper, lower - upper, part.result})
			sum += part.n
		}
		c.Columns = append(c.Columns, column)
	}
	c.Recovery = r.recoveryTrend()
	return c
}

// recoveryTrend follows the time until events flowed again from run to run.
func (r *Report) recoveryTrend() []trendLine {
	limits := map[string]float64{}
	for _, e := range r.Experiments {
		for _, f := range e.Faults {
			for _, o := range f.Objectives {
				if o.Name == eventsFlowing {
					limits[f.Name] = o.Limit
				}
			}
		}
	}
	var lines []trendLine
	for _, fault := range sortedKeys(limits) {
		const height = 22.0
		most, seen := limits[fault], 0
		for _, p := range r.Trend {
			if took, ok := p.Recovery[fault]; ok {
				most, seen = math.Max(most, zeroIfNone(took)), seen+1
			}
		}
		if seen < 2 {
			continue
		}
		line := trendLine{Fault: fault, Limit: span(limits[fault]), Last: "–"}
		y := plot.Scale{From: 0, To: most, A: 0, B: height}
		for i, p := range r.Trend {
			took, ok := p.Recovery[fault]
			if !ok {
				continue
			}
			bar := trendBar{X: float64(i) * 8, Height: max(y.At(zeroIfNone(took)), 1), Late: !(float64(took) <= limits[fault]), Title: p.ID + ": not seen"}
			if !math.IsNaN(float64(took)) {
				bar.Title = p.ID + ": " + span(float64(took))
				line.Last = span(float64(took))
			} else {
				bar.Height = height
			}
			bar.Y = height - bar.Height
			line.Bars = append(line.Bars, bar)
		}
		lines = append(lines, line)
	}
	return lines
}
