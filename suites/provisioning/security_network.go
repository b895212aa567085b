package provisioning

import (
	"fmt"
	"slices"

	. "github.com/onsi/ginkgo/v2"

	"assay.dev/assay/harness/expect"
	"assay.dev/assay/spec"
)

// Ordered: the checks share their attempts, which one process then makes but once.
// First: they wait, and others can run beside.
var _ = p.Checks(func() {
	Describe("The network", expect.At(spec.Standard), Ordered, ContinueOnFailure, SpecPriority(first), func() {
		var tried attempts
		BeforeAll(func(ctx SpecContext) { tried = try(ctx) },
			NodeTimeout(timeouts.PodReady.Duration+timeouts.NetworkRules.Duration+timeouts.SteadyState.Duration))

		expect.Each(p, "security.{to}.unreachable", func(_ SpecContext, to spec.DeniedNamespace) { denied(tried, to.To) })

		p.It("security.egress", func() {
			flows := p.Spec.Network.Outbound.Denied
			someFlows(flows, "that are not needed")
			for _, flow := range flows {
				// Somebody listens, and the pod's own network works: what is closed is closed to it.
				judge(tried[unhindered(flow)], "open")
				judge(tried[toNames(flow.From)], "open")
				judge(tried[flow], "closed")
			}
		})

		p.It("security.reachable", func() {
			someFlows(p.Spec.Network.Allowed, "that are allowed")
			for _, flow := range p.Spec.Network.Allowed {
				judge(tried[flow], "open")
			}
		})
	})
})

// denied fails the check if a connection that must not be possible into a
// namespace is; and if one that must be possible to the same port is not, since a
// port that nobody reaches shows nothing.
func denied(tried attempts, to string) {
	GinkgoHelper()
	flows := slices.DeleteFunc(slices.Clone(p.Spec.Network.Denied), func(f spec.Flow) bool { return f.To != to })
	someFlows(flows, "denied to "+to)
	for _, flow := range flows {
		// The probe's own network works: whatever it does not reach is closed.
		judge(tried[toAll(flow.From)], "open")
		judge(tried[friend(flow)], "open")
		judge(tried[flow], "closed")
	}
}

// friend is a connection that is allowed to where another one is denied.
func friend(denied spec.Flow) spec.Flow {
	GinkgoHelper()
	for _, flow := range p.Spec.Network.Allowed {
		if flow.To == denied.To && flow.Port == denied.Port {
			return flow
		}
	}
	expect.Subject{What: fmt.Sprintf("connections to %s:%d", denied.To, denied.Port), From: "spec/platform.yaml"}.
		AssertThat(false, "one that is allowed", "none")
	return spec.Flow{}
}

func someFlows(flows []spec.Flow, what string) {
	GinkgoHelper()
	if len(flows) == 0 {
		expect.Subject{What: "connections " + what, From: "spec/platform.yaml"}.AssertThat(false, "at least one", "none")
	}
}

// judge fails the check unless a connection came out as wanted at every address.
func judge(t *attempt, want string) {
	GinkgoHelper()
	if t == nil {
		Fail("a connection was not tried")
	}
	subject := expect.Subject{What: fmt.Sprintf("from %s to %s: %s", t.flow.From, t.flow.To, t.flow.Why), From: "a pod of namespace " + t.flow.From}
	subject.NoError(t.err)
	if len(t.results) == 0 {
		subject.AssertThat(false, "at least one address", "none")
	}
	for _, result := range t.results {
		subject := subject
		subject.What += fmt.Sprintf(" (%s:%d)", result.host, result.port)
		subject.NoError(result.err)
		seen := "closed"
		if result.open {
			seen = "open"
		}
		subject.Is(seen, want)
	}
}
