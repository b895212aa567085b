package secrets

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"time"
)

// Leak is a secret found where it must not be.
type Leak struct {
	// Secret is the index of the secret; naming it would leak it again.
	Secret int
	// Where it was found: a file or a process's arguments.
	Where string
}

func (l Leak) String() string { return fmt.Sprintf("secret %d in %s", l.Secret, l.Where) }

// Scanner looks for secrets in all their variants.
type Scanner struct {
	forms [][][]byte
}

// NewScanner makes a scanner for the secrets.
func NewScanner(secrets ...string) *Scanner {
	s := &Scanner{}
	for _, secret := range secrets {
		var forms [][]byte
		for _, form := range Variants(secret) {
			forms = append(forms, []byte(form))
		}
		s.forms = append(s.forms, forms)
	}
	return s
}

// Bytes looks through text that came from where.
func (s *Scanner) Bytes(where string, text []byte) []Leak {
	var leaks []Leak
	for i, forms := range s.forms {
		if slices.ContainsFunc(forms, func(form []byte) bool { return bytes.Contains(text, form) }) {
			leaks = append(leaks, Leak{i, where})
		}
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
// ctx ends, which only Linux's /proc allows. The returned function waits for the
// end and returns what was found and how many times all processes were looked at.
func (s *Scanner) WatchArguments(ctx context.Context, every time.Duration) (wait func() ([]Leak, int)) {
	var (
		group sync.WaitGroup
		leaks []Leak
		looks int
	)
	group.Go(func() {
		ticker := time.NewTicker(every)
		defer ticker.Stop()
		for {
			leaks = append(leaks, s.arguments()...)
			looks++
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
			}
		}
	})
	return func() ([]Leak, int) {
		group.Wait()
		return leaks, looks
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
