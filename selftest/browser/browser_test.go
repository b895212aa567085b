// Package browser_test looks at what people look at: the report, and the frontend of
// the platform that is up. It drives a real browser and keeps pictures of both.
//
// With ASSAY_RUN set the frontend and the report of that run are opened, and their
// pictures lie in the run; without, the report of an invented run is all there is
// to look at, and its pictures lie in the folder that ASSAY_SCREENSHOTS names, in none
// that stays if it names none.
package browser_test

import (
	"cmp"
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"assay.dev/assay/harness/runner/browser"
	"assay.dev/assay/harness/runs/run"
	"assay.dev/assay/spec"
	"assay.dev/assay/spec/source"
)

// open opens a page for as long as the test runs. Without a browser the test is
// skipped.
func open(t *testing.T, address string, o browser.Options) *browser.Page {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), specified(t).Timeouts.SteadyState.Duration)
	t.Cleanup(cancel)
	page, err := browser.Open(ctx, address, o)
	if errors.Is(err, browser.ErrMissing) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(page.Close)
	return page
}

// specified is the specification that the run is judged by.
func specified(t *testing.T) *spec.Spec {
	t.Helper()
	s, err := source.Open("")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// joined opens the run that the environment names, nil if it names none.
func joined(t *testing.T) *run.Run {
	t.Helper()
	dir := os.Getenv(run.DirEnv)
	if dir == "" {
		return nil
	}
	r, err := run.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// screenshotsEnv names the folder that keeps pictures of an invented run.
const screenshotsEnv = "ASSAY_SCREENSHOTS"

// picture is where a picture of an invented run is kept. It is not below the checkout by
// itself: the go command does not keep the result of a test that writes there.
func picture(t *testing.T, name string) string {
	t.Helper()
	return filepath.Join(cmp.Or(os.Getenv(screenshotsEnv), t.TempDir()), name)
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
