package oci

import (
	"io/fs"
	"path/filepath"
	"slices"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

func stateChecks(run *applied) {
	p.It("network.plan-empty", func(ctx SpecContext) {
		run.needsEmulator()
		run.sim.ResetCalls()
		expectNoChanges(ctx, run.options)
		for _, call := range run.sim.Calls() {
			// The kubeconfig is fetched with a POST.
			Expect(call.Writes() && filepath.Base(call.Path) != "content").To(BeFalse(), "a plan called %s", call)
		}
	})
	It("keeps state and plans from other users", func() {
		run.needsEmulator()
		var seen []string
		Expect(filepath.WalkDir(run.options.TerraformDir, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || !entry.Type().IsRegular() || slices.Contains([]string{".tf", ".hcl"}, filepath.Ext(path)) { // public: the configuration and the checksums of providers
				return err
			}
			info, err := entry.Info()
			if err != nil {
				return err
			}
			seen = append(seen, entry.Name())
			Expect(info.Mode().Perm()&0o077).To(BeZero(), "mode of %s is %s", entry.Name(), info.Mode())
			return nil
		})).To(Succeed())
		Expect(seen).To(ContainElement("terraform.tfstate"))
	})
}
