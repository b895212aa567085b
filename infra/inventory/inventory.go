package inventory

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"assay.dev/assay/harness/process/inventory"
)

// saveAttempts bounds how often a line is stored again when another process of the
// same run stored one at the same time.
const saveAttempts = 5

// Inventory is a run's, in a file and, with a store, in the bucket.
type Inventory struct {
	*inventory.Inventory
	// Run that it belongs to.
	Run   Run
	store *Store
	// loaded is the ETag of the lines that Load read; empty for the run's own.
	loaded string
}

// Start opens the inventory of a run in file, and makes it there and in the store
// before anything else is made. A file or an object of another run is refused; the
// error wraps ErrTaken. store may be nil: then the file is all there is.
func Start(ctx context.Context, file string, store *Store, run Run) (*Inventory, error) {
	log, err := inventory.Open(file)
	if err != nil {
		return nil, err
	}
	opened, err := start(ctx, log, store, run)
	if err != nil {
		return nil, errors.Join(err, log.Close())
	}
	return opened, nil
}

func start(ctx context.Context, log *inventory.Inventory, store *Store, run Run) (*Inventory, error) {
	entries, err := log.Entries()
	if err != nil {
		return nil, err
	}
	if len(entries) == 0 {
		if err := log.Record(run.entry()); err != nil {
			return nil, err
		}
		entries = []Entry{run.entry()}
	}
	recorded, err := runOf(entries)
	if err != nil {
		return nil, fmt.Errorf("the inventory of run %s: %w", run.Name, err)
	}
	if recorded.ID != run.ID {
		return nil, fmt.Errorf("%w: the file is the inventory of run %s of %s", ErrTaken, recorded.Name, recorded.Owner)
	}
	opened := &Inventory{Inventory: log, Run: recorded, store: store}
	return opened, opened.Save(ctx)
}

// Load opens a copy of what the store has of a run, in a file of dir. Objects are
// removed through the copy as through the run's own file. It is never stored: the run
// may be alive and record more.
func (s *Store) Load(ctx context.Context, run, dir string) (*Inventory, error) {
	if !nameRule.MatchString(run) {
		return nil, fmt.Errorf("the stored inventory %q is not named as a run is", run)
	}
	content, etag, err := s.read(ctx, run)
	if err != nil {
		return nil, err
	}
	if content == nil {
		return nil, fmt.Errorf("no inventory of run %s is stored in %s", run, s.bucket)
	}
	entries, err := inventory.Decode(content)
	if err != nil {
		return nil, fmt.Errorf("the stored inventory of run %s: %w", run, err)
	}
	recorded, err := runOf(entries)
	if err != nil {
		return nil, fmt.Errorf("the stored inventory of run %s: %w", run, err)
	}
	if recorded.Name != run || recorded.Compartment != s.compartment {
		return nil, fmt.Errorf("the stored inventory of run %s belongs to run %s in compartment %s", run, recorded.Name, recorded.Compartment)
	}
	file := filepath.Join(dir, run+objectSuffix)
	if err := os.WriteFile(file, content, 0o600); err != nil {
		return nil, fmt.Errorf("copy the stored inventory of run %s: %w", run, err)
	}
	log, err := inventory.Open(file)
	if err != nil {
		return nil, err
	}
	return &Inventory{Inventory: log, Run: recorded, store: s, loaded: etag}, nil
}

// Found records an object that the run made, here and in the store, unless that was
// done before.
func (i *Inventory) Found(ctx context.Context, entry Entry) error {
	if has, err := i.Has(entry.Kind, entry.ID); err != nil || has {
		return err
	}
	entry.Step = inventory.Made
	return errors.Join(i.Record(entry), i.Save(ctx))
}

// Left are the objects in the cloud that are not removed yet.
func (i *Inventory) Left() ([]Entry, error) {
	present, err := i.Present()
	return slices.DeleteFunc(present, func(entry Entry) bool { return !strings.HasPrefix(entry.Kind, cloudPrefix) }), err
}

// Save stores the lines. They go over those of the same run alone.
func (i *Inventory) Save(ctx context.Context) error {
	if i.store == nil || i.loaded != "" {
		return nil
	}
	for attempt := 1; ; attempt++ {
		stored, etag, err := i.stored(ctx)
		if err != nil {
			return err
		}
		content, err := i.Content()
		if err != nil || bytes.Equal(content, stored) {
			return err
		}
		err = i.store.write(ctx, i.Run.Name, content, etag)
		// Another process of this run, or another run, was faster.
		if !hasStatus(err, http.StatusPreconditionFailed) || attempt == saveAttempts {
			return err
		}
	}
}

// Forget deletes the stored lines, once nothing of the run is left. Lines that
// changed since Load stay: the run is alive.
func (i *Inventory) Forget(ctx context.Context) error {
	if i.store == nil {
		return nil
	}
	stored, etag, err := i.stored(ctx)
	if err != nil || stored == nil {
		return err
	}
	if i.loaded != "" {
		etag = i.loaded
	}
	return i.store.remove(ctx, i.Run.Name, etag)
}

// stored returns the lines in the store, nil if there are none, and refuses those of
// another run.
func (i *Inventory) stored(ctx context.Context) ([]byte, string, error) {
	content, etag, err := i.store.read(ctx, i.Run.Name)
	if err != nil || content == nil {
		return nil, "", err
	}
	entries, err := inventory.Decode(content)
	if err == nil {
		var other Run
		if other, err = runOf(entries); err == nil && other.ID != i.Run.ID {
			return nil, "", fmt.Errorf("%w: %q is stored in %s by %s until %s; choose another name",
				ErrTaken, i.Run.Name, i.store.bucket, other.Owner, other.Expires.Format("2006-01-02 15:04 MST"))
		}
	}
	if err != nil {
		return nil, "", fmt.Errorf("the stored inventory of run %s: %w", i.Run.Name, err)
	}
	return content, etag, nil
}
