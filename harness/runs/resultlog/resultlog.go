// Package resultlog saves the results of a long job as they come, one JSON value a
// line, so that a job which was interrupted can be taken up again.
package resultlog

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// longest bounds a line, in bytes: some hundred checks with their failures.
const longest = 64 << 20

// Log is a file of results of one type, which need not exist yet.
type Log[T any] struct{ Path string }

// All returns the results that were added so far, in that order. A line that an
// interrupt cut short is left out.
func (l Log[T]) All() ([]T, error) {
	file, err := os.Open(l.Path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read earlier results: %w", err)
	}
	defer func() { _ = file.Close() }()
	var all []T
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, longest)
	for lines.Scan() {
		var result T
		if json.Unmarshal(lines.Bytes(), &result) == nil {
			all = append(all, result)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read earlier results: %w", err)
	}
	return all, nil
}

// Add appends a result. It starts a line of its own, whatever was cut short before it.
func (l Log[T]) Add(result T) error {
	content, err := json.Marshal(result)
	if err != nil {
		return fmt.Errorf("save a result: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(l.Path), 0o755); err != nil {
		return fmt.Errorf("save a result: %w", err)
	}
	file, err := os.OpenFile(l.Path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("save a result: %w", err)
	}
	_, err = file.Write(append(append([]byte{'\n'}, content...), '\n'))
	if err := errors.Join(err, file.Close()); err != nil {
		return fmt.Errorf("save a result: %w", err)
	}
	return nil
}
