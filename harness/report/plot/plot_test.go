package plot

import (
	"math"
	"slices"
	"testing"
)

func TestScale(t *testing.T) {
	s := Scale{From: 0, To: 10, A: 100, B: 0} // upside down, as screens are
	for v, want := range map[float64]float64{0: 100, 5: 50, 10: 0, 12: -20} {
		if got := s.At(v); got != want {
			t.Errorf("At(%v) is %v, want %v", v, got, want)
		}
	}
	if got := s.Clamp(12); got != 0 {
		t.Errorf("Clamp(12) is %v, want 0", got)
	}
	if got := (Scale{From: 3, To: 3, A: 7, B: 9}).At(3); got != 7 {
		t.Errorf("a scale of one value maps to %v, want 7", got)
	}
}

func TestTop(t *testing.T) {
	for v, want := range map[float64]float64{0: 1, -3: 1, 1: 1, 1.2: 1.5, 7: 8, 42: 50, 100: 100, 0.023: 0.03, 950: 1000} {
		if got := Top(v); math.Abs(got-want) > 1e-9 {
			t.Errorf("Top(%v) is %v, want %v", v, got, want)
		}
	}
}

func TestTicks(t *testing.T) {
	for _, test := range []struct {
		to    float64
		about int
		want  []float64
	}{
		{10, 5, []float64{0, 2, 4, 6, 8, 10}},
		{1, 2, []float64{0, 0.5, 1}},
		{90, 4, []float64{0, 50}},
		{0, 4, []float64{0}},
	} {
		if got := Ticks(test.to, test.about); !slices.Equal(got, test.want) {
			t.Errorf("Ticks(%v, %d) is %v, want %v", test.to, test.about, got, test.want)
		}
	}
}

func TestTimes(t *testing.T) {
	if got, want := Times(240, 10), []float64{0, 30, 60, 90, 120, 150, 180, 210, 240}; !slices.Equal(got, want) {
		t.Errorf("Times of four minutes are %v, want %v", got, want)
	}
	if got := Times(0, 10); !slices.Equal(got, []float64{0}) {
		t.Errorf("Times of nothing are %v", got)
	}
}

func TestPathsBreakWhereNothingWasMeasured(t *testing.T) {
	x, y := Scale{0, 4, 0, 40}, Scale{0, 10, 10, 0}
	values := []float64{1, 2, math.NaN(), 4}
	if got, want := Line(x, y, values), "M5 9L15 8M35 6h2"; got != want {
		t.Errorf("Line is %q, want %q", got, want)
	}
	if got, want := Area(x, y, values), "M5 10L5 9L15 8L15 10ZM35 10L35 6L35 10Z"; got != want {
		t.Errorf("Area is %q, want %q", got, want)
	}
	if got := Line(x, y, nil); got != "" {
		t.Errorf("a line without values is %q", got)
	}
}

func TestNumber(t *testing.T) {
	for v, want := range map[float64]string{0: "0", 0.25: "0.25", 3.14159: "3.14", 42.04: "42", 512.4: "512", 1200: "1.2k", 3e6: "3M", 1e9: "1G", 200: "200"} {
		if got := Number(v); got != want {
			t.Errorf("Number(%v) is %q, want %q", v, got, want)
		}
	}
}
