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
	p        = expect.Suite(spec.Provisioning, &timeouts, &brief)
	timeouts spec.Timeouts
	// brief bounds a check that waits for nothing: a handful of requests.
	brief SpecTimeout
)

// Suite are the checks of this package; conformance.Run runs them.
var Suite = p

var _ = p.Checks(func() {
	AfterSuite(func(ctx SpecContext) {
		closeKafka()
		removeProbes(ctx)
	}, NodeTimeout(timeouts.ObjectDeleted.Duration))
})
