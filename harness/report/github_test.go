package report_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"assay.dev/assay/harness/report/fixture"
)

func TestGitHub(t *testing.T) {
	_, out := build(t, fixture.Red)
	summary := filepath.Join(t.TempDir(), "summary.md")
	t.Setenv("GITHUB_STEP_SUMMARY", summary)
	var printed bytes.Buffer
	t.Setenv("GITHUB_ACTIONS", "")
	if err := out.GitHub(&printed); err != nil || printed.Len() != 0 {
		t.Errorf("outside of a job: %q, %v", &printed, err)
	}
	t.Setenv("GITHUB_ACTIONS", "true")
	if err := out.GitHub(&printed); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"::error file=suites/provisioning/behaviour_test.go,line=61,title=topic.task-events.partitions::topic.task-events.partitions: fail: expected topic task-events",
		"%0Amake test-provisioning FOCUS='topic.task-events.partitions'\n", "more causes are in report.html\n",
	} {
		if !strings.Contains(printed.String(), want) {
			t.Errorf("%q is not in\n%s", want, &printed)
		}
	}
	if n := strings.Count(printed.String(), "\n::") + 1; n != 11 {
		t.Errorf("%d commands, want 10 causes and how many more", n)
	}
	for line := range strings.Lines(printed.String()) {
		if !strings.HasPrefix(line, "::error ") && !strings.HasPrefix(line, "::warning ") {
			t.Errorf("text of the run has begun a line: %q", line)
		}
	}
	content, err := os.ReadFile(summary)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"## assay: red", "| MUST | ", "**inconclusive** fault.dapr-sentry-kill", "&lt;/script&gt;"} {
		if !strings.Contains(string(content), want) {
			t.Errorf("%q is not in\n%s", want, content)
		}
	}
}
