package stack

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"assay.dev/assay/harness/process/refusal"
	"assay.dev/assay/infra/inventory"
)

// ErrPinned is wrapped by what Open returns for another run, compartment or region
// than the folder's.
var ErrPinned = refusal.New("the directory has a run that is pinned to something else")

// identity is what must stay the same over every call for one run.
type identity struct {
	ID          string    `json:"id"`
	Run         string    `json:"run_id"`
	Expires     time.Time `json:"expires_at"`
	Compartment string    `json:"compartment_id"`
	Region      string    `json:"region"`
	Owner       string    `json:"owner"`
}

// Exists reports whether a folder keeps a stack.
func Exists(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, identityFile))
	return err == nil
}

// Saved returns the run that a folder keeps.
func Saved(dir string) (inventory.Run, error) {
	s := &Stack{config: Config{Dir: dir}}
	if err := s.identify(); err != nil {
		return inventory.Run{}, err
	}
	return s.run, nil
}

// Pinned returns the compartment that the run in config.Dir uses, or that a new one
// would use. The error of a run that is pinned to something else wraps ErrPinned. It
// changes nothing.
func Pinned(config Config) (compartment string, err error) {
	if !Exists(config.Dir) {
		return config.Compartment, nil
	}
	s := &Stack{config: config}
	if err := s.identify(); err != nil {
		return "", err
	}
	return s.run.Compartment, nil
}

// identify reads who the stack in Dir is, or decides it once. Another name or expiry
// on a later call would change every tag and hide the run from its own sweep. In
// another region or compartment the API knows none of the run's objects: the provider
// would drop them from the state, and they would stay and cost money.
func (s *Stack) identify() error {
	file := s.Path(identityFile)
	content, err := os.ReadFile(file)
	switch {
	case err == nil:
		var saved identity
		if err := json.Unmarshal(content, &saved); err != nil {
			return fmt.Errorf("read %s: %w", file, err)
		}
		s.run = inventory.Run{
			ID: saved.ID, Name: saved.Run, Expires: saved.Expires, Compartment: saved.Compartment, Region: saved.Region, Owner: saved.Owner,
		}
		return s.checkPins()
	case !errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("read %s: %w", file, err)
	case s.config.Run == "":
		return fmt.Errorf("%s has no run: name one with --run", s.config.Dir)
	}
	s.run = inventory.NewRun(s.config.Run, s.config.Compartment, s.region(), time.Now().Add(s.config.TTL))
	content, err = json.Marshal(identity{
		ID: s.run.ID, Run: s.run.Name, Expires: s.run.Expires, Compartment: s.run.Compartment, Region: s.run.Region, Owner: s.run.Owner,
	})
	if err != nil {
		return fmt.Errorf("write %s: %w", file, err)
	}
	return os.WriteFile(file, content, 0o600)
}

// region is where the API client asks; empty without one.
func (s *Stack) region() string {
	if s.config.API == nil {
		return ""
	}
	return s.config.API.Region()
}

// checkPins compares what this call names with what the run was made with.
func (s *Stack) checkPins() error {
	if s.run.ID == "" {
		return fmt.Errorf("%w: %s was made by an older version, which recorded neither region nor objects: take it down with that version", ErrPinned, s.config.Dir)
	}
	for _, pin := range []struct{ what, recorded, given string }{
		{"run", s.run.Name, s.config.Run},
		{"compartment", s.run.Compartment, s.config.Compartment},
		{"region", s.run.Region, s.region()},
	} {
		if pin.given != "" && pin.given != pin.recorded {
			return fmt.Errorf("%w: %s has run %q in compartment %s, region %s, and this call names the %s %q: "+
				"take that run down first, with its own settings, or name another folder",
				ErrPinned, s.config.Dir, s.run.Name, s.run.Compartment, s.run.Region, pin.what, pin.given)
		}
	}
	return nil
}
