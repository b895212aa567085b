// Package contract holds, as data, what the platform, its checks and its faults
// rely on in the charts that others wrote: workloads, services, definitions, rights
// and values. Tests hold whichever chart is at hand against it, the published one or
// the stand-in for it, so that neither drifts from what was read in the real sources.
package contract

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"go.yaml.in/yaml/v3"
)

//go:embed *.yaml
var files embed.FS

// Contract is what one chart has.
type Contract struct {
	// Chart is the directory's name of the published chart, StandIn that of the
	// chart which stands in for it, if there is one.
	Chart   string `yaml:"chart"`
	StandIn string `yaml:"standIn,omitempty"`
	// Version and AppVersion are those of the published chart. A chart that is taken
	// from the source of a Go module may name others, or none: Unreleased says so.
	Version    string `yaml:"version"`
	AppVersion string `yaml:"appVersion"`
	Unreleased string `yaml:"unreleased,omitempty"`
	// Source is where the facts were read: a repository and a tag, or a Go module.
	Source string `yaml:"source"`
	// Release and Namespace are those of helmfile.yaml.
	Release   string `yaml:"release"`
	Namespace string `yaml:"namespace"`

	Workloads   []Workload   `yaml:"workloads"`
	Services    []Service    `yaml:"services,omitempty"`
	Definitions []Definition `yaml:"definitions,omitempty"`
	Values      []Value      `yaml:"values"`
	Rights      []Right      `yaml:"rights,omitempty"`
}

// Which is the chart that an item holds for.
type Which string

// An item without one of these holds for both.
const (
	RealOnly    Which = "real"
	StandInOnly Which = "stand-in"
)

// Limit says that an item holds for one of the two charts, and why.
type Limit struct {
	Only Which  `yaml:"only,omitempty"`
	Why  string `yaml:"why,omitempty"`
}

// holds reports whether an item is asked of a chart.
func (l Limit) holds(standIn bool) bool {
	return l.Only == "" || (l.Only == StandInOnly) == standIn
}

// Workload is what makes pods. Labels are some of its pods'.
type Workload struct {
	Kind       string            `yaml:"kind"`
	Name       string            `yaml:"name"`
	Labels     map[string]string `yaml:"labels,omitempty"`
	Containers []Container       `yaml:"containers"`
	Limit      `yaml:",inline"`
}

// Container has ports, as it declares them.
type Container struct {
	Name  string `yaml:"name"`
	Ports []Port `yaml:"ports,omitempty"`
}

// Port may have no name.
type Port struct {
	Name   string `yaml:"name,omitempty"`
	Number int32  `yaml:"number"`
	Limit  `yaml:",inline"`
}

// Service selects the pods of a workload.
type Service struct {
	Name  string `yaml:"name"`
	Of    string `yaml:"of"`
	Ports []Port `yaml:"ports"`
	Limit `yaml:",inline"`
}

// Definition is a kind with the versions that are served.
type Definition struct {
	Group    string   `yaml:"group"`
	Kind     string   `yaml:"kind"`
	Versions []string `yaml:"versions"`
	Limit    `yaml:",inline"`
}

// Value is one that the platform sets, by its path.
type Value struct {
	Path string `yaml:"path"`
	// Type is string, number, boolean, list or map.
	Type string `yaml:"type"`
	// Undeclared says why the chart's values.yaml does not show it, or with another
	// type, though its templates read it.
	Undeclared string `yaml:"undeclared,omitempty"`
	Limit      `yaml:",inline"`
}

// Right is what a service account of the namespace may do.
type Right struct {
	Account  string   `yaml:"account"`
	Group    string   `yaml:"group"`
	Resource string   `yaml:"resource"`
	Verbs    []string `yaml:"verbs"`
	// For is what relies on it.
	For   string `yaml:"for"`
	Limit `yaml:",inline"`
}

// Load returns the contracts in the order of their files. The error names every
// file that is not well-formed.
func Load() ([]Contract, error) { return load(files) }

func load(from fs.FS) ([]Contract, error) {
	names, err := fs.Glob(from, "*.yaml")
	if err != nil {
		return nil, fmt.Errorf("list the contracts: %w", err)
	}
	var contracts []Contract
	var problems []error
	for _, name := range names {
		content, err := fs.ReadFile(from, name)
		if err != nil {
			return nil, fmt.Errorf("read the contracts: %w", err)
		}
		var c Contract
		decoder := yaml.NewDecoder(bytes.NewReader(content))
		decoder.KnownFields(true)
		if err := decoder.Decode(&c); err != nil {
			problems = append(problems, fmt.Errorf("%s: %w", name, err))
			continue
		}
		for _, problem := range c.incomplete() {
			problems = append(problems, fmt.Errorf("%s: %s", name, problem))
		}
		contracts = append(contracts, c)
	}
	return contracts, errors.Join(problems...)
}

// incomplete finds items that hold for one chart without a reason, and facts
// without a source.
func (c Contract) incomplete() []string {
	var found []string
	if c.Chart == "" || c.Version == "" || c.AppVersion == "" || c.Source == "" || c.Release == "" || c.Namespace == "" {
		found = append(found, "chart, version, appVersion, source, release and namespace must be given")
	}
	check := func(what string, l Limit) {
		switch {
		case l.Only == "" && l.Why == "":
		case l.Only != RealOnly && l.Only != StandInOnly:
			found = append(found, fmt.Sprintf("%s: only is %q, want %s or %s", what, l.Only, RealOnly, StandInOnly))
		case l.Why == "":
			found = append(found, what+": say why it holds for one chart alone")
		}
	}
	for _, w := range c.Workloads {
		check(w.Kind+" "+w.Name, w.Limit)
		for _, container := range w.Containers {
			for _, port := range container.Ports {
				check(fmt.Sprintf("%s: port %d", w.Name, port.Number), port.Limit)
			}
		}
	}
	for _, s := range c.Services {
		check("Service "+s.Name, s.Limit)
		for _, port := range s.Ports {
			check(fmt.Sprintf("Service %s: port %d", s.Name, port.Number), port.Limit)
		}
	}
	for _, d := range c.Definitions {
		check("definition "+d.Kind, d.Limit)
	}
	for _, v := range c.Values {
		check("value "+v.Path, v.Limit)
	}
	for _, r := range c.Rights {
		check("rights of "+r.Account+" to "+r.Resource, r.Limit)
	}
	return found
}
