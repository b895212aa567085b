package platform

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"assay.dev/assay/harness/process/steps"
)

// TestBenchUpDrawsTheLastUp records a plan that fails, as up does, and draws it.
func TestBenchUpDrawsTheLastUp(t *testing.T) {
	p := newPlatform(t)
	var out bytes.Buffer
	if err := p.BenchUp(&out, 80, ""); err == nil || !strings.Contains(err.Error(), "make up") {
		t.Errorf("without a record: %v", err)
	}
	boom := errors.New("boom")
	plan := []steps.Step{
		{Name: "compile", Run: func(context.Context, io.Writer) error { return nil }},
		{Name: "cluster", Needs: []string{"compile"}, Run: func(context.Context, io.Writer) error { return boom }},
	}
	if err := p.executeRecorded(t.Context(), plan, p.timelineFile()); !errors.Is(err, boom) {
		t.Fatalf("%v", err)
	}
	if err := p.BenchUp(&out, 80, ""); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"compile", "cluster (failed)", "up.svg"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in\n%s", want, &out)
		}
	}
	picture, err := os.ReadFile(filepath.Join(p.repo, "artifacts", "bench", "up.svg"))
	if err != nil || !strings.Contains(string(picture), "<svg") {
		t.Errorf("%.80s, %v", picture, err)
	}
	if _, err := os.Stat(filepath.Join(p.repo, "artifacts", "bench", "up.json")); err != nil {
		t.Error(err)
	}
}
