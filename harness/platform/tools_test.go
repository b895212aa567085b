package platform

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// TestMissingProgramsAreNamed holds that tests leave out what they cannot make, by name,
// and install nothing for it.
func TestMissingProgramsAreNamed(t *testing.T) {
	bin := t.TempDir()
	if err := os.WriteFile(filepath.Join(bin, "java"), []byte("#!/bin/sh\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin)
	if got := missingPrograms("java", "mvn"); !slices.Equal(got, []string{"mvn"}) {
		t.Errorf("%q are missing, want mvn", got)
	}
}
