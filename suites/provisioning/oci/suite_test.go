// Package oci_test checks the cloud part of the platform: it applies the
// Terraform configuration to an emulator of OCI's API, or looks at a run that is
// up in a real compartment, and asks the API what exists.
package oci_test

import (
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// suiteName is how Ginkgo calls this suite in its reports.
const suiteName = "OCI"

// TestOCI runs every spec of this package. A package may call RunSpecs once only.
func TestOCI(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, suiteName)
}
