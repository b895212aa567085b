package tfbinary

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"assay.dev/assay/infra/gobuild"
)

// fixture is a machine with those programs on PATH, and a compiler that writes one.
func fixture(t *testing.T, programs ...string) Options {
	t.Helper()
	bin, module := t.TempDir(), t.TempDir()
	for _, name := range programs {
		if err := os.WriteFile(filepath.Join(bin, name), []byte("#!/bin/sh\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"go.mod", "go.sum"} {
		if err := os.WriteFile(filepath.Join(module, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", bin)
	t.Setenv(ModeEnv, "")
	return Options{Module: module, CacheDir: t.TempDir(), Compile: func(_ context.Context, _ gobuild.Program, out string) error {
		return os.WriteFile(out, []byte("built"), 0o755)
	}}
}

func TestFind(t *testing.T) {
	tests := []struct {
		name, mode string
		programs   []string
		kind       Kind
		built      bool
		err        string
	}{
		{name: "terraform goes first", programs: []string{"terraform", "tofu"}, kind: Terraform},
		{name: "tofu alone will do", programs: []string{"tofu"}, kind: OpenTofu},
		{name: "neither is there", kind: OpenTofu, built: true},
		{name: "the machine's wanted", mode: "machine", programs: []string{"terraform"}, kind: Terraform},
		{name: "the machine's wanted, none is there", mode: "machine", err: "neither terraform nor tofu is on PATH"},
		{name: "a build wanted", mode: "build", programs: []string{"terraform"}, kind: OpenTofu, built: true},
		{name: "an unknown mode", mode: "download", programs: []string{"terraform"}, err: `set it to "machine" or "build"`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			opts := fixture(t, test.programs...)
			t.Setenv(ModeEnv, test.mode)
			got, err := Find(t.Context(), opts)
			if test.err != "" {
				if err == nil || !strings.Contains(err.Error(), test.err) {
					t.Errorf("error is %v, want %q in it", err, test.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if inCache := strings.HasPrefix(got.Path, opts.CacheDir); got.Kind != test.kind || inCache != test.built {
				t.Errorf("got %s at %s; want %s, built %v", got.Kind, got.Path, test.kind, test.built)
			}
		})
	}
}

func TestFailedBuildSaysWhatToInstall(t *testing.T) {
	opts := fixture(t)
	opts.Compile = func(context.Context, gobuild.Program, string) error { return errors.New("module answered 403") }
	_, err := Find(t.Context(), opts)
	if err == nil || !strings.Contains(err.Error(), "403") || !strings.Contains(err.Error(), "terraform/install") {
		t.Errorf("error is %v, want the reason and what to install", err)
	}
}
