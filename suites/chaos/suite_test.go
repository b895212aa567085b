package chaos

import (
	"testing"

	"assay.dev/assay/conformance"
)

// TestChaos runs the suite.
func TestChaos(t *testing.T) { conformance.Run(t, Suite, conformance.Options{}) }
