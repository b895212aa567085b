package oci

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/gruntwork-io/terratest/modules/terraform"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"assay.dev/assay/infra/ocisim"
	"assay.dev/assay/infra/stack"
	"assay.dev/assay/spec"
)

var _ = p.Checks(func() {
	Describe("OCI on a bad day", Ordered, ContinueOnFailure, Label("oci"), func() {
		var repeated, passing, interrupts *background

		// The three that take long run beside each other and beside the specs between.
		BeforeAll(func() {
			// They outlive this node, so they need a context of their own.
			ctx, cancel := context.WithTimeout(context.Background(), timeouts.Terraform.Duration)
			DeferCleanup(cancel)
			repeated, passing, interrupts = repeatedApply(ctx), passingTrouble(ctx), interruptedRuns(ctx)
			DeferCleanup(func() {
				cancel()
				for _, scenario := range []*background{repeated, passing, interrupts} {
					<-scenario.ended
				}
			})
		})

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
				config.AllowCost, config.Variables = false, map[string]any{"node_pool_size": oci.NodePool.MaxSize}
			})
			err := run.Up(ctx)
			Expect(err).To(MatchError(stack.ErrCost))
			Expect(err.Error()).To(And(ContainSubstring("A1 compute"), ContainSubstring("a month")))
			Expect(c.sim.Resources()).To(BeEmpty())
		}, NodeTimeout(timeouts.Terraform.Duration))

		It("converges when an apply that failed half-way is repeated, and goes without a rest", func(ctx SpecContext) {
			repeated.mustSucceed(ctx)
		}, NodeTimeout(timeouts.Terraform.Duration))

		It("gets through what passes, and takes along what Kubernetes left", func(ctx SpecContext) {
			passing.mustSucceed(ctx)
		}, NodeTimeout(timeouts.Terraform.Duration))

		It("leaves nothing after one more down, wherever up or down was interrupted", func(ctx SpecContext) {
			interrupts.mustSucceed(ctx)
		}, NodeTimeout(timeouts.Terraform.Duration))
	})
})

// repeatedApply fails twice on its way and is repeated.
func repeatedApply(ctx context.Context) *background {
	GinkgoHelper()
	c := newCloud(ocisim.Options{})
	run := c.stack(GinkgoT().TempDir())
	return inBackground(func(g Gomega) {
		for _, fault := range []ocisim.Fault{
			// A cluster whose creation failed stays behind, unknown to Terraform.
			ocisim.Fault{FailWork: "Out of host capacity."}.On(http.MethodPost, "^/20180222/clusters$"),
			ocisim.OutOfHostCapacity.On(http.MethodPost, "^/20180222/nodePools$"),
		} {
			remove := c.sim.Inject(fault)
			err := run.Up(ctx)
			g.Expect(err).To(HaveOccurred(), "the apply got through")
			g.Expect(unwrapped(err.Error())).To(ContainSubstring("Out of host capacity"))
			g.Expect(c.sim.Resources()).NotTo(BeEmpty(), "it failed half-way")
			remove()
		}
		g.Expect(run.Up(ctx)).To(Succeed())
		g.Expect(kindsWithState(c.sim, "nodepool", "ACTIVE")).To(Equal(1))
		g.Expect(kindsWithState(c.sim, "cluster", "FAILED")).To(Equal(1))

		g.Expect(run.Down(ctx)).To(Succeed())
		g.Expect(c.sim.Resources()).To(BeEmpty())
	})
}

// passingTrouble meets slow work, refusals that pass, and a load balancer that
// Terraform knows nothing of.
func passingTrouble(ctx context.Context) *background {
	GinkgoHelper()
	const each = 300 * time.Millisecond
	const behind = "apiVersion: v1\nkind: Config\n"
	dir := GinkgoT().TempDir()
	running := filepath.Join(dir, "running")
	Expect(os.WriteFile(running, []byte(behind), 0o600)).To(Succeed())
	c := newCloud(ocisim.Options{WorkTime: each, Kubeconfig: ocisim.KubeconfigFile(running)})
	run := c.stack(dir)
	return inBackground(func(g Gomega) {
		c.sim.Inject(ocisim.TooManyRequests.On(http.MethodPost, "^/20160918/subnets$").First(1))
		c.sim.Inject(ocisim.Conflicting.On(http.MethodPost, "^/20160918/natGateways$").First(1))
		started := time.Now()
		g.Expect(run.Up(ctx)).To(Succeed())
		g.Expect(time.Since(started)).To(BeNumerically(">", 2*each), "cluster and node pool, one after the other")
		g.Expect(kindsWithState(c.sim, "cluster", "ACTIVE")).To(Equal(1))
		g.Expect(kindsWithState(c.sim, "autonomousdatabase", "AVAILABLE")).To(Equal(1))

		// The kubeconfig is that of the cluster which stands behind the emulated one.
		kubeconfig := filepath.Join(dir, "out", "kubeconfig")
		g.Expect(run.Kubeconfig(ctx, kubeconfig)).To(Succeed())
		g.Expect(os.ReadFile(kubeconfig)).To(BeEquivalentTo(behind))
		info, err := os.Stat(kubeconfig)
		g.Expect(err).NotTo(HaveOccurred())
		g.Expect(info.Mode().Perm()).To(Equal(os.FileMode(0o600)))

		public := slices.IndexFunc(c.sim.Resources(), func(r ocisim.Resource) bool { return r.Name == p.Spec.Subnet(spec.Public).Name })
		g.Expect(public).To(BeNumerically(">=", 0), "index of the public subnet")
		c.sim.AddLoadBalancer(c.compartment, "ingress", c.sim.Resources()[public].ID, "")
		g.Expect(run.Down(ctx)).To(Succeed())
		g.Expect(c.sim.Resources()).To(BeEmpty())
	})
}

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
