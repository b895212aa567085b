package oci

import (
	"net/netip"
	"path/filepath"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"assay.dev/assay/infra/inventory"
	"assay.dev/assay/infra/ociapi"
	"assay.dev/assay/infra/sweep"
	"assay.dev/assay/spec"
)

func networkChecks(run *applied) {
	p.It("network.vcn.name", func(ctx SpecContext) {
		Expect(run.vcn(ctx).String("displayName")).To(Equal(oci.VCN.Name))
	})
	p.It("network.vcn.cidr", func(ctx SpecContext) {
		Expect(run.vcn(ctx).Strings("cidrBlocks")).To(ConsistOf(oci.VCN.CIDRBlock.String()))
	})
	p.It("network.vcn.dns-label", func(ctx SpecContext) {
		Expect(run.vcn(ctx).String("dnsLabel")).To(Equal(oci.VCN.DNSLabel))
	})
	p.It("network.subnet.count", func(ctx SpecContext) {
		subnets := run.inVCN(ctx, ociapi.Subnet)
		Expect(subnets).To(HaveLen(len(oci.Subnets)))
		for _, want := range oci.Subnets {
			subnet := run.subnet(ctx, want.Tier)
			Expect(subnet.String("displayName")).To(Equal(want.Name))
			Expect(subnet.String("dnsLabel")).To(Equal(want.DNSLabel))
		}
	})
	p.It("network.subnet.public.cidr", func(ctx SpecContext) {
		Expect(run.subnet(ctx, spec.Public).String("cidrBlock")).To(Equal(p.Spec.Subnet(spec.Public).CIDRBlock.String()))
	})
	p.It("network.subnet.private.cidr", func(ctx SpecContext) {
		Expect(run.subnet(ctx, spec.Private).String("cidrBlock")).To(Equal(p.Spec.Subnet(spec.Private).CIDRBlock.String()))
	})
	p.It("network.subnet.public.addresses", func(ctx SpecContext) {
		Expect(named(run, ctx, spec.Public).Bool("prohibitPublicIpOnVnic")).To(BeFalse())
	})
	p.It("network.subnet.private.addresses", func(ctx SpecContext) {
		Expect(named(run, ctx, spec.Private).Bool("prohibitPublicIpOnVnic")).To(BeTrue())
	})
	p.It("network.subnet.inside", func(ctx SpecContext) {
		vcn := netip.MustParsePrefix(run.vcn(ctx).String("cidrBlock"))
		var seen []netip.Prefix
		for _, subnet := range run.inVCN(ctx, ociapi.Subnet) {
			block := netip.MustParsePrefix(subnet.String("cidrBlock"))
			Expect(vcn.Overlaps(block) && vcn.Bits() <= block.Bits()).To(BeTrue(), "%s inside %s", block, vcn)
			for _, other := range seen {
				Expect(block.Overlaps(other)).To(BeFalse(), "%s overlaps %s", block, other)
			}
			seen = append(seen, block)
		}
	})
	ownershipChecks(run)
}

// ownershipChecks look at the compartment and the tags, by which a sweep finds what is ours.
func ownershipChecks(run *applied) {
	p.It("network.compartment", func(ctx SpecContext) {
		Expect(run.vcn(ctx).String("compartmentId")).To(Equal(run.compartment))
		Expect(run.only(ctx, ociapi.Cluster).String("compartmentId")).To(Equal(run.compartment))
	})
	p.It("network.tags", func(ctx SpecContext) {
		tagged := []ociapi.Object{run.vcn(ctx), run.database(ctx)}
		for _, kind := range []ociapi.Kind{
			ociapi.Subnet, ociapi.InternetGateway, ociapi.NATGateway, ociapi.ServiceGateway,
		} {
			tagged = append(tagged, run.inVCN(ctx, kind)...)
		}
		tagged = append(tagged, run.ownRouteTables(ctx)...)
		tagged = append(tagged, run.ownSecurityLists(ctx)...)
		for _, object := range tagged {
			Expect(object.Tag(sweep.TagRun)).To(Equal(run.run), "%s of %s", sweep.TagRun, object.ID())
			expiry, err := time.Parse(time.RFC3339, object.Tag(sweep.TagExpires))
			Expect(err).NotTo(HaveOccurred(), "%s of %s", sweep.TagExpires, object.ID())
			Expect(expiry).To(BeTemporally(">", time.Now()))
		}
		// Clusters and node pools carry no tags here; the sweep takes them with the VCN.
		log, err := inventory.Start(ctx, filepath.Join(GinkgoT().TempDir(), "inventory.jsonl"), nil,
			inventory.NewRun(run.run, run.compartment, run.api.Region(), time.Now().Add(time.Hour)))
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(log.Close)
		Expect(log.Found(ctx, inventory.Entry{Kind: inventory.Kind(ociapi.VCN), ID: run.vcn(ctx).ID()})).To(Succeed())
		leftovers, err := sweep.Find(ctx, run.api, sweep.Options{Compartment: run.compartment, Run: run.run, Inventories: []*inventory.Inventory{log}})
		Expect(err).NotTo(HaveOccurred())
		Expect(kindsOf(leftovers.Delete)).To(ContainElements(ociapi.Cluster.Name, ociapi.NodePool.Name))
	})
}

// named finds a subnet by its name instead of by what it prohibits.
func named(run *applied, ctx SpecContext, tier spec.Tier) ociapi.Object {
	GinkgoHelper()
	subnets := run.list(ctx, ociapi.Subnet, map[string]string{"vcnId": run.vcn(ctx).ID(), "displayName": p.Spec.Subnet(tier).Name})
	Expect(subnets).To(HaveLen(1), "subnets named %s", p.Spec.Subnet(tier).Name)
	return subnets[0]
}

func kindsOf(leftovers []sweep.Leftover) []string {
	var kinds []string
	for _, leftover := range leftovers {
		kinds = append(kinds, leftover.Kind.Name)
	}
	return kinds
}
