package oci_test

import (
	"context"
	"os"
	"path/filepath"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"assay.dev/assay/infra/tfrun"
)

// Names of what terraform init leaves in a working copy.
const (
	dataDir  = ".terraform"
	lockFile = ".terraform.lock.hcl"
)

// initialisedDir is where initialised works; empty while no spec asked for it.
var initialisedDir string

// initialised makes a working copy that is initialised once for all specs: every
// init would find the same provider, and takes as long as a plan.
var initialised = sync.OnceValues(func() (*tfrun.Workspace, error) {
	installed, err := provider()
	if err != nil {
		return nil, err
	}
	if initialisedDir, err = os.MkdirTemp("", "assay-oci-init-"); err != nil {
		return nil, err
	}
	work, err := tfrun.Prepare(tfrun.Config{Module: modulePath, Dir: initialisedDir, Provider: installed, Log: GinkgoWriter})
	if err != nil {
		return nil, err
	}
	return work, work.Init(context.Background())
})

var _ = AfterSuite(func() {
	if initialisedDir != "" {
		Expect(os.RemoveAll(initialisedDir)).To(Succeed())
	}
})

// seed makes a working copy as good as initialised.
func seed(dir string) {
	GinkgoHelper()
	from, err := initialised()
	Expect(err).NotTo(HaveOccurred())
	Expect(os.Symlink(filepath.Join(from.Dir, dataDir), filepath.Join(dir, dataDir))).To(Succeed())
	content, err := os.ReadFile(filepath.Join(from.Dir, lockFile))
	Expect(err).NotTo(HaveOccurred())
	Expect(os.WriteFile(filepath.Join(dir, lockFile), content, 0o600)).To(Succeed())
}
