package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"assay.dev/assay/harness/experiment"
	"assay.dev/assay/harness/platform"
	"assay.dev/assay/harness/report"
	"assay.dev/assay/harness/runs/run"
	"assay.dev/assay/spec/todo"
)

// assay runs a command and returns what it printed and its exit code.
func assay(t *testing.T, args ...string) (out, errs string, code int) {
	t.Helper()
	var o, e bytes.Buffer
	command := root()
	command.SetArgs(args)
	command.SetOut(&o)
	command.SetErr(&e)
	code = execute(t.Context(), command, &e)
	return o.String(), e.String(), code
}

// TestTyposFail wants the nearest right name and an exit code, before anything else.
func TestTyposFail(t *testing.T) {
	for args, want := range map[string]struct {
		code int
		text string
	}{
		"tset":                             {exitError, `did you mean "assay test"`},
		"spec adit":                        {exitError, `did you mean "assay spec audit"`},
		"test quotes":                      {exitError, `did you mean "quotas"`},
		"soak --suite evnting":             {exitError, `did you mean "eventing"`},
		"test --focsu=x":                   {exitError, `did you mean "--focus"`},
		"replay helthy":                    {exitError, `did you mean "healthy"`},
		"report lost-evnt":                 {exitError, `did you mean "lost-event"`},
		"bench chaos lost-evnt":            {exitError, `did you mean "lost-event"`},
		"test --focus=kafka.topic":         {exitError, `did you mean "kafka.topics"`},
		"test --labels=kafka.topik":        {exitError, `did you mean "kafka.topics"`},
		"e2e --focus=KFK-999":              {exitError, "docs/ids.md"},
		"test quotas --focus=kafka.topics": {exitError, "assay test provisioning --focus kafka.topics"},
		"mutate --only=quota.todo-app.cpu-requests-quota-tootht": {exitError, "there is no mutant"},
		"up now":               {exitError, "unknown command"},
		"test --focus=(":       {exitRefused, "regular expression"},
		"e2e --focus=[a-":      {exitRefused, "regular expression"},
		"soak --labels=MUST&&": {exitRefused, "label filter"},
		"mutate --sample=-3":   {exitRefused, "one requirement at least"},
		"mutate --sample=0":    {exitRefused, "one requirement at least"},
		"mutate --only=[":      {exitRefused, "no pattern"},
		"soak --runs=0":        {exitRefused, "once at least"},
		"chaos --duration=-1s": {exitRefused, "for some time"},
	} {
		start := time.Now()
		_, errs, code := assay(t, strings.Fields(args)...)
		if code != want.code || !strings.Contains(errs, want.text) {
			t.Errorf("assay %s: exit code %d, %q; want %d, %q", args, code, errs, want.code, want.text)
		}
		if took := time.Since(start); took > 20*time.Second {
			t.Errorf("assay %s took %s: something was compiled", args, took)
		}
	}
}

func TestExitCodes(t *testing.T) {
	wrapped := fmt.Errorf("judge: %w", errRed)
	for _, test := range []struct {
		err  error
		want int
	}{
		{nil, exitGreen}, {errors.New("x"), exitError}, {errRed, exitRed}, {wrapped, exitRed}, {errInconclusive, exitInconclusive},
		{errors.Join(errRed, errInconclusive), exitRed}, {errors.Join(errRed, errors.New("x")), exitError},
		{refuse("no"), exitRefused}, {fmt.Errorf("test: %w", refuse("no")), exitRefused},
		{fmt.Errorf("%w: 2 of 3 survived", errRed), exitRed}, {errors.Join(errors.Join(errRed, errors.New("x"))), exitError},
		{fmt.Errorf("suites: %w", errors.Join(errRed, errors.New("x"))), exitError},
		{soakError(nil, errInconclusive, 0), exitInconclusive}, {soakError(nil, errInconclusive, 1), exitRed},
		{soakError(nil, nil, 0), exitGreen}, {soakError(errors.New("x"), errRed, 1), exitError}, {soakError(nil, errors.New("x"), 1), exitError},
		{chaosError(nil), exitGreen}, {chaosError(errors.New("x")), exitError},
		{chaosError(errors.Join(errors.Join(fmt.Errorf("%w; the shortest", experiment.ErrRed)))), exitRed},
		{chaosError(errors.Join(fmt.Errorf("%w; the shortest", experiment.ErrRed), errors.New("x"))), exitError},
	} {
		if got := exitCode(test.err); got != test.want {
			t.Errorf("%v: %d, want %d", test.err, got, test.want)
		}
	}
}

// TestReplayOfTheDemos wants the same verdict from every file and the exit code, and a
// checkout that nothing was written into.
func TestReplayOfTheDemos(t *testing.T) {
	repo, err := repository()
	if err != nil {
		t.Fatal(err)
	}
	before := status(t, repo)
	for name, want := range map[string]struct {
		color report.Color
		code  int
	}{"healthy": {report.Green, exitGreen}, "lost-event": {report.Red, exitRed}} {
		out, _, code := assay(t, "replay", name)
		if code != want.code || !strings.Contains(out, "\n"+strings.ToUpper(string(want.color))+": ") {
			t.Errorf("replay %s: exit code %d\n%s", name, code, out)
		}
		out, _, code = assay(t, "replay", name, "--json")
		var r report.Report
		if err := json.Unmarshal([]byte(out), &r); err != nil || r.Verdict != want.color || code != want.code {
			t.Errorf("replay %s --json: %s, exit code %d, %v", name, r.Verdict, code, err)
		}
		written, err := report.Read(filepath.Join(repo, replayDir, r.Run.ID, report.Name))
		if err != nil || written.Verdict != want.color {
			t.Errorf("report.json of %s: %v", name, err)
		}
		if _, _, code := assay(t, "report", name); code == exitError {
			t.Errorf("report %s: exit code %d", name, code)
		}
	}
	if after := status(t, repo); after != before {
		t.Errorf("git status was\n%s\nand is\n%s", before, after)
	}
}

func status(t *testing.T, repo string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "git", "-C", repo, "status", "--porcelain", "--", "docs", "harness", "suites").Output()
	if err != nil {
		t.Skip("this is no git checkout: ", err)
	}
	return string(out)
}

// TestAForeignRunStaysInside replays runs whose id somebody else has written.
func TestAForeignRunStaysInside(t *testing.T) {
	repo, err := repository()
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"../../../escaped-by-id", "", ".", "..", "a/b", "/tmp/x"} {
		dir := t.TempDir()
		if err := os.CopyFS(dir, os.DirFS(filepath.Join(repo, "docs/runs/healthy"))); err != nil {
			t.Fatal(err)
		}
		rewrite(t, filepath.Join(dir, "run.json"), "id", id)
		for _, command := range []string{"replay", "report", "bench chaos", "record-demo"} {
			_, errs, code := assay(t, append(strings.Fields(command), dir)...)
			if code != exitError || !strings.Contains(errs, "run.json") {
				t.Errorf("%s of id %q: exit code %d, %s", command, id, code, errs)
			}
		}
	}
	if _, err := os.Stat(filepath.Join(repo, "..", "escaped-by-id")); err == nil {
		t.Error("a report is outside of the checkout")
	}
}

// rewrite sets a member of a JSON object in a file.
func rewrite(t *testing.T, path, key string, value any) {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var object map[string]any
	if err := json.Unmarshal(content, &object); err != nil {
		t.Fatal(err)
	}
	object[key] = value
	if content, err = json.Marshal(object); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestJSON(t *testing.T) {
	for _, args := range [][]string{{"spec", "audit", "--json"}, {"runs", "--json"}, {"version", "--json"}} {
		out, errs, code := assay(t, args...)
		if code != exitGreen || !json.Valid([]byte(out)) {
			t.Errorf("assay %v: exit code %d, %s\n%s", args, code, errs, out)
		}
	}
	for _, name := range []string{"doctor", "report", "replay", "coverage"} {
		command, _, err := root().Find([]string{name})
		if err != nil || command.Flags().Lookup("json") == nil {
			t.Errorf("%s has no --json (%v)", name, err)
		}
	}
}

// TestDoctorJSON wants each finding as a member of a list, as the doctor found it: a text
// with a mark or a line break in it stays one text.
func TestDoctorJSON(t *testing.T) {
	findings := []platform.Finding{
		{OK: true, Text: "2 processors"}, {OK: true, Text: "modules are missing", Fix: "install them\n✗ or not"}, {Text: "3 GB of memory", Fix: "give more"},
	}
	for _, n := range []int{1, 2, 3} {
		var out bytes.Buffer
		err := doctorJSON(&out, findings[:n])
		var read []platform.Finding
		if broken := json.Unmarshal(out.Bytes(), &read); broken != nil || !slices.Equal(read, findings[:n]) {
			t.Errorf("%+v, %v", read, broken)
		}
		if (err != nil) != (n == 3) || n == 3 && !errors.Is(err, platform.ErrPrerequisites) {
			t.Errorf("%d findings: %v", n, err)
		}
	}
}

// TestHeldSaysWhatIsLeft wants to know where to look, what is still broken and how to go on.
func TestHeldSaysWhatIsLeft(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	p, err := platform.New(t.TempDir(), todo.Must(), io.Discard, false)
	if err != nil {
		t.Fatal(err)
	}
	for fault, want := range map[string]string{
		"broker-pod-kill": "The fault broker-pod-kill is still in place", "": "was removed before it was judged",
	} {
		var out bytes.Buffer
		err := printPaused(&out, p, t.TempDir(), &run.Progress{Name: "fault.broker-pod-kill x", IDs: []string{"fault.broker-pod-kill"}, Fault: fault})
		if exitCode(err) != exitRed {
			t.Errorf("%v", err)
		}
		for _, text := range []string{want, "fault.broker-pod-kill x", "export KUBECONFIG=", "make heal", "bin/assay test --labels 'fault.broker-pod-kill'"} {
			if !strings.Contains(out.String(), text) {
				t.Errorf("%q is not in\n%s", text, &out)
			}
		}
	}
}

// TestCompletion completes suites, runs, mutants, requirements and faults.
func TestCompletion(t *testing.T) {
	for args, want := range map[string]string{
		"test qu":               "quotas",
		"replay heal":           "healthy",
		"mutate --only quo":     "quota.todo-app.cpu-requests",
		"test --focus kafka.to": "kafka.topics",
		"test --focus broker":   "broker-pod-kill",
		"soak --suite ch":       "chaos",
	} {
		out, _, _ := assay(t, append([]string{"__completeNoDesc"}, strings.Fields(args)...)...)
		if !strings.Contains(out, want) {
			t.Errorf("%q completes to\n%s", args, out)
		}
	}
}

// TestTablesFit holds the tables for terminals of 60 and 80 columns.
func TestTablesFit(t *testing.T) {
	runs := []listed{
		{ID: "20260302-140509", Started: time.Date(2026, 3, 2, 14, 5, 9, 0, time.UTC), Target: "kind", Verdict: "inconclusive", Path: filepath.Join(platform.RunsDir, "20260302-140509")},
		{ID: "20261125-004222", Started: time.Date(2026, 11, 25, 0, 42, 22, 0, time.UTC), Target: "kind", Path: "docs/runs/healthy"},
	}
	findings, err := report.Findings(todo.Must())
	if err != nil {
		t.Fatal(err)
	}
	for _, width := range []int{60, 80} {
		for name, print := range map[string]func(io.Writer) error{
			"runs":  func(out io.Writer) error { return printRuns(out, width, runs) },
			"audit": func(out io.Writer) error { return printAudit(out, width, findings, true) },
		} {
			var out bytes.Buffer
			if err := print(&out); err != nil {
				t.Fatal(err)
			}
			for line := range strings.Lines(out.String()) {
				if n := len([]rune(strings.TrimSuffix(line, "\n"))); n > width {
					t.Errorf("%s: %d columns of %d: %s", name, n, width, line)
				}
			}
			golden(t, fmt.Sprintf("testdata/%s-%d.txt", name, width), out.String())
		}
	}
}

// updateEnv set to anything writes the golden files again.
const updateEnv = "ASSAY_UPDATE_GOLDEN"

func golden(t *testing.T, path, got string) {
	t.Helper()
	if os.Getenv(updateEnv) != "" {
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(got), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil || string(want) != got {
		t.Errorf("%s differs (%v); if that is meant, set %s:\n%s", path, err, updateEnv, got)
	}
}

// TestNoColor holds that nothing but text is printed.
func TestNoColor(t *testing.T) {
	t.Setenv("NO_COLOR", "1")
	out, errs, _ := assay(t, "replay", "lost-event")
	if strings.Contains(out+errs, "\x1b") {
		t.Errorf("%q", out+errs)
	}
}
