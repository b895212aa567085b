package oci_test

import (
	"github.com/gruntwork-io/terratest/modules/logger"
	"github.com/gruntwork-io/terratest/modules/terraform"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"assay.dev/assay/infra/secrets"
	"assay.dev/assay/spec/check"
)

func databaseChecks(run *applied) {
	check.It("ADB-001", func(ctx SpecContext) {
		found := run.database(ctx)
		Expect(found.String("displayName")).To(Equal(oci.AutonomousDatabase.Name))
		Expect(found.String("dbName")).To(Equal(oci.AutonomousDatabase.DBName))
		Expect(found.String("dbWorkload")).To(Equal(oci.AutonomousDatabase.Workload))
		Expect(found.String("lifecycleState")).To(Equal("AVAILABLE"))
	})
	check.It("ADB-002", func(ctx SpecContext) {
		Expect(run.database(ctx).Bool("isFreeTier")).To(Equal(oci.AutonomousDatabase.AlwaysFree))
	})
	check.It("ADB-003", func(ctx SpecContext) {
		Expect(run.database(ctx).String("compartmentId")).To(Equal(run.vcn(ctx).String("compartmentId")))
	})
	check.It("ADB-004", func(ctx SpecContext) {
		run.needsEmulator()
		quiet := *run.options
		quiet.Logger = logger.Discard // the output is looked through, not shown
		outputs, err := terraform.RunTerraformCommandAndGetStdoutContextE(GinkgoT(), ctx, &quiet, "output", "-json")
		Expect(err).NotTo(HaveOccurred())
		Expect(outputs).To(ContainSubstring("autonomous_database_id"))
		Expect(secrets.NewScanner(password).Bytes("outputs", []byte(outputs))).To(BeEmpty())
	})
}
