// Package oci checks the cloud part of the platform: it applies the
// Terraform configuration to an emulator of OCI's API, or looks at a run that is
// up in a real compartment, and asks the API what exists.
package oci

import (
	"encoding/json"
	"os"
	"path/filepath"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"assay.dev/assay/harness/expect"
	"assay.dev/assay/harness/runs/run"
	"assay.dev/assay/spec"
)

// suiteName is how Ginkgo calls this suite in its reports.
const suiteName = "OCI"

var (
	p        = &expect.Registry{Prepare: prepare}
	oci      spec.OCI
	timeouts spec.Timeouts
)

// prepare takes from the specification what the making of checks needs.
func prepare(s *spec.Spec) { oci, timeouts = s.OCI, s.Timeouts }

// Run makes the checks of the cloud for the chosen specification, and runs them.
func Run(t GinkgoTestingT) { p.RunSuite(t, suiteName) }

// The run that names its directory gets what Ginkgo reports, like any suite's.
var _ = p.Checks(func() {
	ReportAfterSuite("save the report", func(report Report) {
		if dir := os.Getenv(run.DirEnv); dir != "" {
			saveReport(report, dir)
		}
	})
})

// saveReport writes what Ginkgo reports into a run's directory.
func saveReport(report Report, dir string) {
	GinkgoHelper()
	content, err := json.Marshal(report)
	Expect(err).NotTo(HaveOccurred())
	Expect(os.WriteFile(filepath.Join(dir, "ginkgo", "provisioning-oci.json"), content, 0o644)).To(Succeed())
}
