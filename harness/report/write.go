package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/google/renameio/v2"

	"assay.dev/assay/harness/text/visible"
)

// JSON writes the report for machines.
func (r *Report) JSON() ([]byte, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(r); err != nil {
		return nil, fmt.Errorf("write report.json: %w", err)
	}
	// Inside of JSON's texts a character and its escape mean the same.
	return []byte(visible.Characters(out.String())), nil
}

// Read reads a report.json.
func Read(path string) (*Report, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read a report: %w", err)
	}
	var r Report
	if err := json.Unmarshal(content, &r); err != nil {
		return nil, fmt.Errorf("read the report %s: %w", path, err)
	}
	if !readable(r.Version) {
		return nil, fmt.Errorf("read the report %s: it is of version %d, this is for versions %d to %d", path, r.Version, oldest, Version)
	}
	r.Version = Version
	return &r, nil
}

// Write writes report.json, junit.xml and report.html into a directory, each in
// one step.
func (r *Report) Write(dir string) error {
	for _, file := range []struct {
		name   string
		render func() ([]byte, error)
	}{{Name, r.JSON}, {"junit.xml", r.JUnit}, {"report.html", r.HTML}} {
		content, err := file.render()
		if err != nil {
			return err
		}
		if err := renameio.WriteFile(filepath.Join(dir, file.name), content, 0o644); err != nil {
			return fmt.Errorf("write the report: %w", err)
		}
	}
	return nil
}
