package oci

import (
	"slices"

	"github.com/gruntwork-io/terratest/modules/terraform"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"assay.dev/assay/infra/ociapi"
	"assay.dev/assay/infra/ocisim"
	"assay.dev/assay/spec"
)

// drift is a change that somebody made by hand, and how to see that it is gone.
type drift struct {
	kind, name string
	change     func(fields map[string]any)
	repaired   func(ctx SpecContext, c *cloud)
}

func drifts() []drift {
	return []drift{
		{"vcn", oci.VCN.Name, func(f map[string]any) { f["displayName"] = "by-hand" }, func(ctx SpecContext, c *cloud) {
			Expect(c.vcn(ctx).String("displayName")).To(Equal(oci.VCN.Name))
		}},
		{"natgateway", p.Spec.Gateway(spec.NATGateway).Name, func(f map[string]any) { f["blockTraffic"] = true }, func(ctx SpecContext, c *cloud) {
			Expect(c.only(ctx, ociapi.NATGateway).Bool("blockTraffic")).To(BeFalse())
		}},
		{"securitylist", oci.Prefix() + "-workers", openToAnywhere, func(ctx SpecContext, c *cloud) {
			Expect(c.rules(ctx, spec.Private)).To(ConsistOf(wantedRules(spec.Private)))
		}},
		{"routetable", oci.Prefix() + "-private", func(f map[string]any) { f["routeRules"] = f["routeRules"].([]any)[:1] }, func(ctx SpecContext, c *cloud) {
			Expect(c.routes(ctx, spec.Private)).To(HaveLen(2))
		}},
		{"nodepool", oci.NodePool.Name, func(f map[string]any) { f["nodeConfigDetails"].(map[string]any)["size"] = oci.NodePool.Size + 1 }, func(ctx SpecContext, c *cloud) {
			Expect(c.nodePool(ctx).Objects("nodes")).To(HaveLen(oci.NodePool.Size))
		}},
		{"autonomousdatabase", oci.AutonomousDatabase.Name, func(f map[string]any) { f["freeformTags"] = map[string]any{} }, func(ctx SpecContext, c *cloud) {
			Expect(c.database(ctx).Object("freeformTags")).To(HaveLen(2))
		}},
	}
}

func openToAnywhere(fields map[string]any) {
	rules := fields["ingressSecurityRules"].([]any)
	fields["ingressSecurityRules"] = append(rules, map[string]any{
		"protocol": "6", "source": everywhere, "sourceType": "CIDR_BLOCK",
		"tcpOptions": map[string]any{"destinationPortRange": map[string]any{"min": 22, "max": 22}},
	})
}

// driftChecks change and then destroy the run, so they come last.
func driftChecks(run *applied) {
	It("shows a manual change in the next plan", func(ctx SpecContext) {
		run.needsEmulator()
		for _, change := range drifts() {
			Expect(run.sim.Edit(change.kind, change.name, change.change)).To(Succeed())
		}
		plan, err := terraform.PlanContextE(GinkgoT(), ctx, run.options)
		Expect(err).NotTo(HaveOccurred())
		for _, address := range []string{
			"oci_core_vcn.todo", "oci_core_nat_gateway.todo", `oci_core_security_list.subnet["private"]`,
			"oci_core_route_table.private", "oci_containerengine_node_pool.todo", "oci_database_autonomous_database.todo",
		} {
			Expect(plan).To(ContainSubstring(address + " will be updated in-place"))
		}
		Expect(plan).To(ContainSubstring("0 to add, 6 to change, 0 to destroy"))
	}, NodeTimeout(timeouts.Terraform.Duration))

	It("is repaired by the next apply", func(ctx SpecContext) {
		run.needsEmulator()
		_, err := terraform.ApplyContextE(GinkgoT(), ctx, run.options)
		Expect(err).NotTo(HaveOccurred())
		for _, change := range drifts() {
			change.repaired(ctx, run.cloud)
		}
		expectNoChanges(ctx, run.options)
	}, NodeTimeout(timeouts.Terraform.Duration))

	p.It("network.destroyed", func(ctx SpecContext) {
		run.needsEmulator()
		isPart := func(r ocisim.Resource) bool {
			return r.Tags["assay-run"] != "" || r.Kind == "cluster" || r.Kind == "nodepool"
		}
		before := run.sim.Resources()
		Expect(slices.ContainsFunc(before, isPart)).To(BeTrue(), "there is something to destroy")
		_, err := terraform.DestroyContextE(GinkgoT(), ctx, run.options)
		Expect(err).NotTo(HaveOccurred())
		Expect(run.sim.Resources()).To(BeEmpty())
	}, NodeTimeout(timeouts.Terraform.Duration))
}
