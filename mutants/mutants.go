// Package mutants holds the ways to break what is judged, each with the
// requirement whose check must see it. A suite is worth what it catches: `assay
// mutate` applies a mutant, wants exactly that check red, and undoes it.
package mutants

import (
	"strings"
	"time"
)

// Mutant is one way to break the platform.
type Mutant struct {
	// ID is unique: the requirement's ID and a word.
	ID string `yaml:"id"`
	// Requirement is the ID of the requirement that is broken.
	Requirement string `yaml:"requirement"`
	// What says what is broken, in a sentence.
	What string `yaml:"what"`
	// Apply is done in this order and undone in reverse.
	Apply []Step `yaml:"apply"`
	// Message is a regular expression that the failure must match.
	Message string `yaml:"message"`
	// Also are the IDs of other checks that see the same thing and may be red.
	Also []string `yaml:"also,omitempty"`
	// File is where the mutant is written, set by Load.
	File string `yaml:"-"`
	line int
}

// Step is one change to the cluster; exactly one of its fields is set.
type Step struct {
	Patch  *Patch         `yaml:"patch,omitempty"`
	Delete *Object        `yaml:"delete,omitempty"`
	Create map[string]any `yaml:"create,omitempty"`
	// Restart starts the pods of a workload again, so that they see what the
	// steps before have changed.
	Restart *Restart `yaml:"restart,omitempty"`
	// Expire ends a pod of a workload for good, which stays as one that has failed while
	// another does its work.
	Expire *Object `yaml:"expire,omitempty"`
	// Causes is an object that a controller makes of what the other steps change, and
	// leaves behind: undone last if it is written first.
	Causes *Object `yaml:"causes,omitempty"`
	// Rewrite changes what the API says about an object, not the object: for what
	// cannot be broken on a platform that has to go on.
	Rewrite *Rewrite `yaml:"rewrite,omitempty"`
	// Cloud changes a resource of the emulated cloud. A mutant with such a step has
	// no other kind.
	Cloud *Cloud `yaml:"cloud,omitempty"`
	// File changes a file of the repository in a copy, which the checks are then run
	// with: for what is judged before it is deployed. A mutant with such a step has
	// no other kind.
	File *File `yaml:"file,omitempty"`
	// Recording changes what an experiment has recorded. A mutant with such a step
	// has no other kind.
	Recording *Recording `yaml:"recording,omitempty"`
}

// File is a change to a file of the Terraform configuration or of the specification.
type File struct {
	// Path is below the repository.
	Path string `yaml:"path"`
	// Replace is a text that stands in the file once; By is what it becomes.
	Replace string `yaml:"replace"`
	By      string `yaml:"by"`
}

// Cloud is a change to a resource that goes through no rule of the cloud's API.
type Cloud struct {
	// Kind and Name are the emulator's: a subnet and its display name.
	Kind string `yaml:"kind"`
	Name string `yaml:"name"`
	// JSON is a patch (RFC 6902); a value ${KIND/NAME} is the ID of a resource.
	JSON []map[string]any `yaml:"json"`
}

// Place is what a mutant changes.
type Place string

// The places. The checks of the platform and of the specification run on the
// platform that is up, those of the cloud and of its configuration on an emulated
// cloud, those of a recording on a saved run.
const (
	OnPlatform      Place = "platform"
	OnSpecification Place = "specification"
	OnCloud         Place = "cloud"
	OnConfiguration Place = "configuration"
	OnRecording     Place = "recording"
)

// Folders that hold the files which mutants of two of the places change.
const (
	// SpecificationDir stands for the directory of the specification.
	SpecificationDir = "spec/"
	configurationDir = "infra/terraform/"
)

// Place tells what the mutant changes.
func (m Mutant) Place() Place {
	for _, s := range m.Apply {
		switch {
		case s.Cloud != nil:
			return OnCloud
		case s.File != nil && strings.HasPrefix(s.File.Path, configurationDir):
			return OnConfiguration
		case s.File != nil:
			return OnSpecification
		case s.Recording != nil:
			return OnRecording
		}
	}
	return OnPlatform
}

// Rewrite is an object as the API shows it to the checks.
type Rewrite struct {
	Object `yaml:",inline"`
	// Labels select the object where its name differs from cluster to cluster: of
	// those that match, the first by name.
	Labels string `yaml:"labels,omitempty"`
	// Absent hides it; JSON (RFC 6902) is what is changed about it; Override is what a
	// pod answers through a forwarded port. One of the three is set.
	Absent   bool             `yaml:"absent,omitempty"`
	JSON     []map[string]any `yaml:"json,omitempty"`
	Override *Override        `yaml:"override,omitempty"`
}

// Override is a text that a pod sends, and another of the same length that the checks
// receive instead.
type Override struct {
	Text string `yaml:"text"`
	As   string `yaml:"as"`
}

// Object names an object of the cluster.
type Object struct {
	APIVersion string `yaml:"apiVersion"`
	Kind       string `yaml:"kind"`
	Namespace  string `yaml:"namespace,omitempty"`
	Name       string `yaml:"name"`
}

func (o Object) String() string {
	return strings.TrimPrefix(o.Kind+" "+o.Namespace+"/"+o.Name, "/")
}

// Patch changes an object by a JSON patch (RFC 6902), or by a merge patch
// (RFC 7396) if Merge is set instead.
type Patch struct {
	Object `yaml:",inline"`
	JSON   []map[string]any `yaml:"json,omitempty"`
	Merge  map[string]any   `yaml:"merge,omitempty"`
	// Rollout says that pods are replaced by it, and when the mutant counts as
	// applied: when the new ones have started, or when the rollout is complete.
	Rollout Rollout `yaml:"rollout,omitempty"`
	// Remake says that the object cannot be changed back and is deleted and made
	// again instead, as a topic with too many partitions.
	Remake bool `yaml:"remake,omitempty"`
	// Settle is how long the change takes to have an effect that nobody announces.
	Settle time.Duration `yaml:"settle,omitempty"`
}

// Restart names a workload. Rollout says when the mutant counts as applied: as soon
// as there are new pods if it is empty.
type Restart struct {
	Object  `yaml:",inline"`
	Rollout Rollout `yaml:"rollout,omitempty"`
}

// Rollout is how far a rollout has to come.
type Rollout string

// How far a rollout has to come: until there are new pods, until the containers of
// all new pods run, though they may never be ready, or to its end.
const (
	Started  Rollout = "begun"
	Running  Rollout = "running"
	Complete Rollout = "complete"
)
