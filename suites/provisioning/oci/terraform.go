package oci

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"

	"github.com/gruntwork-io/terratest/modules/files"
	"github.com/gruntwork-io/terratest/modules/logger"
	"github.com/gruntwork-io/terratest/modules/terraform"
	"github.com/gruntwork-io/terratest/modules/testing"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"assay.dev/assay/infra/secrets"
	"assay.dev/assay/infra/tfvars"
)

// password of the emulated database; it opens nothing.
const password = "Sunflower2026canary"

// scrubbed returns a redacting logger. Terratest's retries print errors, which
// quote terraform, through the package's own logger, so that one is replaced too.
func scrubbed(log io.Writer, secret ...string) *logger.Logger {
	made := logger.New(linesTo{secrets.NewRedactor(log, secret...)})
	logger.Default = made
	return made
}

// linesTo logs what terraform prints, secrets replaced.
type linesTo struct{ out io.Writer }

func (l linesTo) Logf(_ testing.TestingT, format string, args ...any) {
	_, _ = fmt.Fprintf(l.out, format+"\n", args...)
}

// working is a working copy of the configuration for Terratest. Variables that
// are not named keep their defaults.
func (c *cloud) working(variables map[string]any) *terraform.Options {
	GinkgoHelper()
	return c.workingWith(password, GinkgoWriter, variables)
}

func (c *cloud) workingWith(secret string, log io.Writer, variables map[string]any) *terraform.Options {
	GinkgoHelper()
	installed, err := provider()
	Expect(err).NotTo(HaveOccurred())
	dir := filepath.Join(GinkgoT().TempDir(), "terraform")
	Expect(os.Mkdir(dir, 0o700)).To(Succeed())
	Expect(files.CopyFolderContentsWithFilter(module(), dir, func(path string) bool {
		return filepath.Ext(path) == ".tf" || installed.Locked && files.PathIsTerraformLockFile(path)
	})).To(Succeed())

	specified, err := tfvars.Of(p.Spec.Platform)
	Expect(err).NotTo(HaveOccurred())
	values, err := specified.Map()
	Expect(err).NotTo(HaveOccurred())
	maps.Copy(values, map[string]any{"run_id": c.run, "expires_at": expires(), "adb_admin_password": secret})
	for name, value := range variables {
		values[name] = value
	}
	// A file instead of arguments: arguments are public, and Terratest logs them.
	content, err := json.Marshal(values)
	Expect(err).NotTo(HaveOccurred())
	Expect(os.WriteFile(filepath.Join(dir, "test.auto.tfvars.json"), content, 0o600)).To(Succeed())

	env := map[string]string{"CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1"}
	for _, more := range []map[string]string{installed.Env, c.env} {
		for name, value := range more {
			env[name] = value
		}
	}
	return &terraform.Options{
		TerraformBinary: maskedTerraform(), TerraformDir: dir, EnvVars: env, NoColor: true, Lock: true,
		Logger: scrubbed(log, secret),
	}
}

// maskedTerraform is a terraform whose files only the user can read.
func maskedTerraform() string {
	GinkgoHelper()
	installed, err := provider()
	Expect(err).NotTo(HaveOccurred())
	file := filepath.Join(GinkgoT().TempDir(), "terraform")
	script := fmt.Sprintf("#!/bin/sh\numask 077\nexec '%s' \"$@\"\n", installed.Terraform.Path)
	Expect(os.WriteFile(file, []byte(script), 0o700)).To(Succeed())
	return file
}

// apply initialises and applies; the emulator's end is the end of what it made.
func (c *cloud) apply(ctx SpecContext, options *terraform.Options) {
	GinkgoHelper()
	_, err := terraform.InitAndApplyContextE(GinkgoT(), ctx, options)
	Expect(err).NotTo(HaveOccurred())
}

// expectNoChanges plans and fails when the plan is not empty.
func expectNoChanges(ctx SpecContext, options *terraform.Options) {
	GinkgoHelper()
	code, err := terraform.PlanExitCodeContextE(GinkgoT(), ctx, options)
	Expect(err).NotTo(HaveOccurred())
	Expect(code).To(Equal(terraform.DefaultSuccessExitCode), "the plan is not empty; see what it changes above")
}
