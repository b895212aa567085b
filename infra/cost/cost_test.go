package cost

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
)

type object = map[string]any

func pool(size, ocpus, memory int, boot any) object {
	return object{
		"node_shape":          freeShape,
		"node_config_details": []any{object{"size": size}},
		"node_shape_config":   []any{object{"ocpus": ocpus, "memory_in_gbs": memory}},
		"node_source_details": []any{object{"boot_volume_size_in_gbs": boot}},
	}
}

// planOf makes a plan with one resource for each entry, named by its type.
func planOf(t *testing.T, resources map[string]object) []byte {
	t.Helper()
	var list []any
	for kind, attributes := range resources {
		list = append(list, object{
			"address": kind + ".todo", "mode": "managed", "type": kind, "name": "todo", "values": attributes,
		})
	}
	content, err := json.Marshal(object{
		"format_version": "1.2", "terraform_version": "1.11.4",
		"planned_values": object{"root_module": object{"resources": list}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// estimate is a plan with what it costs.
type estimate struct {
	resources map[string]object
	workload  Workload
	over      []string
	price     float64
}

func estimates() map[string]estimate {
	database := func(free bool) object { return object{"is_free_tier": free, "cpu_core_count": 1} }
	return map[string]estimate{
		"one 2/8 node and the workload fit": {
			resources: map[string]object{
				"oci_core_vcn": {}, "oci_containerengine_cluster": {},
				"oci_containerengine_node_pool": pool(1, 2, 8, "50"), "oci_database_autonomous_database": database(true),
			},
			workload: Workload{LoadBalancers: 1, BandwidthMbps: 10, Volumes: []int{10, 10, 10}},
		},
		"two nodes do not fit": {
			resources: map[string]object{"oci_containerengine_node_pool": pool(2, 2, 8, "50")},
			over:      []string{"A1 compute", "A1 memory"},
			price:     2*7.44 + 4*1.116,
		},
		"a fourth claim does not fit": {
			resources: map[string]object{"oci_containerengine_node_pool": pool(1, 2, 8, "50")},
			workload:  Workload{Volumes: []int{1, 1, 1, 1}},
			over:      []string{"boot and block volumes"},
			price:     50 * priceStorageGBMonth,
		},
		"a fast load balancer does not fit": {
			workload: Workload{LoadBalancers: 1, BandwidthMbps: 100},
			over:     []string{"load balancer bandwidth"},
			price:    90 * priceMbpsHour * hoursPerMonth,
		},
		"a second load balancer does not fit": {
			workload: Workload{LoadBalancers: 2, BandwidthMbps: 5},
			over:     []string{"load balancers"},
			price:    priceBalancerHour * hoursPerMonth,
		},
		"a paid database": {
			resources: map[string]object{"oci_database_autonomous_database": database(false)},
			over:      []string{"paid database compute"},
			price:     priceDatabaseOCPU * hoursPerMonth,
		},
		"an enhanced cluster": {
			resources: map[string]object{"oci_containerengine_cluster": {"type": "ENHANCED_CLUSTER"}},
			over:      []string{"enhanced clusters"},
			price:     74.4,
		},
		"another shape": {
			resources: map[string]object{"oci_containerengine_node_pool": func() object {
				other := pool(1, 1, 8, 50)
				other["node_shape"] = "VM.Standard.A2.Flex"
				return other
			}()},
			over:  []string{"other compute", "other memory"},
			price: 7.44 + 8*1.116,
		},
	}
}

func TestEstimate(t *testing.T) {
	for name, test := range estimates() {
		t.Run(name, func(t *testing.T) {
			got, err := Of(planOf(t, test.resources), test.workload)
			if err != nil {
				t.Fatal(err)
			}
			var over []string
			for _, item := range got.Items {
				if item.Over() {
					over = append(over, item.Name)
				}
			}
			if strings.Join(over, ",") != strings.Join(test.over, ",") || got.Free() != (len(test.over) == 0) {
				t.Errorf("over are %v, want %v", over, test.over)
			}
			if math.Abs(got.PerMonth()-test.price) > 0.001 {
				t.Errorf("costs %.3f a month, want %.3f", got.PerMonth(), test.price)
			}
		})
	}
}

func TestUnknownIsAnError(t *testing.T) {
	tests := map[string]struct {
		plan    []byte
		message string
	}{
		"no plan":           {[]byte("hello"), "terraform show -json"},
		"an empty plan":     {[]byte(`{"format_version": "1.2"}`), "no planned values"},
		"an unknown size":   {planOf(t, map[string]object{"oci_containerengine_node_pool": pool(1, 2, 8, nil)}), "boot_volume_size_in_gbs"},
		"a size as prose":   {planOf(t, map[string]object{"oci_containerengine_node_pool": pool(1, 2, 8, "large")}), "not a number"},
		"an unknown thing":  {planOf(t, map[string]object{"oci_core_instance": {}}), "teach package cost"},
		"a plan of no kind": {[]byte(`{}`), "read the plan"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if _, err := Of(test.plan, Workload{}); err == nil || !strings.Contains(err.Error(), test.message) {
				t.Errorf("error is %v, want one with %q", err, test.message)
			}
		})
	}
}

func TestTable(t *testing.T) {
	estimate, err := Of(planOf(t, map[string]object{"oci_containerengine_node_pool": pool(2, 2, 8, "50")}), Workload{})
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := estimate.Write(&out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"A1 compute", "4 OCPU", "14.88", "total", "19.34"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the table lacks %q:\n%s", want, &out)
		}
	}
	if strings.Contains(out.String(), "database") {
		t.Errorf("the table names what is not used:\n%s", &out)
	}
}
