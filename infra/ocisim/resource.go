package ocisim

import (
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Lifecycle states that the emulated services use.
const (
	stateProvisioning = "PROVISIONING"
	stateAvailable    = "AVAILABLE"
	stateTerminating  = "TERMINATING"
	stateCreating     = "CREATING"
	stateActive       = "ACTIVE"
	stateUpdating     = "UPDATING"
	stateDeleting     = "DELETING"
	stateFailed       = "FAILED"
)

// Meta is what every resource has.
type Meta struct {
	ID             string            `json:"id"`
	CompartmentID  string            `json:"compartmentId"`
	LifecycleState string            `json:"lifecycleState"`
	TimeCreated    time.Time         `json:"timeCreated"`
	FreeformTags   map[string]string `json:"freeformTags"`
}

func (m *Meta) meta() *Meta { return m }

// Resource is one existing object, as tests and the sweep count them.
type Resource struct {
	Kind  string            `json:"kind"`
	ID    string            `json:"id"`
	Name  string            `json:"name"`
	State string            `json:"state"`
	Tags  map[string]string `json:"tags,omitempty"`
}

func (r Resource) String() string { return r.Kind + "/" + r.Name + " " + r.State }

// newID makes an OCID. IDs are a function of the order of creation, so that two
// runs of one test agree.
func (s *Server) newID(kind string) string {
	s.sequence++
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %d", kind, s.sequence))
	unique := strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:]))
	return "ocid1." + kind + ".oc1." + s.opts.Region + "." + unique
}

// Resources lists everything that exists, ordered by kind and name. A VCN's own
// default lists, tables and options are part of the VCN and not listed.
func (s *Server) Resources() []Resource {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settle()
	var all []Resource
	for _, k := range s.kinds() {
		all = append(all, k.resources()...)
	}
	all = append(all, s.objectResources()...)
	slices.SortFunc(all, func(a, b Resource) int {
		return strings.Compare(a.Kind+"/"+a.Name, b.Kind+"/"+b.Name)
	})
	return all
}

// Edit changes a resource behind the API's back: the change goes through no rule
// and leaves no trace in the call log. Fields are named as in the API's JSON.
func (s *Server) Edit(kind, name string, change func(fields map[string]any)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settle()
	for _, k := range s.kinds() {
		if k.kindName() == kind {
			return k.edit(name, change)
		}
	}
	return fmt.Errorf("kind %q is not emulated", kind)
}
