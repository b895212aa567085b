package eventing

import (
	"testing"
)

// TestEventing runs the suite.
func TestEventing(t *testing.T) { Run(t) }
