package secrets

import (
	"bytes"
	"io"
	"strings"
	"sync"
)

// Redacted stands where a secret stood.
const Redacted = "[redacted]"

// Redactor passes whole lines on with every secret replaced. It may be written
// to by several goroutines. Close passes on the last, unfinished line.
type Redactor struct {
	mu       sync.Mutex
	out      io.Writer
	replacer *strings.Replacer
	line     bytes.Buffer
}

// NewRedactor makes a writer in front of out.
func NewRedactor(out io.Writer, secrets ...string) *Redactor {
	var pairs []string
	for _, secret := range secrets {
		for _, form := range Variants(secret) {
			pairs = append(pairs, form, Redacted)
		}
		// A secret of many lines, like a key, meets this writer line by line.
		for _, line := range strings.Split(secret, "\n") {
			if line = strings.TrimSpace(line); len(line) >= minLength && line != secret && !strings.HasPrefix(line, "-----") {
				pairs = append(pairs, line, Redacted)
			}
		}
	}
	return &Redactor{out: out, replacer: strings.NewReplacer(pairs...)}
}

// Write takes any piece of text; only whole lines are passed on.
func (r *Redactor) Write(piece []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.line.Write(piece)
	end := bytes.LastIndexByte(r.line.Bytes(), '\n')
	if end < 0 {
		return len(piece), nil
	}
	return len(piece), r.pass(r.line.Next(end + 1))
}

// Close passes on what is left.
func (r *Redactor) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.pass(r.line.Next(r.line.Len()))
}

func (r *Redactor) pass(text []byte) error {
	_, err := r.replacer.WriteString(r.out, string(text))
	return err
}
