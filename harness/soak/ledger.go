package soak

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// ledger keeps repetitions as they end, one a line, so that a soak can be taken up
// again.
type ledger struct{ path string }

// longest bounds a line, in bytes: some hundred checks with their failures.
const longest = 64 << 20

// read returns the repetitions of something. A line that an interrupt cut short is
// left out.
func (l ledger) read(of string) ([]Repetition, error) {
	file, err := os.Open(l.path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the earlier repetitions: %w", err)
	}
	defer func() { _ = file.Close() }()
	var all []Repetition
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, longest)
	for lines.Scan() {
		var r Repetition
		if json.Unmarshal(lines.Bytes(), &r) == nil && r.Of == of {
			all = append(all, r)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read the earlier repetitions: %w", err)
	}
	return all, nil
}

// add appends a repetition. It begins a line of its own, whatever was cut short
// before it.
func (l ledger) add(r Repetition) error {
	content, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("keep a repetition: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(l.path), 0o755); err != nil {
		return fmt.Errorf("keep a repetition: %w", err)
	}
	file, err := os.OpenFile(l.path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("keep a repetition: %w", err)
	}
	_, err = file.Write(append(append([]byte{'\n'}, content...), '\n'))
	return errors.Join(err, file.Close())
}
