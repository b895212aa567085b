package report_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/judge"
	"assay.dev/assay/harness/judge/recording"
	"assay.dev/assay/harness/report"
	"assay.dev/assay/harness/report/fixture"
	"assay.dev/assay/harness/runs/run"
	"assay.dev/assay/spec/schemas"
	"assay.dev/assay/spec/todo"
)

const (
	maxAttribute = 4 << 10
	maxText      = 64 << 10
	maxFile      = 5 << 20
)

// refusedRecord is a task.created of a million bytes with 80,000 members that its schema refuses, one by one.
func refusedRecord(t *testing.T, id, task string) []byte {
	t.Helper()
	var event map[string]any
	if err := json.Unmarshal(todo.Must().Schemas.Examples("task-event")[0].Raw, &event); err != nil {
		t.Fatal(err)
	}
	event["id"], event["type"], event["data"].(map[string]any)["task_id"] = id, "task.created", task
	for i := range 80_000 {
		event[fmt.Sprintf("A%05d", i)] = 0
	}
	raw, err := json.Marshal(event)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestWideRecordsStaySmall(t *testing.T) {
	r, err := fixture.Red(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	o := recording.Small(7)
	o.Faults, o.Rollout = nil, false
	h := recording.Make(o)
	h.Header.Run = r.ID
	n := 0
	for i := range h.Records {
		rec := &h.Records[i]
		if n == 2 || rec.Type != "task.created" || rec.Topic != "task-events" || rec.Invalid != "" {
			continue
		}
		n++
		raw := refusedRecord(t, rec.ID, rec.EventKey)
		digest := sha256.Sum256(raw)
		var invalid *schemas.Invalid
		if err := todo.Must().Schemas.Validate("task-event", raw); !errors.As(err, &invalid) {
			t.Fatalf("the event is not refused: %v", err)
		}
		rec.Invalid, rec.SHA256, rec.Size = invalid.Error(), hex.EncodeToString(digest[:]), len(raw)
	}
	dir := r.Path("history", "wide")
	if err := h.Save(dir); err != nil {
		t.Fatal(err)
	}
	v, err := judge.JudgeDir(dir, recording.Rules())
	if err != nil {
		t.Fatal(err)
	}
	if err := judge.Save(dir, recording.Rules(), v); err != nil {
		t.Fatal(err)
	}
	if v.Result != judge.Fail {
		t.Errorf("the verdict is %s", v.Result)
	}
	edit(t, r, "eventing", func(g map[string]any) { // as the suite tells of a guarantee that is broken
		for _, one := range g["SpecReports"].([]any) {
			if s := one.(map[string]any); strings.HasPrefix(s["LeafNodeText"].(string), "event.envelope") {
				s["State"], s["Failure"] = "failed", map[string]any{"Message": suiteFailure(v, judge.Valid)}
				return
			}
		}
		t.Fatal("the fixture has no event.envelope")
	})
	staysSmall(t, r)
}

// suiteFailure is the text that suites/eventing fails a check with.
func suiteFailure(v *judge.Verdict, name string) string {
	text := ""
	for _, g := range v.Guarantees {
		if g.Name != name {
			continue
		}
		text = fmt.Sprintf("%s, %d evaluated: %s", g.Result, g.Checked, g.Text)
		for _, x := range g.Violations[:min(len(g.Violations), 5)] {
			text += fmt.Sprintf("\n    %s %s: %s\n      %s", x.Class, x.ID, x.Text, strings.Join(x.Trace, "\n      "))
		}
	}
	return name + "\n  expected: pass\n  seen:     " + text + "\n  from:     the judge, from the recorded history"
}

func TestManyViolationsStaySmall(t *testing.T) {
	r, err := fixture.Red(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for n := range 60 {
		name := fmt.Sprintf("experiment-%02d", n)
		h := history.History{Header: history.Header{Version: history.Version, Run: r.ID, Experiment: name, Base: r.Started}}
		dir := r.Path("history", name)
		if err := h.Save(dir); err != nil {
			t.Fatal(err)
		}
		v := &judge.Verdict{Version: judge.VerdictVersion, Run: r.ID, Experiment: name, Result: judge.Fail, Reasons: []string{"delivered: broken"}}
		g := judge.Guarantee{Name: judge.EveryDelivery, Requirements: []string{"flow.delivered"}, Result: judge.Fail, Text: "Broken 20 times.", Checked: 20, Count: 20}
		for i := range 20 {
			x := judge.Violation{Class: judge.Lost, ID: fmt.Sprintf("%02d-%02d", n, i), Text: "it is in Kafka and was never delivered to audit-worker"}
			for line := range 40 {
				x.Trace = append(x.Trace, fmt.Sprintf("%9.3fs delivered to audit-worker, attempt %d: error, and some more words", float64(line), line))
			}
			g.Violations = append(g.Violations, x)
		}
		for _, name := range []string{judge.EveryDelivery, judge.ProcessedAcked, judge.AllEnded, judge.Transitions, judge.NoDuplicates} {
			g.Name = name
			v.Guarantees = append(v.Guarantees, g)
		}
		if err := judge.SaveVerdict(dir, v); err != nil {
			t.Fatal(err)
		}
	}
	staysSmall(t, r)
}

// staysSmall writes the report and judges its files as their readers do.
func staysSmall(t *testing.T, r *run.Run) {
	t.Helper()
	out, err := report.Build(r)
	if err != nil {
		t.Fatal(err)
	}
	if err := out.Write(r.Path()); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{r.Path("junit.xml"), r.Path("report.html")} {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		name, _ := filepath.Rel(r.Path(), path)
		if info.Size() > maxFile {
			t.Errorf("%s has %d bytes, more than %d", name, info.Size(), maxFile)
		}
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(content), "cut: ") {
			t.Errorf("%s does not say what it leaves out", name)
		}
	}
	content, err := os.ReadFile(r.Path("junit.xml"))
	if err != nil {
		t.Fatal(err)
	}
	longestAttribute, longestText := 0, 0
	for d := xml.NewDecoder(bytes.NewReader(content)); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("junit.xml: %v", err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			for _, a := range token.Attr {
				longestAttribute = max(longestAttribute, len(a.Value))
			}
		case xml.CharData:
			longestText = max(longestText, len(token))
		}
	}
	if longestAttribute > maxAttribute {
		t.Errorf("an attribute of junit.xml has %d bytes, more than %d", longestAttribute, maxAttribute)
	}
	if longestText > maxText {
		t.Errorf("a text of junit.xml has %d bytes, more than %d", longestText, maxText)
	}
}
