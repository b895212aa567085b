// Package recordings keeps beside a history what a suite's checks judge and no
// history holds: the bytes of events, the answers of the API, what the probe was
// delivered. The checks judge what they read back, so that a saved experiment can
// be judged again by the same code, without the platform that it was recorded on.
package recordings

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/google/renameio/v2"

	"assay.dev/assay/harness/record/observe"
)

// Env names the directory of a run whose experiments are judged as they were
// recorded. Suites then touch no platform.
const Env = "ASSAY_RECORDED"

// The files beside a history: SeenFile is JSON, CapturesFile JSON Lines.
const (
	SeenFile     = "seen.json"
	CapturesFile = "captures.jsonl"
)

// Folders of a run that hold experiments: those that the judge judges, and Aside
// what single checks record for themselves.
const (
	Histories   = "history"
	Diagnostics = "diagnostics"
)

// Dir is where the run in a directory keeps the history of an experiment, if it
// holds one.
func Dir(run, experiment string) string {
	for _, folder := range []string{Histories, Diagnostics} {
		dir := filepath.Join(run, folder, experiment)
		if _, err := os.Stat(filepath.Join(dir, "publishes.jsonl")); err == nil {
			return dir
		}
	}
	return ""
}

// Has reports whether the run in a directory holds an experiment.
func Has(run, experiment string) bool { return Dir(run, experiment) != "" }

// Save writes what was captured, and all else that was seen, into the directory of
// a history.
func Save(dir string, captures []observe.Capture, seen any) error {
	var lines bytes.Buffer
	encoder := json.NewEncoder(&lines)
	for i := range captures {
		if err := encoder.Encode(&captures[i]); err != nil {
			return fmt.Errorf("save what was captured: %w", err)
		}
	}
	content, err := json.MarshalIndent(seen, "", "  ")
	if err != nil {
		return fmt.Errorf("save what was seen: %w", err)
	}
	for name, content := range map[string][]byte{CapturesFile: lines.Bytes(), SeenFile: content} {
		if err := renameio.WriteFile(filepath.Join(dir, name), content, 0o644); err != nil {
			return fmt.Errorf("save %s: %w", name, err)
		}
	}
	return nil
}

// Open reads what Keep wrote: it fills in seen and returns what was captured, in
// its order. What was kept beside a history of an older version is translated. A member
// that seen does not have is an error.
func Open(dir string, seen any) ([]observe.Capture, error) {
	content, err := os.ReadFile(filepath.Join(dir, SeenFile))
	if err != nil {
		return nil, fmt.Errorf("read what was seen: %w", err)
	}
	if content, err = translated(dir, content); err != nil {
		return nil, err
	}
	decoder := json.NewDecoder(bytes.NewReader(content))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(seen); err != nil {
		return nil, fmt.Errorf("read %s in %s: %w", SeenFile, dir, err)
	}
	return captures(dir)
}

func captures(dir string) ([]observe.Capture, error) {
	file, err := os.Open(filepath.Join(dir, CapturesFile))
	if err != nil {
		return nil, fmt.Errorf("read what was captured: %w", err)
	}
	defer func() { _ = file.Close() }()
	var all []observe.Capture
	decoder := json.NewDecoder(file)
	decoder.DisallowUnknownFields()
	for {
		var c formerCapture
		err := decoder.Decode(&c)
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read %s in %s, capture %d: %w", CapturesFile, dir, len(all)+1, err)
		}
		all = append(all, c.capture())
	}
}
