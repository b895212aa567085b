package run

import (
	"fmt"
	"os"

	"github.com/google/renameio/v2"

	"assay.dev/assay/spec"
)

// WaiversEnv names the file of waivers, as the flag --waivers does.
const WaiversEnv = "ASSAY_WAIVERS"

// waiversName is the file of a run that has its waivers.
const waiversName = "waivers.yaml"

// Exceptions are what a run does not insist on. The zero value is none.
type Exceptions struct {
	// Waivers are nil for a run without a file of waivers.
	Waivers *spec.Waivers
	// AcceptSkips are as in Run.
	AcceptSkips []spec.Capability
}

// ReadWaivers reads the file of waivers at a path, for requirements of s. The error is a
// spec.Problems where the file has other content than it should.
func ReadWaivers(path string, s *spec.Spec) (*spec.Waivers, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the waivers that --waivers or %s names: %w: give it the path of a file", WaiversEnv, err)
	}
	return s.Waivers(path, raw)
}

// Except saves exceptions in the run, so that it can be judged again with them alone.
func (r *Run) Except(e Exceptions) error {
	if e.Waivers == nil && len(e.AcceptSkips) == 0 {
		return nil
	}
	if e.Waivers != nil {
		r.Waive(e.Waivers)
		if err := renameio.WriteFile(r.Path(waiversName), e.Waivers.Raw, 0o644); err != nil {
			return fmt.Errorf("save the waivers in the run: %w", err)
		}
	}
	if len(e.AcceptSkips) > 0 {
		r.AcceptSkips = e.AcceptSkips
	}
	return r.Save()
}

// Waive lets reports judge the run with these waivers in place of those that it holds. It
// writes nothing; Except does.
func (r *Run) Waive(w *spec.Waivers) { r.waivers, r.WaiversFile = w, w.File }

// Waivers are those that the run was judged with, or that Waive has set; nil for a run
// without any. The error is of a run whose waivers cannot be read any more.
func (r *Run) Waivers() (*spec.Waivers, error) {
	if r.waivers != nil || r.WaiversFile == "" {
		return r.waivers, nil
	}
	specified, err := r.Specification()
	if err != nil {
		return nil, err
	}
	raw, err := os.ReadFile(r.Path(waiversName))
	if err != nil {
		return nil, fmt.Errorf("read the waivers of the run %s: %w: name the file with --waivers, or take waiversFile out of its run.json", r.ID, err)
	}
	if r.waivers, err = specified.Waivers(r.WaiversFile, raw); err != nil {
		return nil, fmt.Errorf("read the waivers of the run %s, %s: %w", r.ID, r.Path(waiversName), err)
	}
	return r.waivers, nil
}
