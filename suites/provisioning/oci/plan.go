package oci

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/gruntwork-io/terratest/modules/files"
	"github.com/gruntwork-io/terratest/modules/terraform"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"assay.dev/assay/infra/ocisim"
	"assay.dev/assay/infra/tfvars"
)

var _ = p.Checks(func() {
	Describe("an OCI plan", Ordered, Label("oci"), func() {
		var c *cloud
		BeforeAll(func() { c = newCloud(ocisim.Options{}) })

		// refuses plans with the variables and expects the words and no change.
		refuses := func(ctx SpecContext, variables map[string]any, words string) {
			GinkgoHelper()
			out, err := terraform.InitAndPlanContextE(GinkgoT(), ctx, c.working(variables))
			Expect(err).To(HaveOccurred(), "the plan went through")
			// Terraform breaks lines to fit a terminal.
			Expect(unwrapped(out + err.Error())).To(ContainSubstring(words))
			Expect(c.sim.Resources()).To(BeEmpty())
		}

		p.It("node-pool.too-large", func(ctx SpecContext) {
			allowed := fmt.Sprint(oci.NodePool.MinSize)
			for size := oci.NodePool.MinSize + 1; size <= oci.NodePool.MaxSize; size++ {
				allowed += fmt.Sprint(" or ", size)
			}
			refuses(ctx, map[string]any{"node_pool_size": oci.NodePool.MaxSize + 1}, "node_pool_size must be "+allowed)
		}, NodeTimeout(timeouts.Terraform.Duration))

		It("refuses networks that do not fit", func(ctx SpecContext) {
			refuses(ctx, map[string]any{"private_subnet_cidr": "10.1.0.0/24"}, "private_subnet_cidr must lie inside vcn_cidr")
		}, NodeTimeout(timeouts.Terraform.Duration))

		It("refuses a Kubernetes version that OKE does not offer, and names those that it does", func(ctx SpecContext) {
			refuses(ctx, map[string]any{"kubernetes_version": oci.OKECluster.ExampleVersion}, "v1.34.1, v1.34.2, v1.35.2, v1.36.0")
		}, NodeTimeout(timeouts.Terraform.Duration))

		It("keeps to the rules of its variables", func(ctx SpecContext) {
			// The module's own tests are about the variables that it brings.
			options := c.working(moduleVariables())
			tests := filepath.Join(options.TerraformDir, "tests")
			Expect(os.Mkdir(tests, 0o700)).To(Succeed())
			Expect(files.CopyFolderContents(filepath.Join(module(), "tests"), tests)).To(Succeed())
			_, err := terraform.InitContextE(GinkgoT(), ctx, options)
			Expect(err).NotTo(HaveOccurred())
			command := exec.CommandContext(ctx, options.TerraformBinary, "test", "-no-color")
			command.Dir, command.Env = options.TerraformDir, os.Environ()
			for name, value := range options.EnvVars {
				command.Env = append(command.Env, name+"="+value)
			}
			c.sim.ResetCalls()
			out, err := command.CombinedOutput()
			Expect(err).NotTo(HaveOccurred(), "%s", out)
			Expect(string(out)).To(MatchRegexp(`Success! [0-9]+ passed, 0 failed`))
			Expect(c.sim.Calls()).To(BeEmpty(), "module tests run on a mocked provider")
		}, NodeTimeout(timeouts.Terraform.Duration))
	})
})

// moduleVariables are those that the module brings: the reference's, for plans by hand.
func moduleVariables() (values map[string]any) {
	GinkgoHelper()
	content, err := os.ReadFile(filepath.Join(module(), tfvars.File))
	Expect(err).NotTo(HaveOccurred())
	Expect(json.Unmarshal(content, &values)).To(Succeed())
	return values
}
