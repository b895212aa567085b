package quotas

import (
	"testing"
)

// TestQuotas runs the suite.
func TestQuotas(t *testing.T) { Run(t) }
