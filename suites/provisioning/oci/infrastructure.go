package oci

import (
	"os"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/gruntwork-io/terratest/modules/terraform"

	"assay.dev/assay/infra/ocisim"
)

// applied is one run that all checks of attributes look at. They ask the API,
// never Terraform's state.
type applied struct {
	*cloud
	options *terraform.Options // nil for a run that was up before
	// dir is where terraform ran: state and inputs lie there.
	dir string
}

var _ = p.Checks(func() {
	Describe("OCI infrastructure", Ordered, ContinueOnFailure, Label("oci"), func() {
		run := &applied{}

		BeforeAll(func(ctx SpecContext) {
			if run.cloud = namedCloud(); run.cloud != nil {
				run.dir = os.Getenv(dirEnv)
				return
			}
			run.cloud = newCloud(ocisim.Options{})
			run.options = run.working(nil)
			run.dir = run.options.TerraformDir
			run.apply(ctx, run.options)
		}, NodeTimeout(timeouts.Terraform.Duration))

		networkChecks(run)
		routeChecks(run)
		securityChecks(run)
		clusterChecks(run)
		nodePoolChecks(run)
		databaseChecks(run)
		stateChecks(run)
		driftChecks(run)
	})
})

// needsEmulator skips what would change or needs to look into the cloud.
func (a *applied) needsEmulator() {
	GinkgoHelper()
	if a.sim == nil {
		Skip("missing capability: an emulated OCI API")
	}
	Expect(a.options).NotTo(BeNil())
}
