package oci

import (
	"testing"

	"assay.dev/assay/infra/ociapi"
)

// TestBalancerSight shows the checks what they have to refuse.
func TestBalancerSight(t *testing.T) {
	sight := func(backend, subnet, shape string, mbps float64) balancerSight {
		return balancerSight{
			public: "public", private: "private",
			nodes: []ociapi.Object{{"id": "node", "subnetId": subnet, "privateIp": "10.0.1.5"}},
			balancers: []ociapi.Object{{
				"id": "balancer", "shapeName": shape, "shapeDetails": map[string]any{"maximumBandwidthInMbps": mbps},
				"backendSets": map[string]any{"TCP-443": map[string]any{"backends": []any{map[string]any{"ipAddress": backend}}}},
			}},
		}
	}
	tests := map[string]struct {
		sight             balancerSight
		unrelated, costly int
	}{
		"as specified":       {sight("10.0.1.5", "private", "flexible", freeMbps), 0, 0},
		"another backend":    {sight("10.0.0.9", "private", "flexible", freeMbps), 1, 0},
		"a public node":      {sight("10.0.1.5", "public", "flexible", freeMbps), 1, 0},
		"a fixed shape":      {sight("10.0.1.5", "private", "100Mbps", freeMbps), 0, 1},
		"too much bandwidth": {sight("10.0.1.5", "private", "flexible", 100), 0, 1},
		"nothing":            {balancerSight{}, 1, 1},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if unrelated, costly := test.sight.unrelatedBackends(), test.sight.costlyShapes(); len(unrelated) != test.unrelated || len(costly) != test.costly {
				t.Errorf("unrelated %v, costly %v", unrelated, costly)
			}
		})
	}
}
