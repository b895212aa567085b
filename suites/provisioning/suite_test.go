package provisioning

import (
	"testing"

	_ "github.com/onsi/ginkgo/v2" // else its command passes no flags

	"assay.dev/assay/conformance"
)

// TestProvisioning runs the suite.
func TestProvisioning(t *testing.T) { conformance.Run(t, Suite, conformance.Options{}) }
