package history

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"sync"
	"time"
)

// FlushEvery is how long an entry may stay in memory: what a killed process has
// seen until then is on disk.
const FlushEvery = 500 * time.Millisecond

// closing is the last line of a file. A file without it is truncated, one whose
// lines do not add up to it was changed.
type closing struct {
	Closed *seal `json:"closed"`
}

// seal is the number of entries, and the SHA-256 over all lines before it, the
// header's included.
type seal struct {
	Count  int64  `json:"count"`
	SHA256 string `json:"sha256"`
}

// Writer writes a history. All its methods may be called from many goroutines.
type Writer struct {
	dir   string
	files map[Kind]*file
	stop  chan struct{}
	done  chan struct{}
	once  sync.Once
	err   error // of Close
}

// Create makes a directory with one file per kind of entry and writes their
// headers. Version and Kind of the header are filled in. A directory that holds
// a history already is refused. The caller has to Close the writer: a history
// that was not closed counts as truncated.
func Create(dir string, h Header) (*Writer, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("create a history: %w", err)
	}
	w := &Writer{dir: dir, files: map[Kind]*file{}, stop: make(chan struct{}), done: make(chan struct{})}
	for _, kind := range Kinds() {
		h.Version, h.Kind = Version, string(kind)
		f, err := create(kind.path(dir), h)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("create a history: %w", err), w.abandon())
		}
		w.files[kind] = f
	}
	go w.flush()
	return w, nil
}

// Write appends an entry. What it returns was already returned for every later
// entry of the same kind, and is returned by Close too.
func (w *Writer) Write(e Entry) error { return w.files[e.kind()].write(e) }

// writeAny appends the entry behind a pointer.
func (w *Writer) writeAny(entry any) error {
	e, ok := entry.(Entry)
	if !ok {
		return fmt.Errorf("write to a history: %T is no entry", entry)
	}
	return w.Write(e)
}

// Close flushes, seals, syncs and closes all files, so that what is judged afterwards
// is on disk. Entries that come later are refused. It may be called twice.
func (w *Writer) Close() error {
	w.once.Do(func() {
		close(w.stop)
		<-w.done
		var problems []error
		for _, kind := range Kinds() {
			problems = append(problems, w.files[kind].close())
		}
		problems = append(problems, syncDir(w.dir))
		w.err = errors.Join(problems...)
	})
	return w.err
}

// abandon closes the files that could be made.
func (w *Writer) abandon() error {
	var problems []error
	for _, f := range w.files {
		problems = append(problems, f.out.Close())
	}
	return errors.Join(problems...)
}

// flush bounds the time that entries stay in memory, until Close.
func (w *Writer) flush() {
	defer close(w.done)
	tick := time.NewTicker(FlushEvery)
	defer tick.Stop()
	for {
		select {
		case <-w.stop:
			return
		case <-tick.C:
			for _, f := range w.files {
				f.flush()
			}
		}
	}
}

// disk is what a file is written to.
type disk interface {
	io.WriteCloser
	// Sync returns when what was written is on disk.
	Sync() error
}

// file is the file of one kind.
type file struct {
	mu      sync.Mutex
	path    string
	out     disk
	buffer  *bufio.Writer
	sum     hash.Hash
	line    bytes.Buffer
	encoder *json.Encoder
	count   int64
	err     error // the first one; it stays
}

var errClosed = errors.New("the history is closed")

// create makes a file that is not there yet and writes its header through to
// the disk, so that even an empty file tells what it belongs to.
func create(path string, h Header) (*file, error) {
	out, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return nil, err
	}
	f := newFile(path, out)
	if err := errors.Join(f.put(h), f.buffer.Flush()); err != nil {
		return nil, errors.Join(err, out.Close())
	}
	return f, nil
}

func newFile(path string, out disk) *file {
	f := &file{path: path, out: out, buffer: bufio.NewWriterSize(out, 1<<16), sum: sha256.New()}
	f.encoder = json.NewEncoder(&f.line)
	f.encoder.SetEscapeHTML(false)
	return f
}

// put encodes one line into the buffer and the sum.
func (f *file) put(value any) error {
	f.line.Reset()
	if err := f.encoder.Encode(value); err != nil {
		return fmt.Errorf("encode: %w", err)
	}
	if f.line.Len() > MaxLine {
		return fmt.Errorf("an entry of %d bytes, of which %d are allowed", f.line.Len(), MaxLine)
	}
	f.sum.Write(f.line.Bytes())
	_, err := f.buffer.Write(f.line.Bytes())
	return err
}

func (f *file) write(e Entry) error {
	if err := e.validate(); err != nil {
		return fmt.Errorf("write to %s: %w", f.path, err)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.err != nil {
		return f.err
	}
	if err := f.put(e); err != nil {
		f.err = fmt.Errorf("write to %s: %w", f.path, err)
		return f.err
	}
	f.count++
	return nil
}

func (f *file) flush() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.err != nil {
		return
	}
	if err := f.buffer.Flush(); err != nil {
		f.err = fmt.Errorf("write to %s: %w", f.path, err)
	}
}

// close seals the file. A file that could not be written to is left unsealed.
func (f *file) close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	failed := f.err
	if failed == nil {
		sum := hex.EncodeToString(f.sum.Sum(nil))
		if err := errors.Join(f.put(closing{&seal{Count: f.count, SHA256: sum}}), f.buffer.Flush(), f.out.Sync()); err != nil {
			failed = fmt.Errorf("seal %s: %w", f.path, err)
		}
	}
	f.err = fmt.Errorf("write to %s: %w", f.path, errClosed)
	if err := f.out.Close(); err != nil {
		failed = errors.Join(failed, fmt.Errorf("close %s: %w", f.path, err))
	}
	return failed
}

// syncDir syncs the entries of a directory, which the files' own syncs do not.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("sync %s: %w", dir, err)
	}
	if err := errors.Join(d.Sync(), d.Close()); err != nil {
		return fmt.Errorf("sync %s: %w", dir, err)
	}
	return nil
}
