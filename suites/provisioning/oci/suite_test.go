// Package oci_test checks the cloud part of the platform: it applies the
// Terraform configuration to an emulator of OCI's API, or looks at a run that is
// up in a real compartment, and asks the API what exists.
package oci_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"assay.dev/assay/harness/run"
	"assay.dev/assay/infra/cli"
)

// suiteName is how Ginkgo calls this suite in its reports.
const suiteName = "OCI"

// TestOCI runs every spec of this package. A package may call RunSpecs once only.
func TestOCI(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, suiteName)
}

// The run that names its directory gets what Ginkgo reports, like any suite's.
var _ = ReportAfterSuite("keep the report", func(report Report) {
	if dir := os.Getenv(run.DirEnv); dir != "" {
		keep(report, dir)
	}
})

// keep writes what Ginkgo reports into a run's directory.
func keep(report Report, dir string) {
	GinkgoHelper()
	content, err := json.Marshal(report)
	Expect(err).NotTo(HaveOccurred())
	Expect(os.WriteFile(filepath.Join(dir, "ginkgo", "provisioning-oci.json"), content, 0o644)).To(Succeed())
}

// commandEnv makes this binary be the command assay-infra, for specs that need it
// as a process of its own.
const commandEnv = "ASSAY_TEST_AS_COMMAND"

func TestMain(m *testing.M) {
	if os.Getenv(commandEnv) != "" {
		os.Exit(cli.Main())
	}
	os.Exit(m.Run())
}
