package visible

import (
	"bytes"
	"io"
	"sync"
)

// longest is how many bytes of a line without an end a Writer holds back.
const longest = 64 << 10

// Writer passes on whole lines as Text makes them. Close writes the rest.
type Writer struct {
	mu      sync.Mutex
	out     io.Writer
	pending []byte
}

// NewWriter returns a Writer to out. It may be used by several goroutines.
func NewWriter(out io.Writer) *Writer { return &Writer{out: out} }

// Write implements io.Writer. An error is one of out.
func (w *Writer) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.pending = append(w.pending, p...)
	end := bytes.LastIndexByte(w.pending, '\n') + 1
	if end == 0 && len(w.pending) > longest {
		end = len(w.pending)
	}
	if end == 0 {
		return len(p), nil
	}
	text := Text(string(w.pending[:end]))
	w.pending = append(w.pending[:0], w.pending[end:]...)
	if _, err := io.WriteString(w.out, text); err != nil {
		return 0, err
	}
	return len(p), nil
}

// Close writes what has no line break behind it. It does not close out.
func (w *Writer) Close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	text := Text(string(w.pending))
	w.pending = nil
	_, err := io.WriteString(w.out, text)
	return err
}
