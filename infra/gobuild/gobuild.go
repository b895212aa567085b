// Package gobuild compiles programs from Go modules of this repository, once, and
// keeps them under the user's cache directory by what they are made from. What the
// modules need comes from the Go module proxy, checked against their go.sum.
package gobuild

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"
)

// lockPoll is how often a call that waits for another's build looks again.
const lockPoll = 200 * time.Millisecond

// Program is what to compile.
type Program struct {
	// Name of the program, which starts its folder's name in the cache.
	Name string
	// Module is the folder of the Go module.
	Module string
	// Files of the module, relative to it, from which the program is made. Together
	// with Args, the toolchain and the platform they are the cache's key.
	Files []string
	// Args of go build: flags and a package. Empty: the module's own.
	Args []string
	// Path of the program in its folder of the cache.
	Path string
	// Takes says about how long the first build on a machine lasts, for the notice.
	Takes string
}

// Cache keeps programs.
type Cache struct {
	// Dir holds a folder for each build.
	Dir string
	// Log is told when something is compiled, and when another process is waited for.
	// Nil: nobody is. Calls may be concurrent.
	Log io.Writer
	// Compile makes the file out. Nil: go build.
	Compile func(ctx context.Context, program Program, out string) error
}

// Cached is a program in the cache.
type Cached struct {
	// Root is the program's folder in the cache; what belongs to it may lie there, too.
	Root string
	// File is the program.
	File string
}

// Dir returns the folder name of assay's cache under the user's.
func Dir(name string) (string, error) {
	user, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("find the user's cache directory: %w (set HOME or XDG_CACHE_HOME)", err)
	}
	return filepath.Join(user, "assay", name), nil
}

// Ensure returns the cached program, building it when it is missing or when its
// checksum no longer matches. Concurrent calls wait for one another, in this
// process and beside it.
func (c Cache) Ensure(ctx context.Context, program Program) (Cached, error) {
	key, err := program.key()
	if err != nil {
		return Cached{}, err
	}
	cached := Cached{Root: filepath.Join(c.Dir, key)}
	cached.File = filepath.Join(cached.Root, program.Path)
	if err := os.MkdirAll(filepath.Dir(cached.File), 0o755); err != nil {
		return Cached{}, fmt.Errorf("make the cache: %w", err)
	}
	lock := flock.New(filepath.Join(c.Dir, key+".lock"))
	if err := c.acquire(ctx, lock, program.Name); err != nil {
		return Cached{}, fmt.Errorf("wait for another build of %s: %w", program.Name, err)
	}
	defer func() { _ = lock.Unlock() }()

	if cached.intact() {
		return cached, nil
	}
	c.report("compiling %s once (%s at first)", program.Name, program.Takes)
	if err := c.compileInto(ctx, program, cached); err != nil {
		return Cached{}, fmt.Errorf("build %s: %w", program.Name, err)
	}
	return cached, nil
}

// acquire takes the lock of a program. Where another holds it, it reports that once and
// waits: the other process may compile for minutes.
func (c Cache) acquire(ctx context.Context, lock *flock.Flock, name string) error {
	if got, err := lock.TryLock(); got || err != nil {
		return err
	}
	c.report("waiting for another process that compiles %s: it has the lock %s", name, lock.Path())
	_, err := lock.TryLockContext(ctx, lockPoll)
	return err
}

// report writes a line to the log, if there is one.
func (c Cache) report(format string, args ...any) {
	if c.Log != nil {
		_, _ = fmt.Fprintf(c.Log, format+"\n", args...)
	}
}

// compileInto builds beside the final place and renames, so that an interrupted
// build leaves nothing that looks finished.
func (c Cache) compileInto(ctx context.Context, program Program, cached Cached) error {
	compile := c.Compile
	if compile == nil {
		compile = goBuild
	}
	staged := cached.sumFile() + ".building"
	defer func() { _ = os.Remove(staged) }()
	if err := compile(ctx, program, staged); err != nil {
		return err
	}
	sum, err := checksum(staged)
	if err != nil {
		return fmt.Errorf("read what was built: %w", err)
	}
	if err := os.Rename(staged, cached.File); err != nil {
		return fmt.Errorf("install what was built: %w", err)
	}
	if err := os.WriteFile(cached.sumFile(), []byte(sum), 0o644); err != nil {
		return fmt.Errorf("record the checksum: %w", err)
	}
	return nil
}

// goBuild compiles with the user's toolchain. -mod=readonly keeps to go.sum.
func goBuild(ctx context.Context, program Program, out string) error {
	args := program.Args
	if len(args) == 0 {
		args = []string{"."}
	}
	var stderr bytes.Buffer
	env, err := buildEnvironment(ctx)
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, "go", append([]string{"build", "-mod=readonly", "-buildvcs=false", "-o", out}, args...)...)
	cmd.Dir = program.Module
	cmd.Stderr = &stderr
	cmd.Env = env
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("go build in %s: %w\n%s", program.Module, err, strings.TrimSpace(stderr.String()))
	}
	return nil
}

// FindModule looks for a folder of this repository, which holds a Go module, in
// the working directory and its parents.
func FindModule(path ...string) (string, error) {
	start, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("find the working directory: %w", err)
	}
	wanted := filepath.Join(path...)
	for dir := start; ; dir = filepath.Dir(dir) {
		candidate := filepath.Join(dir, wanted)
		if _, err := os.Stat(filepath.Join(candidate, "go.mod")); err == nil {
			return candidate, nil
		}
		if dir == filepath.Dir(dir) {
			return "", fmt.Errorf("%s is in no parent of %s: run inside the repository", wanted, start)
		}
	}
}
