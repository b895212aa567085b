// Package eventing accounts for every event: one recorded experiment sends
// all kinds of changes through the ingress and all kinds of broken events past
// it, and the checks judge what was recorded.
package eventing

import (
	. "github.com/onsi/ginkgo/v2"

	"assay.dev/assay/harness/expect"
	"assay.dev/assay/harness/runs/recordings"
	"assay.dev/assay/spec"
)

var (
	p        = expect.Suite(spec.Eventing, &timeouts, &brief)
	timeouts spec.Timeouts
	// brief bounds a check that judges what is recorded, and asks a little more.
	brief SpecTimeout
)

// Suite are the checks of this package; conformance.Run runs them.
var Suite = p

// All checks of the experiment are in one container: they run in one process, in
// order, and a red one does not keep the others from being judged.
var _ = p.Checks(func() {
	Describe("Events", expect.At(spec.Standard), expect.Requires(spec.IngressAddress), expect.Requires(spec.KafkaAccess), Ordered, ContinueOnFailure, func() {
		BeforeAll(func(ctx SpecContext) {
			seen = &experiment{}
			if p.Recorded() {
				if !recordings.Has(p.Run.Path(), experimentName) {
					Skip("the run does not contain the experiment")
				}
				seen.err = seen.judge()
				return
			}
			DeferCleanup(func(ctx SpecContext) {
				expect.Subject{What: "removal of the probe", From: "Kubernetes API"}.NoError(seen.cleanUp(ctx))
			}, NodeTimeout(3*timeouts.ObjectDeleted.Duration))
			// What went wrong is told by each check, which cannot judge without it.
			seen.err = seen.run(ctx)
		}, NodeTimeout(timeouts.Suite.Duration))

		fieldChecks()
		envelopeChecks()
		expectationChecks()
		contentChecks()
		refusalChecks()
		topicChecks()
		flowChecks()
		deadLetterChecks()
		daprChecks()

		It("breaks nothing that no check here is for", brief, func(SpecContext) {
			recorded()
			unbroken(ofNoCheck)
		})
	})
})
