// Package quotas judges what each namespace may use: the limits that are
// declared, that admission holds to them, and that the platform fits inside,
// while everything is being rolled out too.
package quotas

import (
	. "github.com/onsi/ginkgo/v2"

	"assay.dev/assay/harness/expect"
	"assay.dev/assay/spec"
)

// kubernetesAPI is where objects are read from; admission is what answers to a
// pod that is created.
const (
	kubernetesAPI = "Kubernetes API"
	admission     = "admission"
)

var (
	p        = expect.Suite(spec.Quotas, prepare)
	timeouts spec.Timeouts
	// brief bounds a check that waits for nothing: a handful of requests.
	brief SpecTimeout
)

// prepare takes from the specification what the making of checks needs.
func prepare(s *spec.Spec) {
	timeouts = s.Timeouts
	brief = SpecTimeout(timeouts.SteadyState.Duration)
}

// Run makes the checks of the suite for the chosen specification, and runs them.
func Run(t GinkgoTestingT) { p.RunSuite(t, "Quotas") }

// outcome is what became of a request.
func outcome(err error) string {
	if err == nil {
		return "accepted"
	}
	return err.Error()
}
