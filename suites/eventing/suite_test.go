package eventing

import (
	"testing"

	_ "github.com/onsi/ginkgo/v2" // else its command passes no flags

	"assay.dev/assay/conformance"
)

// TestEventing runs the suite.
func TestEventing(t *testing.T) { conformance.Run(t, Suite, conformance.Options{}) }
