package report_test

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"assay.dev/assay/harness/judge"
	"assay.dev/assay/harness/report"
	"assay.dev/assay/harness/report/fixture"
	"assay.dev/assay/harness/runs/run"
	"assay.dev/assay/spec"
	"assay.dev/assay/spec/todo"
)

// TestFiveVoicesAgree holds what the terminal, the page, JSON, JUnit and the exit code
// say of a run against each other.
func TestFiveVoicesAgree(t *testing.T) {
	for name, test := range map[string]struct {
		write func(string) (*run.Run, error)
		want  report.Color
		code  int
	}{
		"green":        {fixture.Green, report.Green, 0},
		"red":          {fixture.Red, report.Red, 2},
		"inconclusive": {fixture.Inconclusive, report.Inconclusive, 3},
		"skipped MUST": {fixture.Skipped, report.Inconclusive, 3},
		"nothing run":  {fixture.Nothing, report.Inconclusive, 3},
	} {
		t.Run(name, func(t *testing.T) {
			_, out := build(t, test.write)
			dir := t.TempDir()
			if err := out.Write(dir); err != nil {
				t.Fatal(err)
			}
			voices := map[string]string{
				"terminal":  strings.ToLower(strings.SplitN(out.Summary(), ":", 2)[0]),
				"page":      stamp(t, filepath.Join(dir, "report.html")),
				"json":      jsonVerdict(t, filepath.Join(dir, "report.json")),
				"junit":     junitColor(t, filepath.Join(dir, "junit.xml")),
				"exit code": map[int]string{0: "green", 2: "red", 3: "inconclusive"}[out.ExitCode()],
			}
			for voice, line := range voices {
				if line != string(test.want) {
					t.Errorf("%s says %q, want %s", voice, line, test.want)
				}
			}
			if out.ExitCode() != test.code {
				t.Errorf("exit code %d, want %d", out.ExitCode(), test.code)
			}
			if (len(out.Reasons) == 0) != (test.want == report.Green) || len(out.Reasons) != len(out.Causes) {
				t.Errorf("the reasons are %q", out.Reasons)
			}
		})
	}
}

// stamp is the word that the page opens with.
func stamp(t *testing.T, path string) string {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	root, err := html.Parse(file)
	if err != nil {
		t.Fatal(err)
	}
	for node := range root.Descendants() {
		for _, a := range node.Attr {
			if a.Key == "class" && a.Val == "word" {
				return node.FirstChild.Data
			}
		}
	}
	return ""
}

func jsonVerdict(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var r struct{ Verdict string }
	if err := json.Unmarshal(content, &r); err != nil {
		t.Fatal(err)
	}
	return r.Verdict
}

// junitColor is what a reader of JUnit makes of the file, by its counts and by its
// cases.
func junitColor(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var root struct {
		Failures int `xml:"failures,attr"`
		Errors   int `xml:"errors,attr"`
		Suites   []struct {
			Name  string `xml:"name,attr"`
			Cases []struct {
				Failure *struct{} `xml:"failure"`
				Error   *struct{} `xml:"error"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	if err := xml.Unmarshal(content, &root); err != nil {
		t.Fatal(err)
	}
	verdict := "missing"
	for _, s := range root.Suites {
		if s.Name == "run" && len(s.Cases) == 1 {
			verdict = map[bool]string{true: "green", false: "not green"}[s.Cases[0].Failure == nil && s.Cases[0].Error == nil]
			if s.Cases[0].Failure != nil {
				verdict = "red"
			} else if s.Cases[0].Error != nil {
				verdict = "inconclusive"
			}
		}
	}
	counted := "green"
	if root.Failures > 0 {
		counted = "red"
	} else if root.Errors > 0 {
		counted = "inconclusive"
	}
	if counted != verdict {
		return fmt.Sprintf("%s by its counts and %s by its verdict", counted, verdict)
	}
	return verdict
}

// TestGreenSaysOfWhat wants the coverage in the first line, and the commands for the
// rest.
func TestGreenSaysOfWhat(t *testing.T) {
	r, _ := build(t, fixture.Green)
	const filter = "!chaos || core"
	edit(t, r, "chaos", func(g map[string]any) {
		g["SuiteConfig"] = map[string]any{"LabelFilter": filter}
		for n, s := range g["SpecReports"].([]any) {
			if n >= 8 {
				s.(map[string]any)["State"] = "skipped"
			}
		}
	})
	out := rebuild(t, r)
	exercised := fmt.Sprintf("8 of %d faults exercised", len(todo.Must().Faults))
	first, _, _ := strings.Cut(out.SummaryFor(500), "\n")
	if !out.Green() || !strings.HasPrefix(first, "GREEN: ") || !strings.Contains(first, exercised) {
		t.Errorf("the first line is %q", first)
	}
	want := "make test-chaos LABELS='!(" + filter + ")'"
	if !strings.Contains(out.Summary(), "\n  "+want+"\n") {
		t.Errorf("the command for the rest is not in\n%s", out.Summary())
	}
	page, err := out.HTML()
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(page), exercised) {
		t.Error("the page does not say how many faults were exercised")
	}
	for _, s := range out.Coverage.Sections {
		if s.Selected.N < s.Selected.Of && len(s.Commands) == 0 {
			t.Errorf("no command for the rest of %s", s.Name)
		}
	}
}

// TestQuickIsGreenOfWhatItJudged wants a run of three suites to say in its first line that
// no fault was exercised, and the commands for the rest.
func TestQuickIsGreenOfWhatItJudged(t *testing.T) {
	r, _ := build(t, fixture.Green)
	remove(t, r.Path("ginkgo", "chaos.json"))
	const filter = "!disruptive && !waits"
	edit(t, r, "quotas", func(g map[string]any) {
		g["SuiteConfig"] = map[string]any{"LabelFilter": filter}
		for _, s := range g["SpecReports"].([]any) {
			if one := s.(map[string]any); strings.HasPrefix(one["LeafNodeText"].(string), "quota.rollout") {
				one["State"] = "skipped"
			}
		}
	})
	out := rebuild(t, r, spec.Provisioning, spec.Quotas, spec.Eventing)
	first, _, _ := strings.Cut(out.SummaryFor(500), "\n")
	if !strings.HasPrefix(first, "GREEN: ") || !strings.Contains(first, fmt.Sprintf("0 of %d faults exercised", len(todo.Must().Faults))) || !strings.Contains(first, "partial: not selected: ") {
		t.Errorf("the first line is %q", first)
	}
	for _, command := range []string{"make test-chaos\n", "make test-quotas LABELS='quota.rollout'\n"} {
		if !strings.Contains(out.Summary(), "  "+command) {
			t.Errorf("%q is not in\n%s", command, out.Summary())
		}
	}
}

// TestUnsupportedCapabilitiesCanBeLeftOut wants the one command that selects everything but the
// MUSTs which the target cannot show: skipped, they keep a run from being green.
func TestUnsupportedCapabilitiesCanBeLeftOut(t *testing.T) {
	_, out := build(t, fixture.Green)
	if strings.Contains(out.Summary(), "can be left out") {
		t.Errorf("nothing was skipped:\n%s", out.Summary())
	}
	r, _ := build(t, fixture.Skipped)
	const filter = "!chaos || core"
	for _, suite := range []string{"provisioning", "quotas", "eventing", "chaos"} {
		edit(t, r, suite, func(g map[string]any) { g["SuiteConfig"] = map[string]any{"LabelFilter": filter} })
	}
	out = rebuild(t, r)
	var excluded []string
	for _, one := range out.Requirements {
		if one.Asked && one.Level == spec.Must && one.Result == judge.Skipped {
			excluded = append(excluded, "!"+one.ID)
		}
	}
	want := "\n      make e2e-kind LABELS='(" + filter + ") && " + strings.Join(excluded, " && ") + "'\n"
	if len(excluded) == 0 || !strings.Contains(out.Summary(), want) {
		t.Errorf("%q is not in\n%s", want, out.Summary())
	}
	edit(t, r, "chaos", func(g map[string]any) { g["SuiteConfig"] = map[string]any{} })
	if out = rebuild(t, r); !strings.Contains(out.Summary(), "\n      make test-chaos LABELS='"+strings.Join(excluded, " && ")+"'\n") {
		t.Errorf("the suite chaos without them is not in\n%s", out.Summary())
	}
}

// TestTheRowSaysWhatToChange wants object, field, seen and wanted value.
func TestTheRowSaysWhatToChange(t *testing.T) {
	_, out := build(t, fixture.Red)
	want := report.Change{Object: "task-events", Field: "partitions", Seen: "2", Wanted: "3", From: "kafka broker"}
	one := requirement(t, out, "topic.task-events.partitions")
	if len(one.Changes) != 1 || one.Changes[0] != want {
		t.Errorf("%+v", one.Changes)
	}
	if one := requirement(t, out, "topic.task-events.exists"); len(one.Changes) != 0 {
		t.Errorf("a check that passes wants changes: %+v", one.Changes)
	}
}

// TestNoScore holds that no file gives a number that does not say what to fix.
func TestNoScore(t *testing.T) {
	_, out := build(t, fixture.Red)
	dir := t.TempDir()
	if err := out.Write(dir); err != nil {
		t.Fatal(err)
	}
	texts := []string{out.Summary()}
	for _, path := range glob(t, filepath.Join(dir, "*")) {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, string(content))
	}
	for _, text := range texts {
		for _, word := range []string{"score\":", "the score is", "mutation score", "<th>score</th>"} {
			if strings.Contains(strings.ToLower(text), word) {
				t.Errorf("%q is in a report", word)
			}
		}
	}
}

// TestSummaryFits holds the width of everything but commands, which are copied.
func TestSummaryFits(t *testing.T) {
	_, out := build(t, fixture.Red)
	for _, width := range []int{60, 80} {
		path := filepath.Join("testdata", fmt.Sprintf("summary-%d.txt", width))
		got := out.SummaryFor(width)
		golden(t, path, got)
		for line := range strings.Lines(got) {
			line = strings.TrimSuffix(line, "\n")
			if len([]rune(line)) > width && !strings.HasPrefix(strings.TrimSpace(line), "make ") && !strings.HasPrefix(strings.TrimSpace(line), "go ") {
				t.Errorf("more than %d columns: %s", width, line)
			}
		}
	}
}

// golden compares a text with a file, which -update writes.
func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != got {
		t.Errorf("%s differs; if that is meant, run the test with -update:\n%s", path, got)
	}
}
