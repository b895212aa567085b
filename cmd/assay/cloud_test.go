package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"assay.dev/assay/spec/source"
)

// TestSafetyTheCloudIsTakenDownFromTheTop: elsewhere the run's directory is not found,
// and nothing would be deleted without a word.
func TestSafetyTheCloudIsTakenDownFromTheTop(t *testing.T) {
	if _, errs, code := assay(t, "cloud", "down"); code != exitRefused || !strings.Contains(errs, "change into") {
		t.Errorf("below the top: exit code %d, %s", code, errs)
	}
	repo, err := repository()
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(repo)
	if out, errs, code := assay(t, "cloud", "down", "--dir", filepath.Join(t.TempDir(), "none")); code != exitGreen || !strings.Contains(out, "nothing to take down") {
		t.Errorf("at the top: exit code %d, %s%s", code, out, errs)
	}
}

// TestCloudMistakesHaveNoVerdict wants an exit code that is neither red nor inconclusive.
func TestCloudMistakesHaveNoVerdict(t *testing.T) {
	repo, err := repository()
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(repo)
	for args, want := range map[string]int{
		"cloud jugde": exitError, "cloud up now": exitError, "cloud judge --set=all": exitRefused, "cloud e2e --target=gke": exitRefused,
		"cloud e2e --target=sim --dir=x": exitRefused,
	} {
		if _, errs, code := assay(t, strings.Fields(args)...); code != want {
			t.Errorf("assay %s: exit code %d, %s", args, code, errs)
		}
	}
}

// TestTheCloudTakesTheSpecificationThatIsNamed: a relative path means the same directory
// in each process that a step starts.
func TestTheCloudTakesTheSpecificationThatIsNamed(t *testing.T) {
	repo, err := repository()
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(repo)
	t.Setenv(source.Env, "")
	out, errs, code := assay(t, "cloud", "tfvars", "--spec", "testdata/shop")
	if code != exitGreen || strings.Contains(out, "todo-vcn") || os.Getenv(source.Env) != filepath.Join(repo, "testdata", "shop") {
		t.Errorf("exit code %d, %s\n%s\nthe specification is %s", code, errs, out, os.Getenv(source.Env))
	}
	if _, errs, code := assay(t, "cloud", "tfvars", "--spec", "nowhere"); code == exitGreen {
		t.Errorf("a specification that is not there: %s", errs)
	}
}
