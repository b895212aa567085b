package host

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"assay.dev/assay/harness/process/inventory"
)

// kernel is a directory in the place of /proc/sys.
func kernel(t *testing.T, values map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, value := range values {
		set(t, root, name, value)
	}
	return root
}

func set(t *testing.T, root, name, value string) {
	t.Helper()
	path := filepath.Join(root, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(value+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
}

func values(t *testing.T, root string) map[string]string {
	t.Helper()
	found := map[string]string{}
	for _, s := range NodeSysctls {
		if value, err := readSysctl(root, s.Name); err == nil {
			found[s.Name] = value
		}
	}
	return found
}

func opened(t *testing.T) *inventory.Inventory {
	t.Helper()
	log, err := inventory.Open(filepath.Join(t.TempDir(), "inventory.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = log.Close() })
	return log
}

// The values from before come back, however often up was killed and started again.
func TestSafetySysctlsAreRestored(t *testing.T) {
	before := map[string]string{"vm/overcommit_memory": "0", "kernel/panic": "0", "kernel/panic_on_oops": "0", "kernel/keys/root_maxkeys": "1000000"}
	root, log := kernel(t, before), opened(t)
	for range 3 { // each up records, then its nodes set the parameters
		if err := recordSysctls(log, root, "boot", NodeSysctls); err != nil {
			t.Fatal(err)
		}
		for name := range before {
			for _, s := range NodeSysctls {
				if s.Name == name {
					set(t, root, name, s.Value)
				}
			}
		}
	}
	var out bytes.Buffer
	if err := restoreSysctls(log, &out, root, "boot", nil); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, values(t, root)); diff != "" {
		t.Error(diff)
	}
	if present, err := log.Present(); err != nil || len(present) > 0 || !strings.Contains(out.String(), "kernel.panic is 0 again") {
		t.Errorf("still recorded: %v (%v); said %q", present, err, out.String())
	}
}

// What somebody else has set since, and what a boot has reset, is not touched.
func TestSafetyOthersSysctlsAreLeft(t *testing.T) {
	for name, c := range map[string]struct{ now, boot, want string }{
		"set by somebody else": {"60", "boot", "is 60: somebody else set it"},
		"after a boot":         {"10", "next boot", ""},
		"never changed":        {"0", "boot", ""},
	} {
		root, log := kernel(t, map[string]string{"kernel/panic": "0"}), opened(t)
		if err := recordSysctls(log, root, "boot", NodeSysctls); err != nil {
			t.Fatal(err)
		}
		set(t, root, "kernel/panic", c.now)
		var out bytes.Buffer
		if err := restoreSysctls(log, &out, root, c.boot, nil); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if now := values(t, root)["kernel/panic"]; now != c.now || !strings.Contains(out.String(), c.want) {
			t.Errorf("%s: it is %s now; said %q", name, now, out.String())
		}
	}
}

// The value of a value that nobody could write stays recorded.
func TestSafetyASysctlThatCannotBeRestoredStaysRecorded(t *testing.T) {
	root, log := kernel(t, map[string]string{"kernel/panic": "0"}), opened(t)
	if err := recordSysctls(log, root, "boot", NodeSysctls); err != nil {
		t.Fatal(err)
	}
	// A directory takes no value, whoever writes.
	if err := os.Remove(filepath.Join(root, "kernel/panic")); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(root, "kernel/panic"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := restoreSysctls(log, &bytes.Buffer{}, root, "boot", nil); err == nil {
		t.Error("no error")
	}
	if present, err := log.Present(); err != nil || len(present) != 1 {
		t.Errorf("recorded are %v (%v)", present, err)
	}
}
