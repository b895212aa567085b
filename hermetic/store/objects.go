// Package store is the content-addressed cache of hermetic mode: directories of
// built files (objects) and an OCI image layout, each entry under a key that is
// a hash of everything it was made from. What is read is verified first; an
// entry that does not match its checksum is removed and counts as missing.
package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"golang.org/x/mod/sumdb/dirhash"
)

// Store is a cache directory. It is safe for concurrent use by one process; the
// caller keeps other processes out.
type Store struct {
	dir string

	mu       sync.Mutex // guards the image layout and what follows
	verified map[v1.Hash]bool
}

// Open returns the store in dir, which is made where it is missing. What an
// interrupted run left half-made is removed.
func Open(dir string) (*Store, error) {
	for _, sub := range []string{"objects", "tmp"} {
		if sub == "tmp" {
			if err := os.RemoveAll(filepath.Join(dir, sub)); err != nil {
				return nil, fmt.Errorf("clear the cache's half-made entries: %w", err)
			}
		}
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o755); err != nil {
			return nil, fmt.Errorf("make the cache: %w", err)
		}
	}
	return &Store{dir: dir, verified: map[v1.Hash]bool{}}, nil
}

// View returns the store in dir to look at: it may be missing, and another process may
// write to it.
func View(dir string) *Store { return &Store{dir: dir, verified: map[v1.Hash]bool{}} }

// Key hashes the parts into a key. Parts are length-prefixed, so that no two
// lists of parts share a key.
func Key(parts ...string) string {
	h := sha256.New()
	for _, part := range parts {
		fmt.Fprintf(h, "%d:%s", len(part), part)
	}
	return hex.EncodeToString(h.Sum(nil))[:32]
}

// KeyOfFiles hashes the contents and names of files, which are paths below root.
func KeyOfFiles(root string, files ...string) (string, error) {
	sum, err := dirhash.Hash1(files, func(name string) (io.ReadCloser, error) {
		return os.Open(filepath.Join(root, name))
	})
	if err != nil {
		return "", fmt.Errorf("hash inputs: %w", err)
	}
	return sum, nil
}

// Object returns the directory kept under name and key. When it is missing or
// damaged, make fills a new one, which is kept only if make succeeds. The
// second result reports whether make ran.
func (s *Store) Object(ctx context.Context, name, key string, make func(ctx context.Context, dir string) error) (string, bool, error) {
	dir := s.ObjectDir(name, key)
	if err := verify(dir); err == nil {
		now := time.Now()
		_ = os.Chtimes(sumFile(dir), now, now) // Prune may take an object that is in use for an old one, which is made again
		return dir, false, nil
	}
	if err := errors.Join(os.RemoveAll(dir), os.RemoveAll(sumFile(dir))); err != nil {
		return "", false, fmt.Errorf("remove the damaged cache entry %s: %w", dir, err)
	}
	tmp, err := os.MkdirTemp(filepath.Join(s.dir, "tmp"), name+"-")
	if err != nil {
		return "", false, fmt.Errorf("make a cache entry: %w", err)
	}
	defer func() { _ = os.RemoveAll(tmp) }()
	if err := os.Chmod(tmp, 0o755); err != nil {
		return "", false, fmt.Errorf("make a cache entry: %w", err)
	}
	if err := make(ctx, tmp); err != nil {
		return "", false, err
	}
	sum, err := dirhash.HashDir(tmp, "", dirhash.Hash1)
	if err != nil {
		return "", false, fmt.Errorf("checksum the cache entry %s: %w", name, err)
	}
	if err := os.Rename(tmp, dir); err != nil {
		return "", false, fmt.Errorf("save the cache entry %s: %w", name, err)
	}
	// The checksum comes last: an entry without one was interrupted.
	if err := os.WriteFile(sumFile(dir), []byte(sum), 0o644); err != nil {
		return "", false, fmt.Errorf("save the cache entry %s: %w", name, err)
	}
	return dir, true, nil
}

// ObjectDir is where the object of name and key is, or will be, stored.
func (s *Store) ObjectDir(name, key string) string {
	return filepath.Join(s.dir, "objects", name+"-"+key)
}

func sumFile(dir string) string { return dir + ".sum" }

func verify(dir string) error {
	want, err := os.ReadFile(sumFile(dir))
	if err != nil {
		return err
	}
	got, err := dirhash.HashDir(dir, "", dirhash.Hash1)
	if err != nil {
		return err
	}
	if got != strings.TrimSpace(string(want)) {
		return fmt.Errorf("checksum is %s, want %s", got, want)
	}
	return nil
}

// TempDir is a directory for files that need not outlive this process.
func (s *Store) TempDir() string { return filepath.Join(s.dir, "tmp") }
