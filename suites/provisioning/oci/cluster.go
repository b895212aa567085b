package oci

import (
	"net/netip"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"assay.dev/assay/infra/ociapi"
)

func clusterChecks(run *applied) {
	p.It("cluster.name", func(ctx SpecContext) {
		Expect(run.only(ctx, ociapi.Cluster).String("name")).To(Equal(oci.OKECluster.Name))
	})
	p.It("cluster.version", func(ctx SpecContext) {
		Expect(run.only(ctx, ociapi.Cluster).String("kubernetesVersion")).To(HavePrefix("v" + oci.OKECluster.KubernetesVersion + "."))
	})
	p.It("cluster.compartment", func(ctx SpecContext) {
		Expect(run.only(ctx, ociapi.Cluster).String("compartmentId")).To(Equal(run.compartment))
	})
	p.It("cluster.vcn", func(ctx SpecContext) {
		vcn, err := run.api.Get(ctx, ociapi.VCN, run.only(ctx, ociapi.Cluster).String("vcnId"))
		Expect(err).NotTo(HaveOccurred())
		Expect(vcn.String("displayName")).To(Equal(oci.VCN.Name))
	})
	p.It("cluster.endpoint", func(ctx SpecContext) {
		endpoint := run.only(ctx, ociapi.Cluster).Object("endpointConfig")
		Expect(endpoint).To(HaveKey("isPublicIpEnabled"))
		Expect(endpoint.Bool("isPublicIpEnabled")).To(Equal(oci.OKECluster.Endpoint.PublicIP))
		Expect(endpoint.String("subnetId")).To(Equal(run.subnet(ctx, oci.OKECluster.Endpoint.Subnet).ID()))
	})
	p.It("cluster.node-pool", func(ctx SpecContext) {
		Expect(run.nodePool(ctx).String("lifecycleState")).To(Equal("ACTIVE"))
	})
	p.It("cluster.one-vcn", func(ctx SpecContext) {
		vcn := run.vcn(ctx).ID()
		cluster := run.only(ctx, ociapi.Cluster)
		for _, id := range append(cluster.Object("options").Strings("serviceLbSubnetIds"), cluster.Object("endpointConfig").String("subnetId")) {
			subnet, err := run.api.Get(ctx, ociapi.Subnet, id)
			Expect(err).NotTo(HaveOccurred())
			Expect(subnet.String("vcnId")).To(Equal(vcn))
		}
	})
	p.It("cluster.one-compartment", func(ctx SpecContext) {
		Expect(run.only(ctx, ociapi.Cluster).String("compartmentId")).To(Equal(run.vcn(ctx).String("compartmentId")))
	})
	p.It("cluster.ranges", func(ctx SpecContext) {
		network := run.only(ctx, ociapi.Cluster).Object("options").Object("kubernetesNetworkConfig")
		pods, services := netip.MustParsePrefix(network.String("podsCidr")), netip.MustParsePrefix(network.String("servicesCidr"))
		Expect(pods.String()).To(Equal(oci.OKECluster.PodsCIDR.String()))
		Expect(services.String()).To(Equal(oci.OKECluster.ServicesCIDR.String()))
		vcn := netip.MustParsePrefix(run.vcn(ctx).String("cidrBlock"))
		Expect(vcn.Overlaps(pods) || vcn.Overlaps(services) || pods.Overlaps(services)).To(BeFalse())
	})
	It("is of the type that costs nothing", func(ctx SpecContext) {
		Expect(run.only(ctx, ociapi.Cluster).String("type")).To(Equal(oci.OKECluster.Type))
	})
}
