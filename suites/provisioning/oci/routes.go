package oci

import (
	"context"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"assay.dev/assay/infra/ociapi"
	"assay.dev/assay/spec"
)

const everywhere = "0.0.0.0/0"

func routeChecks(run *applied) {
	p.It("network.gateway.internet", func(ctx SpecContext) {
		Expect(run.only(ctx, ociapi.InternetGateway).Bool("isEnabled")).To(BeTrue())
	})
	p.It("network.gateway.nat", func(ctx SpecContext) {
		Expect(run.only(ctx, ociapi.NATGateway).Bool("blockTraffic")).To(BeFalse())
	})
	p.It("network.gateway.service", func(ctx SpecContext) {
		services := run.only(ctx, ociapi.ServiceGateway).Objects("services")
		Expect(services).To(HaveLen(1))
		Expect(services[0].String("serviceName")).To(MatchRegexp(`^All .* Services In Oracle Services Network$`))
	})
	p.It("network.route.public", func(ctx SpecContext) {
		Expect(run.routes(ctx, spec.Public)).To(Equal(map[string]string{
			everywhere: run.only(ctx, ociapi.InternetGateway).ID(),
		}))
	})
	p.It("network.route.private", func(ctx SpecContext) {
		Expect(run.routes(ctx, spec.Private)).To(Equal(map[string]string{
			everywhere:        run.only(ctx, ociapi.NATGateway).ID(),
			"Oracle services": run.only(ctx, ociapi.ServiceGateway).ID(),
		}))
	})
}

// routes of a subnet: destination to gateway. The region's label for all of
// Oracle's services is spelled out, because it differs from region to region.
func (c *cloud) routes(ctx context.Context, tier spec.Tier) map[string]string {
	GinkgoHelper()
	table, err := c.api.Get(ctx, ociapi.RouteTable, c.subnet(ctx, tier).String("routeTableId"))
	Expect(err).NotTo(HaveOccurred())
	routes := map[string]string{}
	for _, rule := range table.Objects("routeRules") {
		routes[peerName(rule.String("destination"))] = rule.String("networkEntityId")
	}
	return routes
}

// peerName replaces the label of all Oracle services, e.g.
// all-fra-services-in-oracle-services-network.
func peerName(peer string) string {
	if strings.HasPrefix(peer, "all-") && strings.HasSuffix(peer, "-services-in-oracle-services-network") {
		return "Oracle services"
	}
	return peer
}

// ownRouteTables are those that the VCN was not born with.
func (c *cloud) ownRouteTables(ctx context.Context) []ociapi.Object {
	GinkgoHelper()
	return without(c.inVCN(ctx, ociapi.RouteTable), c.vcn(ctx).String("defaultRouteTableId"))
}

func (c *cloud) ownSecurityLists(ctx context.Context) []ociapi.Object {
	GinkgoHelper()
	return without(c.inVCN(ctx, ociapi.SecurityList), c.vcn(ctx).String("defaultSecurityListId"))
}

func without(objects []ociapi.Object, id string) []ociapi.Object {
	var rest []ociapi.Object
	for _, object := range objects {
		if object.ID() != id {
			rest = append(rest, object)
		}
	}
	return rest
}
