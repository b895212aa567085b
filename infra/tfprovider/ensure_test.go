package tfprovider

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// fixture is a wrapper module with a compiler that writes a small file and counts.
func fixture(t *testing.T) (Options, *atomic.Int32) {
	t.Helper()
	source := t.TempDir()
	for _, name := range sources {
		if err := os.WriteFile(filepath.Join(source, name), []byte(name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	builds := new(atomic.Int32)
	return Options{
		SourceDir: source,
		CacheDir:  t.TempDir(),
		Reachable: func(context.Context) bool { return false },
		Compile: func(_ context.Context, _, out string) error {
			builds.Add(1)
			return os.WriteFile(out, []byte("provider"), 0o755)
		},
	}, builds
}

func TestEnsureBuildsOnce(t *testing.T) {
	opts, builds := fixture(t)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			if _, err := Ensure(t.Context(), opts); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if got := builds.Load(); got != 1 {
		t.Errorf("8 concurrent calls built %d times, want 1", got)
	}
}

func TestEnsureWritesMirrorAndConfig(t *testing.T) {
	opts, _ := fixture(t)
	got, err := Ensure(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	if got.Source != Build || got.Locked {
		t.Errorf("source %q, locked %v; want a build without the lock file", got.Source, got.Locked)
	}
	config, err := os.ReadFile(got.Env["TF_CLI_CONFIG_FILE"])
	if err != nil {
		t.Fatal(err)
	}
	mirror := filepath.Dir(got.Env["TF_CLI_CONFIG_FILE"])
	if !strings.Contains(string(config), mirror) {
		t.Errorf("the configuration does not name the mirror %s:\n%s", mirror, config)
	}
	relative, err := filepath.Rel(mirror, got.Binary)
	if err != nil {
		t.Fatal(err)
	}
	if want := filepath.Join(addressHost, addressNamespace, addressType, version); !strings.HasPrefix(relative, want) {
		t.Errorf("the provider lies at %s in the mirror, want it under %s", relative, want)
	}
}

func TestEnsureRebuilds(t *testing.T) {
	tests := map[string]func(t *testing.T, opts Options, first Installation){
		"a corrupted binary": func(t *testing.T, _ Options, first Installation) {
			if err := os.WriteFile(first.Binary, []byte("broken"), 0o755); err != nil {
				t.Fatal(err)
			}
		},
		"a changed dependency": func(t *testing.T, opts Options, _ Installation) {
			if err := os.WriteFile(filepath.Join(opts.SourceDir, "go.sum"), []byte("other"), 0o600); err != nil {
				t.Fatal(err)
			}
		},
	}
	for name, spoil := range tests {
		t.Run(name, func(t *testing.T) {
			opts, builds := fixture(t)
			first, err := Ensure(t.Context(), opts)
			if err != nil {
				t.Fatal(err)
			}
			spoil(t, opts, first)
			second, err := Ensure(t.Context(), opts)
			if err != nil {
				t.Fatal(err)
			}
			if got := builds.Load(); got != 2 {
				t.Errorf("built %d times, want 2", got)
			}
			if content, err := os.ReadFile(second.Binary); err != nil || string(content) != "provider" {
				t.Errorf("the provider holds %q (%v), want a fresh build", content, err)
			}
		})
	}
}

func TestEnsureKeepsNothingOfAFailedBuild(t *testing.T) {
	opts, _ := fixture(t)
	compile := opts.Compile
	opts.Compile = func(_ context.Context, _, out string) error {
		if err := os.WriteFile(out, []byte("half"), 0o755); err != nil {
			return err
		}
		return errors.New("module answered 403")
	}
	if _, err := Ensure(t.Context(), opts); err == nil || !strings.Contains(err.Error(), "403") {
		t.Fatalf("error is %v, want the compiler's", err)
	}
	opts.Compile = compile
	got, err := Ensure(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	if content, err := os.ReadFile(got.Binary); err != nil || string(content) != "provider" {
		t.Errorf("the provider holds %q (%v), want the second build's", content, err)
	}
}

func TestSource(t *testing.T) {
	tests := []struct {
		name, mode string
		reachable  bool
		want       Source
		wantErr    bool
	}{
		{name: "registry answers", reachable: true, want: Registry},
		{name: "registry silent", want: Build},
		{name: "forced registry", mode: "registry", want: Registry},
		{name: "forced build", mode: "build", reachable: true, want: Build},
		{name: "unknown mode", mode: "cache", wantErr: true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := choose(t.Context(), test.mode, func(context.Context) bool { return test.reachable })
			if (err != nil) != test.wantErr || got != test.want {
				t.Errorf("got %q, %v; want %q, error %v", got, err, test.want, test.wantErr)
			}
		})
	}
}
