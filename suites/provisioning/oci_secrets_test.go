package provisioning_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gruntwork-io/terratest/modules/terraform"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"assay.dev/assay/infra/ocisim"
	"assay.dev/assay/infra/secrets"
)

// argumentsEvery is how often the arguments of all processes are looked at; the
// shortest terraform command runs longer.
const argumentsEvery = 100 * time.Millisecond

var _ = Describe("OCI secrets", Label("oci"), func() {
	It("show up in no log, argument, report or artifact", func(ctx SpecContext) {
		kubeconfig, planted := canaries()
		c := newCloud(ocisim.Options{Kubeconfig: func(context.Context, string) ([]byte, error) { return []byte(kubeconfig), nil }})
		key, err := os.ReadFile(c.key)
		Expect(err).NotTo(HaveOccurred())
		planted = append(planted, keyLines(string(key))...)
		Expect(len(planted)).To(BeNumerically(">=", 20))
		scanner := secrets.NewScanner(planted...)

		watching, stop := context.WithCancel(ctx)
		defer stop()
		arguments := scanner.WatchArguments(watching, argumentsEvery)

		artifacts := GinkgoT().TempDir()
		var log bytes.Buffer
		options := c.workingWith(planted[0], &log, nil)
		c.apply(ctx, options)
		// A failing apply prints more than one that works.
		Expect(c.sim.Edit("vcn", oci.VCN.Name, func(f map[string]any) { f["displayName"] = "x" })).To(Succeed())
		c.sim.Inject(ocisim.Fault{Status: 400, Code: "InvalidParameter", Message: "Bad password " + planted[0]}.On("PUT", "^/20160918/vcns/"))
		_, err = terraform.ApplyContextE(GinkgoT(), ctx, options)
		Expect(err).To(HaveOccurred())

		stop()
		leaks, looks := arguments()
		Expect(looks).To(BeNumerically(">", 10), "the arguments were watched")
		Expect(leaks).To(BeEmpty())
		Expect(log.String()).To(ContainSubstring("Returning due to fatal error"), "Terratest's own words are logged here, too")
		Expect(log.String()).To(ContainSubstring("Bad password "+secrets.Redacted), "the canary came by")
		Expect(scanner.Bytes("terraform's log", log.Bytes())).To(BeEmpty())
		Expect(scanner.Bytes("the emulator's call log", fmt.Append(nil, c.sim.Calls()))).To(BeEmpty())
		Expect(scanner.Bytes("the report so far", fmt.Appendf(nil, "%+v", CurrentSpecReport()))).To(BeEmpty())

		Expect(os.WriteFile(filepath.Join(artifacts, "terraform.log"), log.Bytes(), 0o600)).To(Succeed())
		found, err := scanner.Files(artifacts)
		Expect(err).NotTo(HaveOccurred())
		Expect(found).To(BeEmpty())
		// The scanner does see: state is where the secrets have to be, and there only.
		found, err = scanner.Files(options.TerraformDir)
		Expect(err).NotTo(HaveOccurred())
		Expect(found).NotTo(BeEmpty())
	}, NodeTimeout(timeouts.Terraform.Duration))
})

// canaries are made-up secrets: the database's password first, then what a
// kubeconfig may hold. They have characters that each encoding changes.
func canaries() (kubeconfig string, planted []string) {
	planted = []string{"Canary/2026+Password&x"}
	var users strings.Builder
	for i := range 12 {
		token := fmt.Sprintf("canary-token-%02d/+=?&%d", i, GinkgoRandomSeed())
		planted = append(planted, token)
		_, _ = fmt.Fprintf(&users, "- name: user-%d\n  user: {token: %q}\n", i, token)
	}
	return "apiVersion: v1\nkind: Config\nusers:\n" + users.String(), planted
}

// keyLines are the lines of a PEM key between its frame, each a secret.
func keyLines(key string) []string {
	var lines []string
	for line := range strings.Lines(key) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "-----") {
			lines = append(lines, line)
		}
	}
	return lines
}
