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
	"io/fs"
	"os"
	"path/filepath"
)

// Damage is what shows that a file is not as its writer left it: truncated,
// missing, edited. What it still holds can be read, but a judge that needed all
// of it cannot pass.
type Damage struct {
	// File is the file's name in the directory of the history.
	File string `json:"file"`
	// Line is where it shows, 0 for the file as a whole.
	Line int64  `json:"line,omitempty"`
	Text string `json:"text"`
}

func (d Damage) String() string {
	if d.Line == 0 {
		return d.File + ": " + d.Text
	}
	return fmt.Sprintf("%s:%d: %s", d.File, d.Line, d.Text)
}

// Read reads the entries of one kind, in the order in which they were written,
// without keeping them: the value behind the pointer is the next entry after
// each returns. It returns the file's header, and the damage that it found: a line
// that cannot be read, in a file whose seal does not fit, was broken after it was
// written, and so is a line that is longer than MaxLine. The error, if any, names
// file and line: a format that this package does not know (version, kind, member,
// value) in a file that is as it was written, or what each returned.
func Read[E Entry](dir string, each func(*E) error) (Header, []Damage, error) {
	var zero E
	kind := zero.kind()
	path := kind.path(dir)
	in, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Header{}, []Damage{{File: filepath.Base(path), Text: missing}}, nil
	}
	if err != nil {
		return Header{}, nil, fmt.Errorf("read a history: %w", err)
	}
	r := newLines(path, in)
	header, err := r.header(kind)
	for err == nil && r.next() {
		if r.unread != nil {
			r.count++ // the seal reports whether the file was written like that
			continue
		}
		entry := zero
		problem := r.entry(&entry, header.Version)
		if problem == nil {
			problem = entry.validate()
		}
		r.count++
		if problem != nil {
			r.unread, r.unreadAt = problem, r.number
		} else if err = each(&entry); err != nil {
			err = r.at(err)
		}
	}
	if err == nil {
		err = r.refusal()
	}
	return header, r.damage, errors.Join(err, r.err, in.Close())
}

// lines reads a file line by line up to its seal.
type lines struct {
	path   string
	in     *bufio.Reader
	sum    hash.Hash
	line   []byte
	number int64
	count  int64 // of entries
	damage []Damage
	err    error // of the disk
	// unread is why a line could not be read, and unreadAt its number: the first
	// one. The lines behind it are counted and summed alone.
	unread   error
	unreadAt int64

	// One decoder reads all lines, each of which it is given when it is asked to
	// decode it: a decoder for each line costs more than decoding it.
	decoder *json.Decoder
	pending []byte // of the line, not given yet
	given   int64
}

func newLines(path string, in io.Reader) *lines {
	r := &lines{path: path, in: bufio.NewReaderSize(in, 1<<16), sum: sha256.New()}
	r.decoder = json.NewDecoder((*feed)(r))
	r.decoder.DisallowUnknownFields()
	return r
}

// feed gives the decoder the present line and nothing after it.
type feed lines

func (f *feed) Read(into []byte) (int, error) {
	if len(f.pending) == 0 {
		return 0, io.ErrUnexpectedEOF
	}
	n := copy(into, f.pending)
	f.pending = f.pending[n:]
	f.given += int64(n)
	return n, nil
}

// at puts file and line before an error.
func (r *lines) at(err error) error { return fmt.Errorf("%s:%d: %w", r.path, r.number, err) }

// refusal is the error of a line that could not be read. In a file whose seal does
// not fit it is damage, not an error: whoever broke the file broke the line.
func (r *lines) refusal() error {
	if r.unread == nil {
		return nil
	}
	if len(r.damage) == 0 {
		return fmt.Errorf("%s:%d: %w", r.path, r.unreadAt, r.unread)
	}
	r.damage = []Damage{{File: filepath.Base(r.path), Line: r.unreadAt, Text: "the line cannot be read: " + r.unread.Error() + "; " + r.damage[0].Text}}
	return nil
}

// MaxLine is the longest line of a history, in bytes. A writer refuses a longer one;
// a reader does not keep it in memory.
const MaxLine = 16 << 20

// fetch reads one line. It is false at the end of the file, for a last line that was
// not written to its end, and for a line that is longer than MaxLine.
func (r *lines) fetch() bool {
	r.number++
	line, err := r.in.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		complete := bytes.Clone(line)
		for errors.Is(err, bufio.ErrBufferFull) && len(complete) <= MaxLine {
			line, err = r.in.ReadSlice('\n')
			complete = append(complete, line...)
		}
		if line = complete; len(line) > MaxLine {
			r.harm(fmt.Sprintf("a line of more than %d bytes", MaxLine))
			return false
		}
	}
	if err != nil && !errors.Is(err, io.EOF) {
		r.err = r.at(err)
		return false
	}
	if err != nil {
		text := "truncated: the closing line is missing"
		if len(line) > 0 {
			text = "truncated in the middle of a line"
		}
		r.harm(text)
		return false
	}
	r.line = line
	return true
}

func (r *lines) harm(text string) {
	r.damage = append(r.damage, Damage{File: filepath.Base(r.path), Line: r.number, Text: text})
}

// header reads the first line. A file that ends before it is damaged, no error.
func (r *lines) header(kind Kind) (Header, error) {
	var h Header
	if !r.fetch() {
		return h, nil
	}
	// The version is looked at alone first: another one may have other members.
	var version struct {
		Version int `json:"version"`
	}
	if damage := json.Unmarshal(r.line, &version); damage != nil {
		r.harm("the header cannot be read: " + damage.Error())
		return h, nil //nolint:nilerr // damage is told, and is no error
	}
	if version.Version < oldest || version.Version > Version {
		return h, r.at(fmt.Errorf("the history is of version %d, this is for the versions %d to %d", version.Version, oldest, Version))
	}
	if err := r.decode(&h); err != nil {
		return h, r.at(err)
	}
	if h.Kind != string(kind) {
		return h, r.at(fmt.Errorf("the file is of kind %q, expected %q", h.Kind, kind))
	}
	r.sum.Write(r.line)
	return h, nil
}

// next moves to the next entry. At the closing line it compares the seal.
func (r *lines) next() bool {
	if len(r.damage) > 0 || r.err != nil || !r.fetch() {
		return false
	}
	if !bytes.HasPrefix(r.line, []byte(`{"closed":`)) {
		r.sum.Write(r.line)
		return true
	}
	var c closing
	if err := json.Unmarshal(r.line, &c); err != nil || c.Closed == nil {
		r.harm("the closing line cannot be read")
		return false
	}
	if c.Closed.Count != r.count {
		r.harm(fmt.Sprintf("edited: %d entries were written, %d are here", c.Closed.Count, r.count))
	} else if c.Closed.SHA256 != hex.EncodeToString(r.sum.Sum(nil)) {
		r.harm("edited: the lines are not those that were written, or not in that order")
	}
	if _, err := r.in.ReadByte(); err == nil {
		r.number++
		r.harm("edited: there is more after the closing line")
	}
	return false
}

// decode reads the present line, which has to be one JSON object with no member
// that value does not have.
func (r *lines) decode(value any) error {
	r.pending = r.line
	if err := r.decoder.Decode(value); err != nil {
		return err // the decoder is not used again: see unread
	}
	unread := r.given + int64(len(r.pending)) - r.decoder.InputOffset()
	if rest := bytes.TrimSpace(r.line[int64(len(r.line))-unread:]); len(rest) > 0 {
		return fmt.Errorf("more than one value in a line: %.40q", rest)
	}
	return nil
}
