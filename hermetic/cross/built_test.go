//go:build cross

package cross

import (
	"debug/elf"
	"debug/macho"
	"os"
	"path/filepath"
	"testing"
)

// TestCommandsAreForTheirMachines reads the headers of what `make cross` has compiled.
func TestCommandsAreForTheirMachines(t *testing.T) {
	mac, err := macho.Open(filepath.Join(repository, "bin", "darwin-arm64", "assay"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = mac.Close() }()
	if mac.Cpu != macho.CpuArm64 || mac.Type != macho.TypeExec {
		t.Errorf("the command for macOS is a %s of %s", mac.Type, mac.Cpu)
	}
	for _, name := range arm64Programs(t) {
		program, err := elf.Open(filepath.Join(repository, "bin", "linux-arm64", name))
		if err != nil {
			t.Error(err)
			continue
		}
		if program.Machine != elf.EM_AARCH64 || program.Type != elf.ET_EXEC {
			t.Errorf("%s is a %s for %s", name, program.Type, program.Machine)
		}
		for _, part := range program.Progs {
			if part.Type == elf.PT_INTERP {
				t.Errorf("%s needs a C library, which its image has not", name)
			}
		}
		_ = program.Close()
	}
}

// arm64Programs are the command and the programs of images.
func arm64Programs(t *testing.T) []string {
	t.Helper()
	programs := []string{"assay"}
	for name := range imagePrograms(t) {
		programs = append(programs, name)
	}
	if _, err := os.Stat(filepath.Join(repository, "bin", "linux-arm64")); err != nil {
		t.Fatalf("%v: `make cross` compiles them", err)
	}
	return programs
}
