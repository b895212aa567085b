package platform

import (
	"path/filepath"
	"testing"
)

// TestPlansAreComplete finds a step that waits for one that no plan holds.
func TestPlansAreComplete(t *testing.T) {
	repo, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	p := newPlatform(t)
	p.repo = repo
	for _, images := range []Images{Public, Hermetic} {
		run, err := p.newRun(images)
		if err != nil {
			t.Fatal(err)
		}
		names := map[string]bool{}
		plan := run.plan()
		for _, step := range plan {
			if names[step.Name] {
				t.Errorf("%s: step %q is there twice", images, step.Name)
			}
			names[step.Name] = true
		}
		for _, step := range plan {
			for _, need := range step.Needs {
				if !names[need] {
					t.Errorf("%s: step %q needs %q, which is not there", images, step.Name, need)
				}
			}
		}
	}
}
