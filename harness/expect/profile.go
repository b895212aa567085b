package expect

import (
	"strings"

	"github.com/onsi/ginkgo/v2"

	"assay.dev/assay/spec"
)

// requires starts the labels by which checks name what they require of a cluster, in Ginkgo's form
// of a set.
const requires = "requires:"

// At labels checks that need a profile. Without it a check needs the one that changes
// nothing. Of several, as those of a check and of its container, the one that allows most
// counts.
func At(profile spec.Profile) ginkgo.Labels { return ginkgo.Label(profile.Label()) }

// Requires labels checks that require what a cluster of somebody else may not have: they are
// skipped where the run says so.
func Requires(capability spec.Capability) ginkgo.Labels {
	return ginkgo.Label(requires + string(capability))
}

// required are the capabilities that the labels of a check name.
func required(labels []string) []spec.Capability {
	var all []spec.Capability
	for _, label := range labels {
		if name, is := strings.CutPrefix(label, requires); is {
			all = append(all, spec.Capability(name))
		}
	}
	return all
}
