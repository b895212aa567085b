package platform

import (
	"slices"

	"github.com/Masterminds/semver/v3"
)

// tested are the ranges of versions that this revision was tried with.
var tested = []struct {
	component string
	// images are the keys of what runs, as running has them.
	images   []string
	versions string
}{
	{"Kubernetes", []string{"kubernetes"}, ">=1.34.0-0 <1.36.0-0"},
	{"Strimzi", []string{"strimzi/operator", "strimzi-standin"}, "~0.40.0"},
	{"Dapr", []string{"daprd"}, "~1.18.0"},
	{"Chaos Mesh", []string{"chaos-mesh"}, "~2.8.0"},
}

// Tested is a component with its version, and whether that was tried.
type Tested struct {
	Component string `json:"component"`
	// Version is empty where the component was not found.
	Version string `json:"version,omitempty"`
	Range   string `json:"range"`
	OK      bool   `json:"ok"`
}

// compare compares what runs with what was tried.
func compare(versions map[string]string) []Tested {
	var all []Tested
	for _, one := range tested {
		t := Tested{Component: one.component, Range: one.versions}
		if at := slices.IndexFunc(one.images, func(image string) bool { return versions[image] != "" }); at >= 0 {
			t.Version = versions[one.images[at]]
		}
		bounds, err := semver.NewConstraint(one.versions)
		if version, wrong := semver.NewVersion(t.Version); err == nil && wrong == nil {
			t.OK = bounds.Check(version)
		}
		all = append(all, t)
	}
	return all
}
