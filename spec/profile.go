package spec

import (
	"fmt"
	"slices"
	"strings"
)

// Profile says what a run may do to a platform. Each one includes those before it.
type Profile string

// The profiles, from the one that changes nothing to the one that breaks things.
const (
	// ReadOnly gets and lists, and asks the platform from outside as any client does. It
	// writes nothing, not even a Lease.
	ReadOnly Profile = "read-only"
	// Standard makes pods, topics and events of its own beside the platform's.
	Standard Profile = "standard"
	// Disruptive restarts and rolls out what the platform has.
	Disruptive Profile = "disruptive"
	// Breaking injects faults.
	Breaking Profile = "chaos"
)

// Profiles are all profiles, each one after those that it includes.
var Profiles = []Profile{ReadOnly, Standard, Disruptive, Breaking}

// Label is the label of checks that need the profile, in Ginkgo's form of a set.
func (p Profile) Label() string { return "profile:" + string(p) }

// Includes reports whether a run of this profile may do what another one may.
func (p Profile) Includes(other Profile) bool {
	return slices.Index(Profiles, other) <= slices.Index(Profiles, p)
}

// Filter is Ginkgo's label filter for the checks that a run of the profile may run. A check
// without a profile needs the first one.
func (p Profile) Filter() string {
	var names []string
	for _, one := range Profiles {
		if p.Includes(one) {
			names = append(names, string(one))
		}
	}
	return "profile: isSubsetOf {" + strings.Join(names, ", ") + "}"
}

// ParseProfile reads the name of a profile.
func ParseProfile(name string) (Profile, error) {
	if !slices.Contains(Profiles, Profile(name)) {
		return "", fmt.Errorf("there is no profile %q; there are %v", name, Profiles)
	}
	return Profile(name), nil
}
