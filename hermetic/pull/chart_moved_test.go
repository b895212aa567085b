package pull

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"
)

// TestChartWhoseTagHasMovedIsCopiedAgain publishes another chart under the tag, then
// takes the registry away.
func TestChartWhoseTagHasMovedIsCopiedAgain(t *testing.T) {
	mirror := mirrorOf(t, plain)
	p := puller(t, mirror)
	read := func() string {
		t.Helper()
		dir, err := p.Chart(t.Context(), io.Discard, chartRef)
		if err != nil {
			t.Fatal(err)
		}
		content, err := os.ReadFile(filepath.Join(dir, "Chart.yaml"))
		if err != nil {
			t.Fatal(err)
		}
		return string(content)
	}
	for _, want := range []string{"name: x", "name: y"} {
		push(t, mirror, chartRef, chart(t, map[string]string{"nginx-ingress/Chart.yaml": want}))
		if got := read(); got != want {
			t.Errorf("the chart is %q, the tag has %q", got, want)
		}
	}
	pulled := p.Pulled()
	if read(); p.Pulled() != pulled {
		t.Error("a chart whose tag has not moved was copied again")
	}
	p.mirror = mirrorOf(t, func(http.Handler) http.Handler { return http.NotFoundHandler() })
	if got := read(); got != "name: y" {
		t.Errorf("without a registry the chart is %q", got)
	}
}
