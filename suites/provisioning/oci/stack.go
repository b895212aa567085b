package oci

import (
	"path/filepath"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"assay.dev/assay/infra/stack"
)

// stack is a run as the commands make it, in a folder of its own under dir.
func (c *cloud) stack(dir string) *stack.Stack {
	GinkgoHelper()
	return c.stackWith(dir, func(*stack.Config) {})
}

func (c *cloud) stackWith(dir string, adjust func(*stack.Config)) *stack.Stack {
	GinkgoHelper()
	installed, err := provider()
	Expect(err).NotTo(HaveOccurred())
	config := stack.Config{
		Module: module(), Dir: filepath.Join(dir, "stack"), Run: c.run, TTL: time.Hour, Compartment: c.compartment, Platform: p.Spec.Platform,
		Provider: installed, Env: c.env, API: c.api, Log: GinkgoWriter,
		// What the emulator makes costs nothing.
		AllowCost: true,
		Grace:     timeouts.OCIWorkRequest.Duration, Poll: 10 * time.Millisecond,
	}
	adjust(&config)
	opened, err := stack.Open(config)
	Expect(err).NotTo(HaveOccurred())
	return opened
}
