package report_test

import (
	"encoding/xml"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"assay.dev/assay/harness/report/fixture"
	"assay.dev/assay/spec/todo"
)

// outDir, if set, is where TestHTML leaves the page, to look at it.
const outDir = "ASSAY_REPORT_OUT"

func TestHTML(t *testing.T) {
	r, out := build(t, fixture.Red)
	if dir := os.Getenv(outDir); dir != "" {
		if err := out.Write(dir); err != nil {
			t.Fatal(err)
		}
	}
	page, err := out.HTML()
	if err != nil {
		t.Fatal(err)
	}
	root, err := html.Parse(strings.NewReader(string(page)))
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]bool{}
	var fragments []string
	for node := range root.Descendants() {
		if node.Type != html.ElementNode {
			continue
		}
		for _, a := range node.Attr {
			switch {
			case a.Key == "id":
				if ids[a.Val] {
					t.Errorf("the id %s is there twice", a.Val)
				}
				ids[a.Val] = true
			case a.Key == "href" && strings.HasPrefix(a.Val, "#"):
				fragments = append(fragments, a.Val[1:])
			case a.Key == "href" && strings.HasPrefix(a.Val, "diagnostics/"):
			case slices.Contains([]string{"src", "href", "srcset", "action", "data", "poster"}, a.Key):
				t.Errorf("<%s %s=%q> loads something", node.Data, a.Key, a.Val)
			case strings.HasPrefix(a.Key, "on") || a.Key == "style":
				t.Errorf("<%s %s> is stopped by the page's own policy", node.Data, a.Key)
			}
		}
		if slices.Contains([]string{"img", "link", "iframe", "object", "embed", "base"}, node.Data) {
			t.Errorf("there is a <%s>", node.Data)
		}
	}
	for _, fragment := range fragments {
		if !ids[fragment] {
			t.Errorf("a link leads to #%s, which is not there", fragment)
		}
	}
	for _, one := range todo.Must().Requirements {
		if !ids[one.ID] {
			t.Errorf("%s is not there", one.ID)
		}
	}
	for _, part := range []string{"verdict", "requirements", "experiments", "mutants", "findings", "substitutions", "trend", "timings", "reproduce", "experiment-app-pod-kill"} {
		if !ids[part] {
			t.Errorf("the part %s is missing", part)
		}
	}
	for _, name := range []string{"@import", "url(", "fetch(", "XMLHttpRequest", "http-equiv=\"refresh\""} {
		if strings.Contains(string(page), name) {
			t.Errorf("%s could load something", name)
		}
	}
	if err := os.RemoveAll(r.Path()); err != nil {
		t.Fatal(err)
	}
}

// Whatever got into a run is text to the report, never markup or a secret.
func TestHostileInput(t *testing.T) {
	_, out := build(t, fixture.Red)
	dir := t.TempDir()
	if err := out.Write(dir); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"report.json", "junit.xml", "report.html"} {
		content, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(content), fixture.Secret) {
			t.Errorf("%s holds a secret", name)
		}
		if name != "report.json" && strings.Contains(string(content), fixture.Hostile) {
			t.Errorf("%s holds markup that came from the run", name)
		}
	}
	page, err := os.ReadFile(filepath.Join(dir, "report.html"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(page), "&lt;/script&gt;") {
		t.Error("the hostile text is not shown at all: this test no longer tests anything")
	}
}

func TestJUnit(t *testing.T) {
	_, out := build(t, fixture.Red)
	content, err := out.JUnit()
	if err != nil {
		t.Fatal(err)
	}
	type state struct {
		Message string `xml:"message,attr"`
	}
	var root struct {
		XMLName  xml.Name `xml:"testsuites"`
		Tests    int      `xml:"tests,attr"`
		Failures int      `xml:"failures,attr"`
		Errors   int      `xml:"errors,attr"`
		Suites   []struct {
			Name  string `xml:"name,attr"`
			Tests int    `xml:"tests,attr"`
			Cases []struct {
				Name    string `xml:"name,attr"`
				Failure *state `xml:"failure"`
				Error   *state `xml:"error"`
				Skipped *state `xml:"skipped"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	if err := xml.Unmarshal(content, &root); err != nil {
		t.Fatal(err)
	}
	states := map[string]string{}
	tests, failures, errors := 0, 0, 0
	for _, suite := range root.Suites {
		if suite.Tests != len(suite.Cases) {
			t.Errorf("suite %s says %d tests and has %d", suite.Name, suite.Tests, len(suite.Cases))
		}
		for _, c := range suite.Cases {
			id, _, _ := strings.Cut(c.Name, " ")
			states[id] = "pass"
			tests++
			switch {
			case c.Failure != nil:
				states[id] = "failure"
				failures++
			case c.Error != nil:
				states[id] = "error"
				errors++
			case c.Skipped != nil:
				states[id] = "skipped"
			}
		}
	}
	if root.Tests != tests || root.Failures != failures || root.Errors != errors {
		t.Errorf("the head says %d tests, %d failures, %d errors; there are %d, %d, %d", root.Tests, root.Failures, root.Errors, tests, failures, errors)
	}
	for _, one := range todo.Must().Requirements {
		if states[one.ID] == "" {
			t.Errorf("%s has no case", one.ID)
		}
	}
	for id, want := range map[string]string{
		"topic.task-events.exists": "pass", "topic.task-events.partitions": "failure", "fault.dapr-sentry-kill": "error", "event.task-event.specversion": "error", "ingress.certificate": "error",
		"fault.network-delay": "skipped", "network.vcn.name": "skipped", "suite": "error",
	} {
		if states[id] != want {
			t.Errorf("%s is %s, want %s", id, states[id], want)
		}
	}
}
