package oci

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"slices"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"assay.dev/assay/infra/cli"
	"assay.dev/assay/infra/ociapi"
	"assay.dev/assay/spec"
)

// freeMbps is the bandwidth that the free allowance covers.
const freeMbps = 10

// The cluster makes the load balancer once the ingress controller is deployed. An
// emulated cloud has one only if whoever emulates it made one.
var _ = p.Checks(func() {
	Describe("the OCI load balancer", Ordered, Label("oci", "deployed"), func() {
		var seen balancerSight
		BeforeAll(func(ctx SpecContext) {
			run := &applied{cloud: namedCloud()}
			const missing = "missing capability: a load balancer of OCI"
			if run.cloud == nil {
				Skip(missing)
			}
			all := run.list(ctx, ociapi.LoadBalancer, nil)
			if len(all) == 0 && os.Getenv(cli.EndpointEnv) != "" {
				Skip(missing)
			}
			seen.public, seen.private = run.subnet(ctx, spec.Public).ID(), run.subnet(ctx, spec.Private).ID()
			seen.nodes = run.nodePool(ctx).Objects("nodes")
			for _, balancer := range all {
				if slices.Contains(balancer.Strings("subnetIds"), seen.public) {
					seen.balancers = append(seen.balancers, balancer)
				}
			}
		}, NodeTimeout(timeouts.APIRequest.Duration))

		p.It("network.balancer.subnet", func() { Expect(seen.balancers).NotTo(BeEmpty(), "load balancers in the public subnet") })
		p.It("network.balancer.backends", func() { Expect(seen.unrelatedBackends()).To(BeEmpty()) })
		p.It("network.balancer.shape", func() { Expect(seen.costlyShapes()).To(BeEmpty()) })
		p.It("ingress.balancer", func(ctx SpecContext) {
			addresses := seen.externalAddresses()
			Expect(addresses).NotTo(BeEmpty(), "public addresses of load balancers")
			for _, address := range addresses {
				Expect(serverAt(ctx, "http://"+address+"/")).To(HavePrefix("nginx"), "who answers at %s", address)
			}
		}, NodeTimeout(timeouts.HTTPRequest.Duration))
	})
})

// balancerSight is what the API says of load balancers and of what they lead to.
type balancerSight struct {
	public, private string
	// balancers are those in the public subnet.
	balancers, nodes []ociapi.Object
}

// unrelatedBackends says where backends and worker nodes are not the same.
func (s balancerSight) unrelatedBackends() []string {
	var unrelated, workers []string
	for _, node := range s.nodes {
		if node.String("subnetId") != s.private {
			unrelated = append(unrelated, fmt.Sprintf("node %s is not in the private subnet", node.ID()))
		}
		workers = append(workers, node.String("privateIp"))
	}
	slices.Sort(workers)
	sets := 0
	for _, balancer := range s.balancers {
		for name := range balancer.Object("backendSets") {
			sets++
			var backends []string
			for _, backend := range balancer.Object("backendSets").Object(name).Objects("backends") {
				backends = append(backends, backend.String("ipAddress"))
			}
			slices.Sort(backends)
			if backends = slices.Compact(backends); !slices.Equal(backends, workers) {
				unrelated = append(unrelated, fmt.Sprintf("backend set %s leads to %v, workers are %v", name, backends, workers))
			}
		}
	}
	if len(workers) == 0 || sets == 0 {
		unrelated = append(unrelated, fmt.Sprintf("there are %d workers and %d backend sets", len(workers), sets))
	}
	return unrelated
}

// costlyShapes says which load balancers the free allowance does not cover.
func (s balancerSight) costlyShapes() []string {
	var costly []string
	for _, balancer := range s.balancers {
		shape, bandwidth := balancer.String("shapeName"), balancer.Object("shapeDetails").Number("maximumBandwidthInMbps")
		if shape != "flexible" || bandwidth != freeMbps {
			costly = append(costly, fmt.Sprintf("%s is %s with %v Mbps", balancer.ID(), shape, bandwidth))
		}
	}
	if len(s.balancers) == 0 {
		costly = append(costly, "there is no load balancer")
	}
	return costly
}

// externalAddresses are those that clients on the internet reach.
func (s balancerSight) externalAddresses() []string {
	var addresses []string
	for _, balancer := range s.balancers {
		for _, address := range balancer.Objects("ipAddresses") {
			if address.Bool("isPublic") {
				addresses = append(addresses, address.String("ipAddress"))
			}
		}
	}
	return addresses
}

// serverAt asks who answers at a URL. A redirect is an answer, too.
func serverAt(ctx context.Context, url string) (string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return "", err
	}
	answer, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		return "", err
	}
	return answer.Header.Get("Server"), answer.Body.Close()
}
