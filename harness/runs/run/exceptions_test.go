package run

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"assay.dev/assay/spec"
	"assay.dev/assay/spec/todo"
)

const oneWaiver = "waivers:\n- {requirement: kafka.brokers, reason: ordered, owner: storage, expires: 2027-01-31}\n"

// TestARunHoldsItsWaivers wants a run to have its waivers and accepted skips without the
// file that they came from.
func TestARunHoldsItsWaivers(t *testing.T) {
	path := filepath.Join(t.TempDir(), "our waivers.yaml")
	if err := os.WriteFile(path, []byte(oneWaiver), 0o600); err != nil {
		t.Fatal(err)
	}
	w, err := ReadWaivers(path, todo.Must())
	if err != nil || w == nil || w.File != path || len(w.Entries) != 1 {
		t.Fatalf("%+v, %v", w, err)
	}
	r, err := Create(t.TempDir(), Run{Started: time.Now(), Spec: todo.Must()})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(r.Except(Exceptions{w, []spec.Capability{"stress"}}), os.Remove(path)); err != nil {
		t.Fatal(err)
	}
	again, err := Open(r.Path())
	if err != nil {
		t.Fatal(err)
	}
	found, err := again.Waivers()
	if err != nil || found == nil || found.File != path || len(found.Entries) != 1 || found.Entries[0] != w.Entries[0] {
		t.Errorf("the run holds %+v, %v", found, err)
	}
	if !slices.Equal(again.AcceptSkips, []spec.Capability{"stress"}) {
		t.Errorf("the run accepts %q", again.AcceptSkips)
	}
	other := *w
	other.File = "other.yaml"
	again.Waive(&other)
	if found, err := again.Waivers(); err != nil || found.File != "other.yaml" {
		t.Errorf("others are in force: %+v, %v", found, err)
	}
	if err := os.Remove(r.Path("waivers.yaml")); err != nil {
		t.Fatal(err)
	}
	damaged, err := Open(r.Path())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := damaged.Waivers(); err == nil || !strings.Contains(err.Error(), "waivers.yaml") {
		t.Errorf("a run whose waivers are gone: %v", err)
	}
}

// TestARunWithoutExceptionsIsAsBefore wants nothing of waivers in its files.
func TestARunWithoutExceptionsIsAsBefore(t *testing.T) {
	r, err := Create(t.TempDir(), Run{Started: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Except(Exceptions{}); err != nil {
		t.Fatal(err)
	}
	if w, err := r.Waivers(); w != nil || err != nil {
		t.Errorf("it has waivers: %+v, %v", w, err)
	}
	content, err := os.ReadFile(r.Path("run.json"))
	if _, missing := os.Stat(r.Path("waivers.yaml")); err != nil || missing == nil || strings.Contains(string(content), "aiver") || strings.Contains(string(content), "accept") {
		t.Errorf("%v, %v\n%s", err, missing, content)
	}
}

func TestAFileOfWaiversThatCannotBeReadSaysWhatToDo(t *testing.T) {
	dir := t.TempDir()
	broken := filepath.Join(dir, "broken.yaml")
	if err := os.WriteFile(broken, []byte("waivers:\n- requirement: kafka.brokers\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string][]string{
		filepath.Join(dir, "none.yaml"): {"none.yaml", "no such file", "--waivers", WaiversEnv},
		broken:                          {broken + `:2: missing key "waivers[0].reason"`},
		dir:                             {"is a directory", "--waivers"},
	} {
		_, err := ReadWaivers(path, todo.Must())
		if err == nil {
			t.Errorf("%s was read", path)
			continue
		}
		for _, text := range want {
			if !strings.Contains(err.Error(), text) {
				t.Errorf("%s: %q does not say %q", path, err, text)
			}
		}
	}
}
