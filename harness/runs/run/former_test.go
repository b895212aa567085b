package run

import (
	"os"
	"path/filepath"
	"testing"

	"assay.dev/assay/spec"
)

// TestARunOfVersion1IsRead reads a run.json whose members have their former names.
func TestARunOfVersion1IsRead(t *testing.T) {
	dir := t.TempDir()
	content := `{"version": 1, "id": "20260101-000000", "begun": "2026-01-01T00:00:00Z", "front": {"http": "127.0.0.1:80"}, "lacks": {"network-loss": "no netem"}}`
	if err := os.WriteFile(filepath.Join(dir, "run.json"), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if r.Version != Version || r.Started.Year() != 2026 || r.Ingress.HTTP != "127.0.0.1:80" || r.Unsupported[spec.Capability("network-loss")] != "no netem" {
		t.Errorf("read as %+v", r)
	}
}

// TestPresentNamesWin holds that a former name replaces nothing.
func TestPresentNamesWin(t *testing.T) {
	var into struct{ Started, Former string }
	if err := UnmarshalFormer([]byte(`{"former": "old", "started": "new"}`), &into, map[string]string{"former": "started"}); err != nil {
		t.Fatal(err)
	}
	if into.Started != "new" {
		t.Errorf("read as %+v", into)
	}
}
