package report_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"assay.dev/assay/harness/judge"
	"assay.dev/assay/harness/report/fixture"
)

// TestTextOfRecordsDoesNotAct puts control characters, a change of direction and a
// command of a CI system into everything that a run holds.
func TestTextOfRecordsDoesNotAct(t *testing.T) {
	const acts = "\x1b]0;owned\x07\x1b[2J\r\u009b2J\u202e\n::error::injected"
	r, _ := build(t, fixture.Red)
	path := r.Path("history", "broker-pod-kill", "verdict.json")
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var v judge.Verdict
	if err := json.Unmarshal(content, &v); err != nil {
		t.Fatal(err)
	}
	v.Reasons = append([]string{acts}, v.Reasons...)
	for i := range v.Guarantees {
		v.Guarantees[i].Text += acts
		for j := range v.Guarantees[i].Violations {
			x := &v.Guarantees[i].Violations[j]
			x.ID, x.Text, x.Trace = acts, acts, append(x.Trace, acts)
		}
	}
	if err := judge.SaveVerdict(filepath.Dir(path), &v); err != nil {
		t.Fatal(err)
	}
	edit(t, r, "provisioning", func(g map[string]any) {
		for _, s := range g["SpecReports"].([]any) {
			one := s.(map[string]any)
			one["State"], one["Failure"] = "failed", map[string]any{"Message": acts}
			one["CapturedGinkgoWriterOutput"] = acts
		}
	})
	out := rebuild(t, r)
	if text := strings.Join(out.Reasons, "\n"); !strings.Contains(text, `injected: \u001b]0;owned`) {
		t.Errorf("a line break in an ID has cut its cause:\n%s", text)
	}
	dir := t.TempDir()
	if err := out.Write(dir); err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{"terminal": out.Summary()}
	for _, path := range glob(t, filepath.Join(dir, "*")) {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		texts[filepath.Base(path)] = string(content)
	}
	for name, text := range texts {
		if i := strings.IndexAny(text, "\x1b\x07\r\u009b\u202e"); i >= 0 {
			t.Errorf("%s holds %q", name, text[max(0, i-20):i+20])
		}
		if !strings.Contains(text, "owned") {
			t.Errorf("%s does not show the text at all: this test no longer tests anything", name)
		}
		if name != "terminal" {
			continue
		}
		for line := range strings.Lines(text) {
			if strings.HasPrefix(strings.TrimSpace(line), "::") {
				t.Errorf("a line of %s is a command: %q", name, line)
			}
		}
	}
}
