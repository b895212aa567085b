package quotas

import (
	"testing"

	"assay.dev/assay/conformance"
)

// TestQuotas runs the suite.
func TestQuotas(t *testing.T) { conformance.Run(t, Suite, conformance.Options{}) }
