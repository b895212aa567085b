package provisioning

import (
	"testing"

	"assay.dev/assay/conformance"
)

// TestProvisioning runs the suite.
func TestProvisioning(t *testing.T) { conformance.Run(t, Suite, conformance.Options{}) }
