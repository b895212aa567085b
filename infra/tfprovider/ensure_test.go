package tfprovider

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"assay.dev/assay/infra/gobuild"
	"assay.dev/assay/infra/tfbinary"
)

// fixture is a wrapper module with a compiler that writes a small file, on a
// machine that has terraform and no registry.
func fixture(t *testing.T) Options {
	t.Helper()
	t.Setenv(ModeEnv, "")
	source := t.TempDir()
	for _, name := range append([]string{"main.go"}, runnerFiles...) {
		file := filepath.Join(source, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o700), os.WriteFile(file, []byte(name), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	return Options{
		SourceDir: source, Checkout: source,
		CacheDir:  t.TempDir(),
		Reachable: func(context.Context) bool { return false },
		Terraform: func(context.Context) (tfbinary.Binary, error) {
			return tfbinary.Binary{Path: "/usr/bin/terraform", Kind: tfbinary.Terraform}, nil
		},
		Compile: func(_ context.Context, _ gobuild.Program, out string) error {
			return os.WriteFile(out, []byte("provider"), 0o755)
		},
	}
}

func TestEnsureMakesAMirrorForBothPrograms(t *testing.T) {
	opts := fixture(t)
	// Several may make the same one.
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			if _, err := Ensure(t.Context(), opts); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	got, err := Ensure(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	if got.Source != Build || got.Locked || filepath.Base(got.Runner) != "assay-terratest" || got.Terraform.Path != "/usr/bin/terraform" {
		t.Errorf("source %q, locked %v, terraform %v; want a build without the lock file", got.Source, got.Locked, got.Terraform)
	}
	config, err := os.ReadFile(got.Env["TF_CLI_CONFIG_FILE"])
	if err != nil {
		t.Fatal(err)
	}
	mirror := filepath.Dir(got.Env["TF_CLI_CONFIG_FILE"])
	for _, host := range []string{terraformHost, openTofuHost} {
		for _, word := range []string{mirror, host + "/oracle/oci"} {
			if !strings.Contains(string(config), word) {
				t.Errorf("the configuration does not name %s:\n%s", word, config)
			}
		}
		provider := filepath.Join(mirror, mirrored(host), filepath.Base(got.Binary))
		if content, err := os.ReadFile(provider); err != nil || string(content) != "provider" {
			t.Errorf("%s holds %q (%v), want the provider", provider, content, err)
		}
	}
}

func TestRegistryPinsForTerraformAlone(t *testing.T) {
	opts := fixture(t)
	t.Setenv(ModeEnv, string(Registry))
	for _, kind := range []tfbinary.Kind{tfbinary.Terraform, tfbinary.OpenTofu} {
		opts.Terraform = func(context.Context) (tfbinary.Binary, error) { return tfbinary.Binary{Kind: kind}, nil }
		got, err := Ensure(t.Context(), opts)
		if err != nil {
			t.Fatal(err)
		}
		if want := kind == tfbinary.Terraform; got.Locked != want || got.Source != Registry || filepath.Base(got.Runner) != "assay-terratest" {
			t.Errorf("%s: locked is %v from %s, want %v; run by %q", kind, got.Locked, got.Source, want, got.Runner)
		}
	}
}

func TestSource(t *testing.T) {
	tests := []struct {
		name, mode string
		kind       tfbinary.Kind
		reachable  bool
		want       Source
		wantErr    bool
	}{
		{name: "registry answers", reachable: true, want: Registry},
		{name: "registry answers, but pins nothing", kind: tfbinary.OpenTofu, reachable: true, want: Build},
		{name: "registry silent", want: Build},
		{name: "forced registry", mode: "registry", want: Registry},
		{name: "forced build", mode: "build", reachable: true, want: Build},
		{name: "unknown mode", mode: "cache", wantErr: true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if test.kind == "" {
				test.kind = tfbinary.Terraform
			}
			got, err := choose(t.Context(), test.mode, test.kind, func(context.Context) bool { return test.reachable })
			if (err != nil) != test.wantErr || got != test.want {
				t.Errorf("got %q, %v; want %q, error %v", got, err, test.want, test.wantErr)
			}
		})
	}
}
