package gobuild

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestSafetyTheCallersGoSettingsDoNotChangeABuild builds a program that prints what
// was built, with each setting that would build another one or none.
func TestSafetyTheCallersGoSettingsDoNotChangeABuild(t *testing.T) {
	module := t.TempDir()
	for name, content := range map[string]string{
		"go.mod":     "module example.com/built\n\ngo 1.24\n",
		"main.go":    "package main\n\nvar built = \"ours\"\n\nfunc main() { print(built) }\n",
		"hostile.go": "//go:build hostile\n\npackage main\n\nfunc init() { built = \"hostile\" }\n",
	} {
		if err := os.WriteFile(filepath.Join(module, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	other := t.TempDir()
	workspace, config := filepath.Join(other, "go.work"), filepath.Join(other, "env")
	for file, content := range map[string]string{workspace: "go 1.24\n", config: "GOFLAGS=-tags=hostile\n"} {
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, value := range map[string]string{
		"NONE": "", "GOFLAGS": "-tags=hostile", "GOWORK": workspace, "GOENV": config, "GOOS": "plan9", "GOARCH": "386", "GO111MODULE": "off",
		"GOROOT_FINAL": "/nowhere", "GOEXPERIMENT": "hostile",
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv(name, value)
			out := filepath.Join(t.TempDir(), "built")
			if err := goBuild(t.Context(), Program{Module: module}, out); err != nil {
				t.Fatal(err)
			}
			output, err := exec.CommandContext(t.Context(), out).CombinedOutput()
			if err != nil || string(output) != "ours" {
				t.Errorf("built is %q (%v)", output, err)
			}
		})
	}
}
