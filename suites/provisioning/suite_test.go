package provisioning

import (
	"testing"
)

// TestProvisioning runs the suite.
func TestProvisioning(t *testing.T) { Run(t) }
