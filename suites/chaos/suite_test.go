package chaos

import (
	"testing"

	_ "github.com/onsi/ginkgo/v2" // else its command passes no flags

	"assay.dev/assay/conformance"
)

// TestChaos runs the suite.
func TestChaos(t *testing.T) { conformance.Run(t, Suite, conformance.Options{}) }
