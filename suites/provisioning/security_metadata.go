package provisioning

import (
	"fmt"
	"net/netip"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	networkingv1 "k8s.io/api/networking/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"assay.dev/assay/harness/expect"
	"assay.dev/assay/harness/kube"
	"assay.dev/assay/spec"
)

var _ = p.Checks(func() {
	Describe("The metadata address", expect.At(spec.Standard), SpecPriority(first), func() {
		// Where no cloud serves it, a connection that does not come about shows nothing: the
		// policies are evaluated, too.
		p.It("security.metadata", func(ctx SpecContext) {
			metadata := p.Spec.Network.Outbound.Metadata
			address, err := netip.ParseAddr(metadata.Address)
			expect.Subject{What: "metadata address", From: "spec/platform.yaml"}.NoError(err)
			for _, namespace := range metadata.Hidden {
				var policies networkingv1.NetworkPolicyList
				subject := expect.Subject{What: "policies of " + namespace, From: kubernetesAPI}
				subject.NoError(p.Cluster.List(ctx, &policies, client.InNamespace(namespace)))
				admitting, isolated := kube.EgressTo(policies.Items, address, int32(metadata.Port))
				subject.What = "policies of " + namespace + " that let pods connect to " + metadata.Address
				subject.Is(strings.Join(admitting, ", "), "")
				subject.What = "policies of " + namespace + " that isolate every pod's connections"
				subject.AssertThat(isolated, "at least one", fmt.Sprintf("none of %d", len(policies.Items)))
			}
			for _, flow := range p.Spec.Network.Outbound.Denied {
				t := &attempt{
					flow:    spec.Flow{From: flow.From, To: metadata.Address, Port: metadata.Port, Why: "no pod gets the node's credentials"},
					results: []result{{host: metadata.Address, port: metadata.Port}},
				}
				t.results[0].try(ctx, probes(ctx, flow.From)[0], false)
				judge(t, "closed")
			}
		}, NodeTimeout(timeouts.PodReady.Duration+timeouts.SteadyState.Duration))
	})
})
