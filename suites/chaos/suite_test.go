package chaos

import (
	"testing"
)

// TestChaos runs the suite.
func TestChaos(t *testing.T) { Run(t) }
