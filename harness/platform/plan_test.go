package platform

import (
	"path/filepath"
	"strings"
	"testing"

	"assay.dev/assay/harness/process/steps"
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

// TestWhatIsBesideWaitsForTheCompilers holds that suites are compiled when nothing of the
// platform is compiled any more.
func TestWhatIsBesideWaitsForTheCompilers(t *testing.T) {
	repo, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	p := newPlatform(t)
	p.repo = repo
	run, err := p.newRun(t.Context(), Hermetic)
	if err != nil {
		t.Fatal(err)
	}
	plan := withBeside(run.plan(), []steps.Step{{Name: "compile suites"}})
	checkPlan(t, plan)
	needs := map[string][]string{}
	for _, step := range plan {
		needs[step.Name] = step.Needs
	}
	before := map[string]bool{}
	var walk func(name string)
	walk = func(name string) {
		for _, need := range needs[name] {
			if !before[need] {
				before[need] = true
				walk(need)
			}
		}
	}
	walk("compile suites")
	for name := range needs {
		if strings.HasPrefix(name, "compile ") && name != "compile suites" && !before[name] {
			t.Errorf("%s may run beside it", name)
		}
	}
	for _, late := range []string{deployStep, kafkaStep, readyStep} {
		if before[late] {
			t.Errorf("it waits for %s, which waits itself", late)
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
