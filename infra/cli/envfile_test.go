package cli

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestAShellReadsWhatIsWritten compares this reader with a shell's.
func TestAShellReadsWhatIsWritten(t *testing.T) {
	file := filepath.Join(t.TempDir(), "new", "env")
	want := map[string]string{"ASSAY_A": "/with space/and 'quote'", "ASSAY_B": "$HOME `x` \\", "ASSAY_C": ""}
	if err := writeEnv(file, want); err != nil {
		t.Fatal(err)
	}
	if got, err := readEnv(file); err != nil || !maps.Equal(got, want) {
		t.Errorf("read %q (%v), want %q", got, err, want)
	}
	shell := exec.CommandContext(t.Context(), "sh", "-c", `. "$0" && printf '%s|%s|%s' "$ASSAY_A" "$ASSAY_B" "$ASSAY_C"`, file)
	if out, err := shell.Output(); err != nil || string(out) != want["ASSAY_A"]+"|"+want["ASSAY_B"]+"|" {
		t.Errorf("a shell reads %q (%v)", out, err)
	}
}

func TestOnlyWordsInQuotesAreRead(t *testing.T) {
	if got, err := readEnv(filepath.Join(t.TempDir(), "none")); err != nil || len(got) > 0 {
		t.Errorf("no file is read as %q, %v", got, err)
	}
	for _, line := range []string{"A='x'\n", "export A=x\n", "export A='x\n", "export A='x'y'\n", "export A='x' B='y'\n", "\n", "export A='''\n"} {
		file := filepath.Join(t.TempDir(), "env")
		if err := os.WriteFile(file, []byte(line), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := readEnv(file); err == nil {
			t.Errorf("%q is read as %q", line, got)
		}
	}
}
