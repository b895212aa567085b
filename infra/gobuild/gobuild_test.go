package gobuild

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/gofrs/flock"
)

// fixture is a module with a compiler that writes a small file and counts.
func fixture(t *testing.T) (Cache, Program, *atomic.Int32) {
	t.Helper()
	module := t.TempDir()
	files := []string{"go.mod", "go.sum"}
	for _, name := range files {
		if err := os.WriteFile(filepath.Join(module, name), []byte(name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	builds := new(atomic.Int32)
	cache := Cache{Dir: t.TempDir(), Compile: func(_ context.Context, _ Program, out string) error {
		builds.Add(1)
		return os.WriteFile(out, []byte("program"), 0o755)
	}}
	return cache, Program{Name: "tool", Module: module, Files: files, Path: "deep/tool", Takes: "a moment"}, builds
}

// lockedBuffer takes what several calls say.
type lockedBuffer struct {
	mu sync.Mutex
	bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Buffer.Write(p)
}

func TestEnsureBuildsOnce(t *testing.T) {
	cache, program, builds := fixture(t)
	var log lockedBuffer
	cache.Log = &log
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			if _, err := cache.Ensure(t.Context(), program); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if got := builds.Load(); got != 1 {
		t.Errorf("8 concurrent calls built %d times, want 1", got)
	}
	if got, want := strings.Count(log.String(), "compiling tool once (a moment at first)\n"), 1; got != want {
		t.Errorf("the log says %d times that it compiles, want once:\n%s", got, log.String())
	}
}

// TestAWaitForAnotherBuildIsSaid holds the lock as another process does that builds the
// same program.
func TestAWaitForAnotherBuildIsSaid(t *testing.T) {
	cache, program, _ := fixture(t)
	reader, log := io.Pipe()
	cache.Log = log
	key, err := program.key()
	if err != nil {
		t.Fatal(err)
	}
	other := flock.New(filepath.Join(cache.Dir, key+".lock"))
	if err := other.Lock(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() {
		_, err := cache.Ensure(t.Context(), program)
		ended <- errors.Join(err, log.Close())
	}()
	lines := bufio.NewScanner(reader)
	if !lines.Scan() || !strings.Contains(lines.Text(), "waiting for another process that compiles tool") {
		t.Errorf("the first line is %q", lines.Text())
	}
	if err := other.Unlock(); err != nil {
		t.Fatal(err)
	}
	if !lines.Scan() || !strings.Contains(lines.Text(), "compiling tool once") {
		t.Errorf("the second line is %q", lines.Text())
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestEnsureRebuilds(t *testing.T) {
	tests := map[string]func(program *Program, first Cached) error{
		"a corrupted program": func(_ *Program, first Cached) error {
			return os.WriteFile(first.File, []byte("broken"), 0o755)
		},
		"a changed dependency": func(program *Program, _ Cached) error {
			return os.WriteFile(filepath.Join(program.Module, "go.sum"), []byte("other"), 0o600)
		},
		"other arguments": func(program *Program, _ Cached) error {
			program.Args = []string{"./other"}
			return nil
		},
	}
	for name, change := range tests {
		t.Run(name, func(t *testing.T) {
			cache, program, builds := fixture(t)
			first, err := cache.Ensure(t.Context(), program)
			if err != nil {
				t.Fatal(err)
			}
			if err := change(&program, first); err != nil {
				t.Fatal(err)
			}
			second, err := cache.Ensure(t.Context(), program)
			if err != nil {
				t.Fatal(err)
			}
			if got := builds.Load(); got != 2 {
				t.Errorf("built %d times, want 2", got)
			}
			if content, err := os.ReadFile(second.File); err != nil || string(content) != "program" {
				t.Errorf("the program holds %q (%v), want a fresh build", content, err)
			}
		})
	}
}

func TestEnsureKeepsNothingOfAFailedBuild(t *testing.T) {
	cache, program, _ := fixture(t)
	compile := cache.Compile
	cache.Compile = func(_ context.Context, _ Program, out string) error {
		if err := os.WriteFile(out, []byte("half"), 0o755); err != nil {
			return err
		}
		return errors.New("module answered 403")
	}
	if _, err := cache.Ensure(t.Context(), program); err == nil || !strings.Contains(err.Error(), "403") {
		t.Fatalf("error is %v, want the compiler's", err)
	}
	cache.Compile = compile
	got, err := cache.Ensure(t.Context(), program)
	if err != nil {
		t.Fatal(err)
	}
	if content, err := os.ReadFile(got.File); err != nil || string(content) != "program" {
		t.Errorf("the program holds %q (%v), want the second build's", content, err)
	}
}

func TestGoBuildSaysWhatIsMissing(t *testing.T) {
	_, program, _ := fixture(t)
	t.Setenv("PATH", t.TempDir())
	err := goBuild(t.Context(), program, filepath.Join(t.TempDir(), "out"))
	if err == nil || !strings.Contains(err.Error(), "Go toolchain is not on PATH") {
		t.Errorf("error is %v", err)
	}
}

func TestFindModuleNamesWhatItLooksFor(t *testing.T) {
	t.Chdir(t.TempDir())
	if _, err := FindModule("infra", "tofu"); err == nil || !strings.Contains(err.Error(), filepath.Join("infra", "tofu")) {
		t.Errorf("error is %v", err)
	}
}
