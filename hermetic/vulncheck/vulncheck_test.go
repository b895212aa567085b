package vulncheck

import (
	"errors"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const root = "../.."

// output is govulncheck's, cut to what is read: one vulnerability that is called, one
// that is imported, one of the module alone.
const output = `{"config": {"protocol_version": "v1.0.0", "scanner_name": "govulncheck"}}
{"progress": {"message": "Scanning"}}
{"osv": {"id": "GO-2026-0001", "summary": "called"}}
{"osv": {"id": "GO-2026-0002", "summary": "imported"}}
{"osv": {"id": "GO-2026-0003", "summary": "required"}}
{"osv": {"id": "GO-2026-0004", "summary": "of something else"}}
{"finding": {"osv": "GO-2026-0001", "fixed_version": "v1.2.0", "trace": [{"module": "m", "version": "v1.0.0"}]}}
{"finding": {"osv": "GO-2026-0001", "fixed_version": "v1.2.0", "trace": [{"module": "m", "version": "v1.0.0", "package": "m/p"}]}}
{"finding": {"osv": "GO-2026-0001", "fixed_version": "v1.2.0", "trace": [{"module": "m", "version": "v1.0.0", "package": "m/p", "receiver": "*T", "function": "F"}, {"module": "ours", "package": "ours", "function": "main"}]}}
{"finding": {"osv": "GO-2026-0003", "trace": [{"module": "n", "version": "v0.1.0"}]}}
{"finding": {"osv": "GO-2026-0002", "trace": [{"module": "n", "version": "v0.1.0", "package": "n/q"}]}}
`

func TestRead(t *testing.T) {
	got, err := Read(strings.NewReader(output))
	want := []Finding{
		{"GO-2026-0001", "m/p.*T.F", "m", "v1.0.0", "v1.2.0", "called"},
		{"GO-2026-0002", "", "n", "v0.1.0", "", "imported"},
		{"GO-2026-0003", "", "n", "v0.1.0", "", "required"},
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("error %v (-want +got):\n%s", err, diff)
	}
	if none, err := Read(strings.NewReader(`{"config": {"scanner_name": "govulncheck"}}`)); err != nil || len(none) != 0 {
		t.Errorf("nothing was found: %v, %v", none, err)
	}
	for name, text := range map[string]string{"empty": "", "other JSON": "{}", "no JSON": "govulncheck: no database", "cut off": output[:len(output)-9]} {
		if _, err := Read(strings.NewReader(text)); !errors.Is(err, ErrOutput) {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

func TestJudge(t *testing.T) {
	called, other, imported := Finding{ID: "GO-2026-0001", Called: "f"}, Finding{ID: "GO-2026-0002", Called: "g"}, Finding{ID: "GO-2026-0003"}
	accepted := []Accepted{
		{"GO-2026-0002", "m", "why"}, {"GO-2026-0001", "another", "why"},
		{"GO-2026-0003", "m", "imported only"}, {"GO-2026-0009", "m", "gone"},
	}
	got := Judge(Module{Dir: "m"}, []Finding{called, other, imported}, accepted)
	want := Verdict{Module: Module{Dir: "m"}, New: []Finding{called}, Accepted: []Finding{other}, Unreached: []Finding{imported}, Stale: accepted[2:]}
	if diff := cmp.Diff(want, got); diff != "" || !got.Red() {
		t.Errorf("red %v (-want +got):\n%s", got.Red(), diff)
	}
	if v := Judge(Module{Dir: "m"}, []Finding{other, imported}, accepted[:1]); v.Red() {
		t.Errorf("red without need: %+v", v)
	}
	if v := Judge(Module{Dir: "m"}, nil, accepted[3:]); !v.Red() {
		t.Error("an entry that is stale is not red")
	}
}

// Every module of the repository is looked at, or is no module of its own.
func TestEveryModuleIsLookedAt(t *testing.T) {
	modules, err := Modules(root)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, m := range modules {
		got = append(got, m.Dir)
		if len(m.Packages) == 0 {
			t.Errorf("no package of %s is looked at", m.Dir)
		}
	}
	out, err := exec.CommandContext(t.Context(), "git", "-C", root, "ls-files", "*go.mod").Output()
	if err != nil {
		t.Skip("this is no checkout: ", err)
	}
	// They stand in for modules that helmfile asks for, and are compiled as a part of it.
	parts := []string{"tools/helmfile/getter", "tools/helmfile/vals"}
	for file := range strings.FieldsSeq(string(out)) {
		dir := filepath.Dir(file)
		if !slices.Contains(got, dir) && !slices.Contains(parts, dir) && !strings.Contains(dir, "testdata") {
			t.Errorf("module %s is not looked at: %q", dir, got)
		}
	}
}

func TestListIsWellFormed(t *testing.T) {
	modules, err := Modules(root)
	if err != nil {
		t.Fatal(err)
	}
	if list, err := LoadAccepted(root, modules); err != nil || len(list) == 0 {
		t.Errorf("%d entries, %v", len(list), err)
	}
	for name, text := range map[string]string{
		"no reason":         "accepted: [{id: GO-2026-0001, module: .}]",
		"no such module":    "accepted: [{id: GO-2026-0001, module: x, why: y}]",
		"no ID":             "accepted: [{id: CVE-2026-1, module: ., why: y}]",
		"twice":             "accepted: [{id: GO-2026-0001, module: ., why: y}, {id: GO-2026-0001, module: ., why: z}]",
		"an unknown member": "accepted: [{id: GO-2026-0001, module: ., why: y, until: z}]",
		"another list":      "allowed: []",
	} {
		if _, err := parseAccepted([]byte(text), modules); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
