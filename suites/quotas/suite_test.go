package quotas

import (
	"testing"

	_ "github.com/onsi/ginkgo/v2" // else its command passes no flags

	"assay.dev/assay/conformance"
)

// TestQuotas runs the suite.
func TestQuotas(t *testing.T) { conformance.Run(t, Suite, conformance.Options{}) }
