package vulncheck

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
)

// Finding is a known vulnerability of what a module is built from.
type Finding struct {
	// ID is that of the database, such as GO-2026-6061.
	ID string
	// Called names a vulnerable function that is reached, with its package; it is empty
	// where none is.
	Called string
	// Fixed is the version without it, empty if there is none; Version is the one in use.
	Module, Version, Fixed string
	Summary                string
}

// message is one of the stream that govulncheck writes with -format json:
// https://pkg.go.dev/golang.org/x/vuln/internal/govulncheck
type message struct {
	OSV *struct {
		ID      string `json:"id"`
		Summary string `json:"summary"`
	} `json:"osv"`
	Finding *struct {
		OSV   string `json:"osv"`
		Fixed string `json:"fixed_version"`
		// Trace starts with what is vulnerable and ends with who calls it.
		Trace []struct {
			Module   string `json:"module"`
			Version  string `json:"version"`
			Package  string `json:"package"`
			Receiver string `json:"receiver"`
			Function string `json:"function"`
		} `json:"trace"`
	} `json:"finding"`
	Config *struct {
		Scanner string `json:"scanner_name"`
	} `json:"config"`
}

// ErrOutput is wrapped by the error on output that is not govulncheck's.
var ErrOutput = errors.New("read the output of govulncheck")

// Read reads what govulncheck found, one Finding for each ID, by ID.
func Read(output io.Reader) ([]Finding, error) {
	decoder := json.NewDecoder(output)
	found, summaries, configured := map[string]Finding{}, map[string]string{}, false
	for {
		var m message
		err := decoder.Decode(&m)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrOutput, err)
		}
		configured = configured || m.Config != nil
		if m.OSV != nil {
			summaries[m.OSV.ID] = m.OSV.Summary
		}
		if m.Finding == nil || len(m.Finding.Trace) == 0 {
			continue
		}
		at := m.Finding.Trace[0]
		f := Finding{ID: m.Finding.OSV, Module: at.Module, Version: at.Version, Fixed: m.Finding.Fixed}
		if at.Function != "" {
			f.Called = at.Package + "." + at.Function
			if at.Receiver != "" {
				f.Called = at.Package + "." + at.Receiver + "." + at.Function
			}
		}
		// The same ID comes again for the module, for each package and each function.
		if old, known := found[f.ID]; !known || old.Called == "" {
			found[f.ID] = f
		}
	}
	if !configured { // even a module without any finding has that message
		return nil, fmt.Errorf("%w: there is no message about its configuration", ErrOutput)
	}
	var all []Finding
	for _, id := range slices.Sorted(maps.Keys(found)) {
		f := found[id]
		f.Summary = summaries[id]
		all = append(all, f)
	}
	return all, nil
}
