package timeline

import (
	"fmt"
	"html"
	"slices"
	"strings"
	"time"

	"assay.dev/assay/harness/report/plot"
)

// Measures of the picture, in pixels.
const (
	rowHeight, barHeight  = 18, 12
	labelWidth, barsWidth = 260, 760
	sideWidth, headHeight = 190, 56
)

// SVG draws the timeline: a bar for each step, those of the critical path dark, with what
// each took and used, and how much longer it could have taken without a later end.
func (t *Timeline) SVG() string {
	var b strings.Builder
	width, height := labelWidth+barsWidth+sideWidth, headHeight+rowHeight*len(t.Steps)+12
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" font-family="sans-serif" font-size="11">`+"\n", width, height, width, height)
	fmt.Fprintf(&b, `<rect width="%d" height="%d" fill="#fff"/>`+"\n", width, height)
	fmt.Fprintf(&b, `<text x="8" y="18" font-size="13">%s</text>`+"\n", html.EscapeString(t.title()))
	fmt.Fprintf(&b, `<text x="8" y="34" fill="#555">dark: what the end waited for; pale: how much longer a step could have taken; CPU: of the programs that a step started</text>`+"\n")
	x := plot.Scale{From: 0, To: max(t.Seconds, t.end()), A: labelWidth, B: labelWidth + barsWidth}
	for _, tick := range plot.Times(x.To, 10) {
		fmt.Fprintf(&b, `<path d="M%g %dV%d" stroke="#ddd"/><text x="%g" y="%d" fill="#777" text-anchor="middle">%s</text>`+"\n",
			x.At(tick), headHeight-4, height-8, x.At(tick), headHeight-8, clock(tick))
	}
	slack := t.Slack()
	critical := t.Critical()
	for i, s := range t.Steps {
		on := slices.ContainsFunc(critical, func(l Link) bool { return l.Name == s.Name })
		t.row(&b, x, headHeight+rowHeight*i, s, slack[s.Name], on)
	}
	b.WriteString("</svg>\n")
	return b.String()
}

// row draws a step.
func (t *Timeline) row(b *strings.Builder, x plot.Scale, y int, s Step, slack float64, critical bool) {
	fill := "#9db8d2"
	if critical {
		fill = "#1f4e79"
	}
	if s.Failed {
		fill = "#b3261e"
	}
	bar := func(from, to float64, fill string) {
		fmt.Fprintf(b, `<rect x="%g" y="%d" width="%g" height="%d" fill="%s"/>`, x.At(from), y+2, max(x.At(to)-x.At(from), 1), barHeight, fill)
	}
	fmt.Fprintf(b, `<g><title>%s</title><text x="%d" y="%d" text-anchor="end">%s</text>`,
		html.EscapeString(fmt.Sprintf("%s: started %s, took %.1f s, %.1f CPU s, could have taken %.1f s longer", s.Name, clock(s.Started), s.Took, s.CPU, slack)),
		labelWidth-8, y+barHeight, html.EscapeString(s.Name))
	if slack >= 0.5 {
		bar(s.End(), s.End()+slack, "#eef2f6")
	}
	bar(s.Started, s.End(), fill)
	fmt.Fprintf(b, `<text x="%d" y="%d" fill="#333">%.1f s, %.1f CPU s</text></g>`+"\n", labelWidth+barsWidth+10, y+barHeight, s.Took, s.CPU)
}

// title says what the picture shows.
func (t *Timeline) title() string {
	text := fmt.Sprintf("%d steps in %s", len(t.Steps), clock(t.Seconds))
	if !t.Started.IsZero() {
		text += ", started " + t.Started.UTC().Format(time.RFC3339)
	}
	if cpu := t.CPU(); t.Processors > 0 && cpu > 0 {
		text += fmt.Sprintf("; %.0f CPU s, on %d processors %s", cpu, t.Processors, clock(cpu/float64(t.Processors)))
	}
	return text
}

// end is when the last step ended.
func (t *Timeline) end() float64 {
	end := 0.0
	for _, s := range t.Steps {
		end = max(end, s.End())
	}
	return end
}

func duration(seconds float64) time.Duration { return time.Duration(seconds * float64(time.Second)) }
