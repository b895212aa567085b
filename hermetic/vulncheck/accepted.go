package vulncheck

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"

	"go.yaml.in/yaml/v3"
)

// Accepted is a vulnerability that is reached and may stay.
type Accepted struct {
	ID string `yaml:"id"`
	// Module is the directory of the module that is built with it.
	Module string `yaml:"module"`
	Why    string `yaml:"why"`
}

// listFile is the list of what may stay, in the repository.
var listFile = filepath.Join("hermetic", "vulncheck", "accepted.yaml")

var idForm = regexp.MustCompile(`^GO-[0-9]{4}-[0-9]{4,}$`)

// LoadAccepted reads the list of the repository at root. Each entry names an ID of the
// database, one of the modules, and a reason, and there is one of each.
func LoadAccepted(root string, modules []Module) ([]Accepted, error) {
	content, err := os.ReadFile(filepath.Join(root, listFile))
	if err != nil {
		return nil, fmt.Errorf("read what may stay: %w", err)
	}
	return parseAccepted(content, modules)
}

func parseAccepted(content []byte, modules []Module) ([]Accepted, error) {
	var list struct {
		Accepted []Accepted `yaml:"accepted"`
	}
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	decoder.KnownFields(true)
	if err := decoder.Decode(&list); err != nil {
		return nil, fmt.Errorf("read %s: %w", listFile, err)
	}
	var problems []error
	for i, a := range list.Accepted {
		known := slices.ContainsFunc(modules, func(m Module) bool { return m.Dir == a.Module })
		doubled := slices.ContainsFunc(list.Accepted[:i], func(b Accepted) bool { return a.ID == b.ID && a.Module == b.Module })
		if !idForm.MatchString(a.ID) || !known || a.Why == "" || doubled {
			problems = append(problems, fmt.Errorf("%s: entry %d (%s in %s): name an ID, a module that is built and a reason, once", listFile, i+1, a.ID, a.Module))
		}
	}
	return list.Accepted, errors.Join(problems...)
}

// Verdict is what came out for one module.
type Verdict struct {
	Module Module
	// New are reached and not accepted; Kept are reached and accepted; Unreached are
	// those of which no vulnerable function is called.
	New, Accepted, Unreached []Finding
	// Stale are accepted and reached no more: the entry has to go.
	Stale []Accepted
}

// Red reports whether something has to be done.
func (v Verdict) Red() bool { return len(v.New) > 0 || len(v.Stale) > 0 }

// Judge holds what was found in a module against the list.
func Judge(module Module, found []Finding, accepted []Accepted) Verdict {
	v := Verdict{Module: module}
	reached := map[string]bool{}
	for _, f := range found {
		switch {
		case f.Called == "":
			v.Unreached = append(v.Unreached, f)
			continue
		case slices.ContainsFunc(accepted, func(a Accepted) bool { return a.ID == f.ID && a.Module == module.Dir }):
			v.Accepted = append(v.Accepted, f)
		default:
			v.New = append(v.New, f)
		}
		reached[f.ID] = true
	}
	for _, a := range accepted {
		if a.Module == module.Dir && !reached[a.ID] {
			v.Stale = append(v.Stale, a)
		}
	}
	return v
}
