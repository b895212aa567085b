package session

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"assay.dev/assay/harness/process/childenv"
	"assay.dev/assay/harness/runner/browser"
	"assay.dev/assay/harness/runs/run"
	"assay.dev/assay/hermetic/host"
	"assay.dev/assay/spec/source"
)

// platformEnv is the caller's variable by which the test finds the platform.
var platformEnv = []string{"ASSAY_PLATFORM"}

// SmokeTest opens the run's report and the frontend of the platform that is up in a
// browser, as people will, and keeps pictures of both in the run. It installs the browser
// where it can; where it cannot it says so and tests nothing.
func (s Session) SmokeTest(ctx context.Context, r *run.Run, out io.Writer) error {
	log, err := os.Create(r.Path("smoke.log"))
	if err != nil {
		return fmt.Errorf("browser smoke test: %w", err)
	}
	defer func() { _ = log.Close() }()
	if err := browser.Install(ctx, log); errors.Is(err, browser.ErrMissing) {
		fmt.Fprintln(out, "browser smoke test skipped: no browser:", err)
		return nil
	} else if err != nil {
		return err
	}
	var output bytes.Buffer // what fails is shown at once: the log may be on a machine that is gone
	err = host.Run(ctx, io.MultiWriter(log, &output), host.Command{
		Dir: s.Dir, Env: childenv.Make(map[string]string{run.DirEnv: r.Path(), source.Env: r.Path("spec")}, platformEnv),
		Args: []string{"go", "test", "-count=1", "./selftest/browser", "-run", "^(TestFrontend|TestReportOfTheRun)$", "-v"},
	})
	if err != nil {
		return fmt.Errorf("the frontend or the report do not look right in a browser: %w\n%s\nfull log: %s", err, failures(output.String()), log.Name())
	}
	fmt.Fprintln(out, "pictures of the report and the frontend:", r.Path("screenshots"))
	return nil
}

// failures are the last lines of what go test printed.
func failures(output string) string {
	lines := strings.Split(strings.TrimSpace(output), "\n")
	return strings.Join(lines[max(0, len(lines)-20):], "\n")
}
