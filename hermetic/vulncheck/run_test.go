package vulncheck

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// tool writes a govulncheck that keeps how it was called, and says of each module what
// the test wants.
func tool(t *testing.T, script string) (path, calls string) {
	t.Helper()
	dir := t.TempDir()
	path, calls = filepath.Join(dir, "govulncheck"), filepath.Join(dir, "calls")
	text := "#!/bin/sh\necho \"$PWD: $*\" >>" + calls + "\n" + script
	if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
	return path, calls
}

const nothing = `echo '{"config": {"scanner_name": "govulncheck"}}'` + "\n"

func TestRunLooksAtEveryModule(t *testing.T) {
	where, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	// What is accepted is found; besides, something in the graph of Dapr.
	finds := func(id string) string {
		return `echo '{"finding": {"osv": "` + id + `", "trace": [{"module": "m", "package": "p", "function": "F\u001b[2J"}]}}'`
	}
	path, calls := tool(t, nothing+"case $PWD in\n*/kube) "+finds("GO-2026-5653")+";;\n*/dapr) "+finds("GO-2026-0001")+";;\n"+
		"*/tools/helmfile|*/provider|*/tofu) "+finds("GO-2026-6061")+";;\nesac\n")
	var out bytes.Buffer
	err = Check{Root: where, Tool: path, Database: "file:///db", Out: &out}.Run(t.Context())
	if !errors.Is(err, ErrRed) || !strings.Contains(err.Error(), "hermetic/modules/dapr") || strings.Contains(err.Error(), "kube") {
		t.Errorf("error %v", err)
	}
	if !strings.Contains(out.String(), "RED GO-2026-0001") || strings.Contains(out.String(), "RED GO-2026-5653") || strings.Contains(out.String(), "\x1b") {
		t.Errorf("printed\n%s", &out)
	}
	content, err := os.ReadFile(calls)
	if err != nil {
		t.Fatal(err)
	}
	modules, err := Modules(where)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range modules {
		if want := filepath.Join(where, m.Dir) + ": -format json -db file:///db " + strings.Join(m.Packages, " "); !strings.Contains(string(content), want+"\n") {
			t.Errorf("%s was not looked at by %q:\n%s", m.Dir, want, content)
		}
	}
}

func TestRunSaysWhatItCouldNotLookAt(t *testing.T) {
	where, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	path, calls := tool(t, "echo no database >&2; exit 1\n")
	err = Check{Root: where, Tool: path, Out: &bytes.Buffer{}}.Run(t.Context())
	if err == nil || errors.Is(err, ErrRed) || !strings.Contains(err.Error(), "no database") {
		t.Errorf("error %v", err)
	}
	if content, err := os.ReadFile(calls); err != nil || strings.Contains(string(content), "-db") {
		t.Errorf("called as %s, %v", content, err)
	}
	stale, _ := tool(t, nothing)
	if err := (Check{Root: where, Tool: stale, Out: &bytes.Buffer{}}).Run(t.Context()); !errors.Is(err, ErrRed) {
		t.Errorf("nothing of the list is reached, and the error is %v", err)
	}
}
