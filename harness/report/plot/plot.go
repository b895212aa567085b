// Package plot does the geometry of the report's drawings: it turns values into
// coordinates and paths of SVG. It draws nothing and knows nothing of reports.
package plot

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Scale maps the values From to To to the coordinates A to B in a straight line.
type Scale struct{ From, To, A, B float64 }

// At is the coordinate of a value, rounded to a tenth: no screen shows more.
// A scale of one value maps everything to A.
func (s Scale) At(v float64) float64 {
	if s.To == s.From {
		return s.A
	}
	return round1(s.A + (v-s.From)/(s.To-s.From)*(s.B-s.A))
}

// Clamp is the coordinate of a value, at the nearest end for one outside.
func (s Scale) Clamp(v float64) float64 { return s.At(min(max(v, s.From), s.To)) }

func round1(v float64) float64 { return math.Round(v*10) / 10 }

// steps are what a round number may be a multiple of, within a power of ten.
var steps = []float64{1, 2, 5, 10}

// Top is the smallest round number that is not less than v, 1 for nothing.
func Top(v float64) float64 {
	if v <= 0 {
		return 1
	}
	power := math.Pow(10, math.Floor(math.Log10(v)))
	for _, step := range []float64{1, 1.5, 2, 3, 4, 5, 6, 8, 10} {
		if step*power >= v*(1-1e-12) {
			return step * power
		}
	}
	return 10 * power
}

// Ticks are round numbers from 0 to at most to, about as many as asked for.
func Ticks(to float64, about int) []float64 {
	if to <= 0 || about < 1 {
		return []float64{0}
	}
	rough := to / float64(about)
	power := math.Pow(10, math.Floor(math.Log10(rough)))
	step := 10 * power
	for _, s := range steps {
		if s*power >= rough {
			step = s * power
			break
		}
	}
	var ticks []float64
	for i := 0; float64(i)*step <= to*(1+1e-9); i++ {
		ticks = append(ticks, float64(i)*step)
	}
	return ticks
}

// moments are the steps, in seconds, in which people count time.
var moments = []float64{0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400}

// Times are like Ticks, in steps in which people count seconds and minutes.
func Times(to float64, about int) []float64 {
	step := moments[len(moments)-1]
	for _, s := range moments {
		if s*float64(about) >= to {
			step = s
			break
		}
	}
	var ticks []float64
	for i := 0; float64(i)*step <= to*(1+1e-9); i++ {
		ticks = append(ticks, float64(i)*step)
	}
	return ticks
}

// Line is the path through values that are evenly spaced, the i-th at the middle
// of the i-th part of the scale x. It breaks where a value is NaN; a value
// between two such is drawn as a short dash, so that it shows at all.
func Line(x, y Scale, values []float64) string {
	var b strings.Builder
	part := (x.To - x.From) / float64(max(len(values), 1))
	pen := false
	for i, v := range values {
		if math.IsNaN(v) {
			pen = false
			continue
		}
		command := "L"
		if !pen {
			command = "M"
		}
		at := x.At(x.From + (float64(i)+0.5)*part)
		fmt.Fprintf(&b, "%s%s %s", command, text(at), text(y.Clamp(v)))
		alone := !pen && (i+1 == len(values) || math.IsNaN(values[i+1]))
		if alone {
			b.WriteString("h2")
		}
		pen = true
	}
	return b.String()
}

// Area is the surface between the values and the scale's From, without the
// values that are NaN.
func Area(x, y Scale, values []float64) string {
	var b strings.Builder
	part := (x.To - x.From) / float64(max(len(values), 1))
	for i := 0; i < len(values); i++ {
		if math.IsNaN(values[i]) {
			continue
		}
		start := i
		for i+1 < len(values) && !math.IsNaN(values[i+1]) {
			i++
		}
		fmt.Fprintf(&b, "M%s %s", text(x.At(x.From+(float64(start)+0.5)*part)), text(y.At(y.From)))
		for j := start; j <= i; j++ {
			fmt.Fprintf(&b, "L%s %s", text(x.At(x.From+(float64(j)+0.5)*part)), text(y.Clamp(values[j])))
		}
		fmt.Fprintf(&b, "L%s %sZ", text(x.At(x.From+(float64(i)+0.5)*part)), text(y.At(y.From)))
	}
	return b.String()
}

func text(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// Number writes a number in few characters: 0.25, 3.1, 42, 1.2k, 3M.
func Number(v float64) string {
	for _, unit := range []struct {
		size float64
		name string
	}{{1e9, "G"}, {1e6, "M"}, {1e3, "k"}} {
		if math.Abs(v) >= unit.size {
			return short(v/unit.size) + unit.name
		}
	}
	return short(v)
}

func short(v float64) string {
	decimals := 0
	switch size := math.Abs(v); {
	case size == 0 || size >= 100:
	case size >= 10:
		decimals = 1
	case size >= 1:
		decimals = 2
	default:
		decimals = 3
	}
	written := strconv.FormatFloat(v, 'f', decimals, 64)
	if strings.Contains(written, ".") {
		written = strings.TrimRight(strings.TrimRight(written, "0"), ".")
	}
	return written
}
