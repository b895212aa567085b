// Package provisioning_test judges what is deployed: it asks the broker, the
// sidecars, the ingress and the pods themselves, and the Kubernetes API where a
// declaration is what matters.
package provisioning_test

import (
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"assay.dev/assay/harness/expect"
	"assay.dev/assay/spec"
)

var (
	p        = expect.Suite(spec.Provisioning)
	timeouts = spec.Current().Timeouts
	// brief bounds a check that waits for nothing: a handful of requests.
	brief = SpecTimeout(timeouts.SteadyState.Duration)
)

var _ = AfterSuite(func(ctx SpecContext) {
	closeKafka()
	removeProbes(ctx)
}, NodeTimeout(timeouts.ObjectDeleted.Duration))

// claim ties a requirement to what its sentence names. Lists of them, unlike maps,
// give every process of the suite the same order of checks.
type claim struct{ id, name string }

// TestProvisioning runs the suite.
func TestProvisioning(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "Provisioning")
}
