package platform

import (
	"path/filepath"
	"testing"

	"assay.dev/assay/harness/steps"
)

// TestPlansAreComplete finds a step that waits for one that its plan lacks.
func TestPlansAreComplete(t *testing.T) {
	repo, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	p := newPlatform(t)
	p.repo = repo
	for _, images := range []Images{Public, Mirror, Hermetic} {
		run, err := p.newRun(t.Context(), images)
		if err != nil {
			t.Fatal(err)
		}
		t.Run("up "+string(images), func(t *testing.T) { checkPlan(t, run.plan()) })
		for _, environment := range []string{environmentOf(images), okeEnvironment} {
			run.environment = environment
			t.Run("deploy "+string(images)+" "+environment, func(t *testing.T) { checkPlan(t, run.deployPlan("uid")) })
		}
	}
}

func checkPlan(t *testing.T, plan []steps.Step) {
	t.Helper()
	names := map[string]bool{}
	for _, step := range plan {
		if names[step.Name] {
			t.Errorf("step %q is there twice", step.Name)
		}
		names[step.Name] = true
	}
	for _, step := range plan {
		for _, need := range step.Needs {
			if !names[need] {
				t.Errorf("step %q needs %q, which is not there", step.Name, need)
			}
		}
	}
}
