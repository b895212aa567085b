package oci

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"io"
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

const secretsSpec = "show up in no log, argument, report or artifact"

var _ = p.Checks(func() {
	Describe("OCI secrets", Label("oci"), func() {
		It(secretsSpec, func(ctx SpecContext) {
			kubeconfig, canaryValues := canaries()
			c := newCloud(ocisim.Options{Kubeconfig: func(context.Context, string) ([]byte, error) { return []byte(kubeconfig), nil }})
			key, err := os.ReadFile(c.key)
			Expect(err).NotTo(HaveOccurred())
			Expect(len(canaryValues)).To(BeNumerically(">=", 20), "besides the API key, of which each line counts")
			canaryValues = append(canaryValues, secrets.KeyLines(string(key))...)
			scanner := secrets.NewScanner(canaryValues...)

			watching, stop := context.WithCancel(ctx)
			defer stop()
			arguments := scanner.WatchArguments(watching, argumentsEvery)

			artifacts := GinkgoT().TempDir()
			var log bytes.Buffer
			options := c.workingWith(canaryValues[0], io.MultiWriter(&log, GinkgoWriter), nil)
			c.apply(ctx, options)
			// A failing apply prints more than one that works.
			Expect(c.sim.Edit("vcn", oci.VCN.Name, func(f map[string]any) { f["displayName"] = "x" })).To(Succeed())
			c.sim.Inject(ocisim.Fault{Status: 400, Code: "InvalidParameter", Message: "Bad password " + canaryValues[0]}.On("PUT", "^/20160918/vcns/"))
			_, err = terraform.ApplyContextE(GinkgoT(), ctx, options)
			Expect(err).To(HaveOccurred())

			stop()
			leaks, scans := arguments()
			Expect(scans).To(BeNumerically(">", 10), "the arguments were watched")
			Expect(leaks).To(BeEmpty())
			Expect(log.String()).To(ContainSubstring("Returning due to fatal error"), "Terratest's own words are logged here, too")
			Expect(log.String()).To(ContainSubstring("Bad password "+secrets.Redacted), "the canary came by")
			Expect(scanner.Bytes("terraform's log", log.Bytes())).To(BeEmpty())
			Expect(scanner.Bytes("the report so far", fmt.Appendf(nil, "%+v", CurrentSpecReport()))).To(BeEmpty())
			Expect(scanner.Bytes("the emulator's call log", fmt.Append(nil, c.sim.Calls()))).To(BeEmpty())

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
})

// canaries are made-up secrets: the database's password first, then tokens and
// client keys as a kubeconfig holds them. They have characters that each encoding
// changes.
func canaries() (kubeconfig string, canaryValues []string) {
	canaryValues = []string{"Canary/2026+Password&x"}
	var users strings.Builder
	for i := range 12 {
		token := fmt.Sprintf("canary-token-%02d/+=?&%d", i, GinkgoRandomSeed())
		canaryValues = append(canaryValues, token)
		_, _ = fmt.Fprintf(&users, "- name: token-%d\n  user: {token: %q}\n", i, token)
	}
	for i := range 8 {
		key := fmt.Sprintf("canary-client-key-%02d<>&%d", i, GinkgoRandomSeed())
		canaryValues = append(canaryValues, key)
		_, _ = fmt.Fprintf(&users, "- name: key-%d\n  user: {client-key-data: %s}\n", i, base64.StdEncoding.EncodeToString([]byte(key)))
	}
	return "apiVersion: v1\nkind: Config\nusers:\n" + users.String(), canaryValues
}
