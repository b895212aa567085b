package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// generations is how many objects of one name stay: those of this checkout and of two
// others that are worked on beside it.
const generations = 3

// Prune removes the blobs that no image has, and of the objects of one name all but
// those that were used last.
func (s *Store) Prune() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	path, _, err := s.readIndex()
	if err != nil {
		return err
	}
	unused, err := path.GarbageCollect()
	if err != nil {
		return fmt.Errorf("find the blobs that no image has: %w", err)
	}
	var problems []error
	for _, blob := range unused {
		problems = append(problems, path.RemoveBlob(blob))
	}
	return errors.Join(append(problems, s.pruneObjects())...)
}

// pruneObjects removes the objects that were used before the last ones of their name.
func (s *Store) pruneObjects() error {
	sums, err := filepath.Glob(filepath.Join(s.dir, "objects", "*"+sumFile("")))
	if err != nil {
		return err
	}
	used := map[string]time.Time{}
	byName := map[string][]string{}
	for _, sum := range sums {
		info, err := os.Stat(sum)
		if err != nil {
			return fmt.Errorf("prune the cache: %w", err)
		}
		dir := strings.TrimSuffix(sum, sumFile(""))
		name := dir[:strings.LastIndex(dir, "-")]
		used[dir] = info.ModTime()
		byName[name] = append(byName[name], dir)
	}
	var problems []error
	for _, dirs := range byName {
		slices.SortFunc(dirs, func(a, b string) int { return used[b].Compare(used[a]) })
		for _, dir := range dirs[min(generations, len(dirs)):] {
			// The checksum goes first: what is left of an object counts as missing.
			problems = append(problems, os.Remove(sumFile(dir)), os.RemoveAll(dir))
		}
	}
	return errors.Join(problems...)
}
