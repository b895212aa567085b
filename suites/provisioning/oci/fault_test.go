package oci_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gruntwork-io/terratest/modules/terraform"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"assay.dev/assay/infra/ocisim"
	"assay.dev/assay/infra/stack"
)

var _ = Describe("an OCI apply on a region with trouble", Label("oci"), func() {
	It("converges when it is repeated, and goes without a rest", func(ctx SpecContext) {
		c := newCloud(ocisim.Options{})
		run := c.stack(GinkgoT().TempDir())
		for _, fault := range []ocisim.Fault{
			// A cluster whose creation failed stays behind, unknown to Terraform.
			ocisim.Fault{FailWork: "Out of host capacity."}.On(http.MethodPost, "^/20180222/clusters$"),
			ocisim.OutOfHostCapacity.On(http.MethodPost, "^/20180222/nodePools$"),
		} {
			remove := c.sim.Inject(fault)
			err := run.Up(ctx)
			Expect(err).To(HaveOccurred(), "the apply got through")
			Expect(unwrapped(err.Error())).To(ContainSubstring("Out of host capacity"))
			Expect(c.sim.Resources()).NotTo(BeEmpty(), "it failed half-way")
			remove()
		}
		Expect(run.Up(ctx)).To(Succeed())
		Expect(kindsWithState(c.sim, "nodepool", "ACTIVE")).To(Equal(1))
		Expect(kindsWithState(c.sim, "cluster", "FAILED")).To(Equal(1))

		Expect(run.Down(ctx)).To(Succeed())
		Expect(c.sim.Resources()).To(BeEmpty())
	}, NodeTimeout(timeouts.Terraform.Duration))

	It("gets through what passes, and takes along what Kubernetes left", func(ctx SpecContext) {
		const each = 300 * time.Millisecond
		const behind = "apiVersion: v1\nkind: Config\n"
		dir := GinkgoT().TempDir()
		running := filepath.Join(dir, "running")
		Expect(os.WriteFile(running, []byte(behind), 0o600)).To(Succeed())
		c := newCloud(ocisim.Options{WorkTime: each, Kubeconfig: ocisim.KubeconfigFile(running)})
		run := c.stack(dir)
		c.sim.Inject(ocisim.TooManyRequests.On(http.MethodPost, "^/20160918/subnets$").First(1))
		c.sim.Inject(ocisim.Conflicting.On(http.MethodPost, "^/20160918/natGateways$").First(1))
		started := time.Now()
		Expect(run.Up(ctx)).To(Succeed())
		Expect(time.Since(started)).To(BeNumerically(">", 2*each), "cluster and node pool, one after the other")
		Expect(kindsWithState(c.sim, "cluster", "ACTIVE")).To(Equal(1))
		Expect(kindsWithState(c.sim, "autonomousdatabase", "AVAILABLE")).To(Equal(1))

		// The kubeconfig is that of the cluster which stands behind the emulated one.
		kubeconfig := filepath.Join(dir, "out", "kubeconfig")
		Expect(run.Kubeconfig(ctx, kubeconfig)).To(Succeed())
		Expect(os.ReadFile(kubeconfig)).To(BeEquivalentTo(behind))
		info, err := os.Stat(kubeconfig)
		Expect(err).NotTo(HaveOccurred())
		Expect(info.Mode().Perm()).To(Equal(os.FileMode(0o600)))

		c.sim.AddLoadBalancer(c.compartment, "ingress", c.subnet(ctx, oci.OKECluster.Endpoint.Subnet).ID())
		Expect(run.Down(ctx)).To(Succeed())
		Expect(c.sim.Resources()).To(BeEmpty())
	}, NodeTimeout(timeouts.Terraform.Duration))

	It("refuses a key that the tenancy does not know", func(ctx SpecContext) {
		c, stranger := newCloud(ocisim.Options{}), newCloud(ocisim.Options{})
		c.env["TF_VAR_private_key_path"], c.env["TF_VAR_fingerprint"] = stranger.key, stranger.env["TF_VAR_fingerprint"]
		out, err := terraform.InitAndPlanContextE(GinkgoT(), ctx, c.working(nil))
		Expect(err).To(HaveOccurred())
		Expect(out + err.Error()).To(ContainSubstring("401-NotAuthenticated"))
	}, NodeTimeout(timeouts.Terraform.Duration))

	It("refuses what costs money, unless that is allowed", func(ctx SpecContext) {
		c := newCloud(ocisim.Options{})
		run := c.stackWith(GinkgoT().TempDir(), func(config *stack.Config) {
			config.Variables = map[string]any{"node_pool_size": oci.NodePool.MaxSize}
		})
		err := run.Up(ctx)
		Expect(err).To(MatchError(stack.ErrCost))
		Expect(err.Error()).To(And(ContainSubstring("A1 compute"), ContainSubstring("a month")))
		Expect(c.sim.Resources()).To(BeEmpty())
	}, NodeTimeout(timeouts.Terraform.Duration))
})

// kindsWithState counts the resources of a kind that are in a state.
func kindsWithState(sim *ocisim.Server, kind, state string) int {
	count := 0
	for _, resource := range sim.Resources() {
		if resource.Kind == kind && strings.EqualFold(resource.State, state) {
			count++
		}
	}
	return count
}
