// Package suitereport reads the reports that Ginkgo writes of suites: types.Report of
// github.com/onsi/ginkgo/v2/types, as JSON.
package suitereport

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/onsi/ginkgo/v2/types"

	"assay.dev/assay/spec"
)

// InconclusivePrefix starts the failure message of a check that could not tell: neither
// that its requirement is met nor that it is broken.
const InconclusivePrefix = "inconclusive: "

// Listed is a check that a suite holds, as a dry run lists it.
type Listed struct {
	Suite  spec.Suite
	Name   string
	Labels []string
}

// Read reads the report of one suite: one report, as a run saves it, or a list of one, as
// Ginkgo's --json-report writes it.
func Read(path string) (types.Report, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return types.Report{}, fmt.Errorf("read the report of a suite: %w", err)
	}
	if !bytes.HasPrefix(bytes.TrimSpace(content), []byte("[")) {
		var report types.Report
		if err := json.Unmarshal(content, &report); err != nil {
			return types.Report{}, fmt.Errorf("read the report of a suite in %s: %w", path, err)
		}
		return report, nil
	}
	var reports []types.Report
	if err := json.Unmarshal(content, &reports); err != nil {
		return types.Report{}, fmt.Errorf("read the report of a suite in %s: %w", path, err)
	}
	if len(reports) != 1 {
		return types.Report{}, fmt.Errorf("read the report of a suite: %s has %d reports, want one", path, len(reports))
	}
	return reports[0], nil
}

// ReadAll reads the reports of all suites in the directory ginkgo of a run: the name of a
// file is that of its suite. A run without the directory has run no suite.
func ReadAll(dir string) (map[spec.Suite]types.Report, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the suites' reports: %w", err)
	}
	suites := map[spec.Suite]types.Report{}
	for _, entry := range entries {
		name, isJSON := strings.CutSuffix(entry.Name(), ".json")
		if !isJSON {
			continue
		}
		if suites[spec.Suite(name)], err = Read(filepath.Join(dir, entry.Name())); err != nil {
			return nil, err
		}
	}
	return suites, nil
}

// IDs returns the requirements that the labels of a check name, each once.
func IDs(check types.SpecReport) []string {
	var ids []string
	for _, label := range check.Labels() {
		if spec.IsID(label) {
			ids = append(ids, label)
		}
	}
	return ids
}
