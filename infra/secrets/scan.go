package secrets

import (
	"context"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"time"
)

// Unsearched stands for the secret of a Leak where something was not searched: it is
// encoded too often, or decodes to too much. Nobody knows what is in it.
const Unsearched = -1

// Leak is a secret found where it must not be.
type Leak struct {
	// Secret is the index of the secret, or Unsearched; naming it would leak it again.
	Secret int
	// Where it was found: a file or a process's arguments.
	Where string
}

func (l Leak) String() string {
	if l.Secret == Unsearched {
		return fmt.Sprintf("not searched to its end: %s holds more than %d encodings in each other, or decodes to more than %d MiB and %d times its size",
			l.Where, maxDepth, maxDecoded>>20, maxGrowth)
	}
	return fmt.Sprintf("secret %d in %s", l.Secret, l.Where)
}

// Scanner looks for secrets as they are and encoded: HTML, percent-encoding, escapes
// of JSON, base64, hexadecimal, UTF-16 and gzip, in each other up to maxDepth times.
type Scanner struct {
	matcher matcher
}

// NewScanner makes a scanner for the secrets. It does not look for those of fewer than
// 8 bytes, which would match ordinary words.
func NewScanner(secrets ...string) *Scanner {
	s := &Scanner{}
	for i, secret := range secrets {
		if len(secret) < minLength {
			continue
		}
		for _, form := range patternsOf(secret) {
			s.matcher.add(i, form)
		}
	}
	return s
}

// Bytes looks through text that came from where. A last Leak with Unsearched says that
// it did not look through all of it.
func (s *Scanner) Bytes(where string, text []byte) []Leak {
	w := newWalk(&s.matcher, len(text))
	w.search(text, 0)
	var leaks []Leak
	for _, secret := range slices.Sorted(maps.Keys(w.found)) {
		leaks = append(leaks, Leak{secret, where})
	}
	if w.incomplete {
		leaks = append(leaks, Leak{Unsearched, where})
	}
	return leaks
}

// Files looks through every regular file under a folder, names included.
func (s *Scanner) Files(root string) ([]Leak, error) {
	return s.FilesExcept(root, func(string) bool { return false })
}

// FilesExcept is Files without the files and folders for which skip is true.
func (s *Scanner) FilesExcept(root string, skip func(path string) bool) ([]Leak, error) {
	var leaks []Leak
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if skip(path) {
			if entry.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		leaks = append(leaks, s.Bytes("the name of "+path, []byte(entry.Name()))...)
		if !entry.Type().IsRegular() {
			return nil
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		leaks = append(leaks, s.Bytes(path, content)...)
		return nil
	})
	return leaks, err
}

// WatchArguments looks at the arguments of every process again and again until
// ctx ends, and once after that, which only Linux's /proc allows. The returned function waits for the
// end and returns what was found and how many times all processes were looked at.
func (s *Scanner) WatchArguments(ctx context.Context, every time.Duration) (wait func() ([]Leak, int)) {
	var (
		group sync.WaitGroup
		leaks []Leak
		scans int
	)
	group.Go(func() {
		ticker := time.NewTicker(every)
		defer ticker.Stop()
		for {
			ended := ctx.Err() != nil // before the look, so that the last one is after the end
			leaks = append(leaks, s.arguments()...)
			scans++
			if ended {
				return
			}
			select {
			case <-ctx.Done():
			case <-ticker.C:
			}
		}
	})
	return func() ([]Leak, int) {
		group.Wait()
		return leaks, scans
	}
}

func (s *Scanner) arguments() []Leak {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil
	}
	var leaks []Leak
	for _, entry := range entries {
		if _, err := strconv.Atoi(entry.Name()); err != nil {
			continue
		}
		// A process that has ended meanwhile has no arguments left to leak.
		if content, err := os.ReadFile(filepath.Join("/proc", entry.Name(), "cmdline")); err == nil {
			leaks = append(leaks, s.Bytes("the arguments of process "+entry.Name(), content)...)
		}
	}
	return leaks
}
