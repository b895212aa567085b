// Package provisioning judges what is deployed: it asks the broker, the
// sidecars, the ingress and the pods themselves, and the Kubernetes API where a
// declaration is what matters.
package provisioning

import (
	. "github.com/onsi/ginkgo/v2"

	"assay.dev/assay/harness/expect"
	"assay.dev/assay/spec"
)

var (
	p        = expect.Suite(spec.Provisioning, prepare)
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
func Run(t GinkgoTestingT) { p.RunSuite(t, "Provisioning") }

var _ = p.Checks(func() {
	AfterSuite(func(ctx SpecContext) {
		closeKafka()
		removeProbes(ctx)
	}, NodeTimeout(timeouts.ObjectDeleted.Duration))
})
