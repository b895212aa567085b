package build

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"assay.dev/assay/harness/process/steps"
	"assay.dev/assay/hermetic/catalogue"
	"assay.dev/assay/hermetic/store"
)

const repository = "../.."

func builderOf(t *testing.T) *Builder {
	t.Helper()
	list, err := catalogue.Load(repository)
	if err != nil {
		t.Fatal(err)
	}
	cache, err := store.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return New(repository, list, cache)
}

// TestTheStandInsChartsNeedNoJava: an ordinary user renders them, without the
// definitions that Java makes.
func TestTheStandInsChartsNeedNoJava(t *testing.T) {
	b := builderOf(t)
	for _, step := range b.ToolsPlan(ChartSet{StandIns: true}) {
		if strings.Contains(step.Name, strimziCRDs) || strings.Contains(strings.Join(step.Needs, " "), strimziCRDs) {
			t.Errorf("step %q, which needs %v, needs Java", step.Name, step.Needs)
		}
	}
	if !has(b.ToolsPlan(ChartSet{StandIns: true, Definitions: true}), mavenStep(strimziCRDs)) {
		t.Error("no step makes the definitions where they are wanted")
	}
	t.Setenv("PATH", t.TempDir())
	dir := t.TempDir()
	if err := b.copyOwnCharts(t.Context(), io.Discard, dir, false); err != nil {
		t.Fatal(err)
	}
	for name := range ownCharts {
		if _, err := os.Stat(filepath.Join(dir, name, "Chart.yaml")); err != nil {
			t.Errorf("chart %s: %v", name, err)
		}
	}
}

func has(plan []steps.Step, name string) bool {
	for _, step := range plan {
		if step.Name == name {
			return true
		}
	}
	return false
}
