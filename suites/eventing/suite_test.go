package eventing

import (
	"testing"

	"assay.dev/assay/conformance"
)

// TestEventing runs the suite.
func TestEventing(t *testing.T) { conformance.Run(t, Suite, conformance.Options{}) }
