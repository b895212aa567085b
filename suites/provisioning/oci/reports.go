package oci

import (
	"os"
	"path/filepath"
	"slices"
	"time"

	. "github.com/onsi/ginkgo/v2"
	"github.com/onsi/ginkgo/v2/reporters"
	"github.com/onsi/ginkgo/v2/types"
	. "github.com/onsi/gomega"

	"assay.dev/assay/harness/report"
	"assay.dev/assay/harness/runs/run"
	"assay.dev/assay/infra/secrets"
	"assay.dev/assay/spec"
)

// The reports of the whole suite are made after it. The canaries follow from its
// seed, so the process that reports need not be the one that injected them.
var _ = p.Checks(func() {
	ReportAfterSuite("no OCI secret in the reports", func(suite Report) {
		injecting := slices.IndexFunc(suite.SpecReports, func(s SpecReport) bool {
			return s.LeafNodeText == secretsSpec && s.State == types.SpecStatePassed
		})
		if injecting < 0 || suite.SuiteConfig.DryRun { // a dry run injects nothing
			return
		}
		root, err := os.MkdirTemp("", "assay-oci-reports-")
		Expect(err).NotTo(HaveOccurred())
		defer func() { _ = os.RemoveAll(root) }()

		// A check that fails shows most: as if all that was printed were its failure.
		suite.SpecReports = slices.Clone(suite.SpecReports)
		failing := &suite.SpecReports[injecting]
		failing.State, failing.Failure.Message = types.SpecStateFailed, failing.CapturedGinkgoWriterOutput
		failing.LeafNodeLabels = append(slices.Clone(failing.LeafNodeLabels), p.Spec.Requirement("database.password-hidden").Labels()...)

		dir := productReport(suite, root)
		Expect(reporters.GenerateJUnitReport(suite, filepath.Join(dir, "ginkgo.xml"))).To(Succeed())
		for _, file := range []string{"report.html", "report.json", "junit.xml", "ginkgo.xml"} {
			content, err := os.ReadFile(filepath.Join(dir, file))
			Expect(err).NotTo(HaveOccurred())
			Expect(string(content)).To(ContainSubstring("Bad password "+secrets.Redacted), "what terraform printed is in %s", file)
		}
		_, canaryValues := canaries()
		leaks, err := secrets.NewScanner(canaryValues...).Files(dir)
		Expect(err).NotTo(HaveOccurred())
		Expect(leaks).To(BeEmpty())
	})
})

// productReport writes a run with this suite as the users of a run get it.
func productReport(suite Report, root string) string {
	GinkgoHelper()
	made, err := run.Create(root, run.Run{Started: time.Now(), Target: spec.OCISim})
	Expect(err).NotTo(HaveOccurred())
	saveReport(suite, made.Path())
	built, err := report.Build(made, spec.Provisioning)
	Expect(err).NotTo(HaveOccurred())
	Expect(built.Write(made.Path())).To(Succeed())
	return made.Path()
}
