package oci

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"assay.dev/assay/infra/secrets"
)

func databaseChecks(run *applied) {
	p.It("database.exists", func(ctx SpecContext) {
		found := run.database(ctx)
		Expect(found.String("displayName")).To(Equal(oci.AutonomousDatabase.Name))
		Expect(found.String("dbName")).To(Equal(oci.AutonomousDatabase.DBName))
		Expect(found.String("dbWorkload")).To(Equal(oci.AutonomousDatabase.Workload))
		Expect(found.String("lifecycleState")).To(Equal("AVAILABLE"))
	})
	p.It("database.always-free", func(ctx SpecContext) {
		Expect(run.database(ctx).Bool("isFreeTier")).To(Equal(oci.AutonomousDatabase.AlwaysFree))
	})
	p.It("database.compartment", func(ctx SpecContext) {
		Expect(run.database(ctx).String("compartmentId")).To(Equal(run.vcn(ctx).String("compartmentId")))
	})
	p.It("database.password-hidden", func(ctx SpecContext) {
		secret := run.password()
		Expect(secret).NotTo(BeEmpty())
		outputs := run.outputs(ctx)
		Expect(string(outputs)).To(ContainSubstring("autonomous_database_id"))
		Expect(secrets.NewScanner(secret).Bytes("outputs", outputs)).To(BeEmpty())
	})
}

// outputs are what `terraform output` prints of the run. They are looked through,
// not shown.
func (a *applied) outputs(ctx context.Context) []byte {
	GinkgoHelper()
	installed, err := provider()
	Expect(err).NotTo(HaveOccurred())
	command := exec.CommandContext(ctx, installed.Terraform.Path, "output", "-json")
	command.Dir = a.dir
	outputs, err := command.Output()
	Expect(err).NotTo(HaveOccurred())
	return outputs
}

// password is the database's, from the file that gave it to terraform.
func (a *applied) password() string {
	GinkgoHelper()
	files, err := filepath.Glob(filepath.Join(a.dir, "*.auto.tfvars.json"))
	Expect(err).NotTo(HaveOccurred())
	var variables struct {
		Password string `json:"adb_admin_password"`
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		Expect(err).NotTo(HaveOccurred())
		Expect(json.Unmarshal(content, &variables)).To(Succeed())
	}
	return variables.Password
}
