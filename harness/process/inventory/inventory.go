package inventory

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"assay.dev/assay/harness/process/private"
)

// ErrNotRecorded is wrapped by what Remove returns for an object that the run did
// not record.
var ErrNotRecorded = errors.New("not recorded as made by this run")

// Inventory is an open file of entries. Several goroutines and several processes
// may use one file at once.
type Inventory struct {
	mu   sync.Mutex
	file *os.File
	now  func() time.Time
}

// Open opens an inventory and makes it, with its folder, when it is missing. It
// refuses a link, a file of another user, and one that others can read or write.
func Open(path string) (*Inventory, error) {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the inventory's folder: %w", err)
	}
	file, err := os.OpenFile(path, os.O_RDWR|os.O_APPEND|os.O_CREATE|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the inventory: %w", err)
	}
	if err := prepare(file, dir); err != nil {
		return nil, errors.Join(fmt.Errorf("inventory %s: %w", path, err), file.Close())
	}
	return &Inventory{file: file, now: time.Now}, nil
}

func prepare(file *os.File, dir string) error {
	info, err := file.Stat()
	if err != nil {
		return err
	}
	if err := private.Verify(info); err != nil {
		return fmt.Errorf("refused: %w", err)
	}
	// A new file is in its folder for good once the folder is on the disk.
	folder, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// Close closes the file.
func (i *Inventory) Close() error { return i.file.Close() }

// Make records the plan, calls create, and records what it made. create returns the ID
// also when it fails after the making, so that the object can be removed. An error
// of the record comes back with the ID: the object exists and is not recorded.
func (i *Inventory) Make(kind, name string, attributes map[string]string, create func() (string, error)) (string, error) {
	entry := Entry{Step: Planned, Kind: kind, Name: name, Attributes: attributes}
	if err := i.Record(entry); err != nil {
		return "", err
	}
	id, err := create()
	if id == "" {
		return "", err
	}
	entry.Step, entry.ID = Made, id
	return id, errors.Join(err, i.Record(entry))
}

// Remove calls remove for a recorded object and records that it is gone. remove
// returns nil only when it has seen that. An object that is not recorded is left
// alone; the error wraps ErrNotRecorded.
func (i *Inventory) Remove(kind, id string, remove func() error) error {
	present, err := i.Present()
	if err != nil {
		return err
	}
	at := slices.IndexFunc(present, func(entry Entry) bool { return entry.Kind == kind && entry.ID == id })
	if at < 0 {
		return fmt.Errorf("%s %s: %w", kind, id, ErrNotRecorded)
	}
	if err := remove(); err != nil {
		return fmt.Errorf("remove %s: %w", present[at], err)
	}
	return i.Record(Entry{Step: Removed, Kind: kind, ID: id, Name: present[at].Name})
}

// Has reports whether an object was recorded as made and not removed since.
func (i *Inventory) Has(kind, id string) (bool, error) {
	present, err := i.Present()
	return slices.ContainsFunc(present, func(entry Entry) bool { return entry.Kind == kind && entry.ID == id }), err
}

// Present are the objects that were made and not removed since; see Present.
func (i *Inventory) Present() ([]Entry, error) {
	entries, err := i.Entries()
	return Present(entries), err
}

// Pending are the plans without an ID; see Pending.
func (i *Inventory) Pending() ([]Entry, error) {
	entries, err := i.Entries()
	return Pending(entries), err
}

// Entries are all lines, those of other processes included.
func (i *Inventory) Entries() ([]Entry, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	content, err := i.content()
	if err != nil {
		return nil, err
	}
	return Decode(content)
}

// Content is the file as it is to be stored elsewhere: complete lines alone.
func (i *Inventory) Content() ([]byte, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	content, err := i.content()
	if err != nil {
		return nil, err
	}
	_, complete, err := decode(content)
	return content[:complete], err
}

// Record appends an entry and returns once it is on the disk. The time is set here.
func (i *Inventory) Record(entry Entry) (err error) {
	if err := entry.validate(); err != nil {
		return fmt.Errorf("record in the inventory: %w", err)
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	defer func() {
		if err != nil {
			err = fmt.Errorf("record %s in the inventory: %w", entry, err)
		}
	}()
	if err := lock(i.file); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, unix.Flock(int(i.file.Fd()), unix.LOCK_UN)) }()
	if err := i.dropCutLine(); err != nil {
		return err
	}
	entry.Time = i.now().UTC()
	line, err := json.Marshal(entry)
	if err != nil {
		return err
	}
	if _, err := i.file.Write(append(line, '\n')); err != nil {
		return err
	}
	return i.file.Sync()
}

// dropCutLine removes what a writer that was killed left of its last line. A
// damaged line before it is an error: something is not recorded any more.
func (i *Inventory) dropCutLine() error {
	content, err := i.content()
	if err != nil {
		return err
	}
	_, complete, err := decode(content)
	if err != nil || complete == len(content) {
		return err
	}
	return i.file.Truncate(int64(complete))
}

func (i *Inventory) content() ([]byte, error) {
	info, err := i.file.Stat()
	if err != nil {
		return nil, fmt.Errorf("read the inventory: %w", err)
	}
	content, err := io.ReadAll(io.NewSectionReader(i.file, 0, info.Size()))
	if err != nil {
		return nil, fmt.Errorf("read the inventory: %w", err)
	}
	return content, nil
}

// lock waits for other processes, each of which writes one line.
func lock(file *os.File) error {
	for {
		err := unix.Flock(int(file.Fd()), unix.LOCK_EX)
		if !errors.Is(err, unix.EINTR) {
			return err
		}
	}
}
