// Package cost computes from a Terraform plan what an OCI deployment takes of
// the Always Free allowances and what the rest would cost. It looks at what will
// exist when the plan is carried out, not only at what changes, because
// allowances count everything.
package cost

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"text/tabwriter"

	tfjson "github.com/hashicorp/terraform-json"
)

// Workload is what the deployment makes beyond the plan: the cluster creates
// load balancers and volumes by itself.
type Workload struct {
	// LoadBalancers counts Services of type LoadBalancer.
	LoadBalancers int
	// BandwidthMbps is each one's maximum.
	BandwidthMbps int
	// Volumes are the sizes of the volume claims in GB; each is rounded up to
	// the smallest volume.
	Volumes []int
}

// Item is one allowance and what is taken of it.
type Item struct {
	Name  string  `json:"name"`
	Unit  string  `json:"unit"`
	Used  float64 `json:"used"`
	Free  float64 `json:"free"`
	Price float64 `json:"pricePerMonth"` // US dollars for what goes past Free
}

// Over reports whether the allowance is exceeded.
func (i Item) Over() bool { return i.Used > i.Free }

// Estimate is the sum over everything.
type Estimate struct {
	Items []Item `json:"items"`
}

// Free reports whether everything fits the allowances.
func (e Estimate) Free() bool {
	for _, item := range e.Items {
		if item.Over() {
			return false
		}
	}
	return true
}

// PerMonth is the price in US dollars of what goes past the allowances.
func (e Estimate) PerMonth() float64 {
	total := 0.0
	for _, item := range e.Items {
		total += item.Price
	}
	return total
}

// Of reads the output of `terraform show -json PLAN`. A plan with values that
// are only known after apply in places that cost money is an error: guessing
// would be worse.
func Of(plan []byte, workload Workload) (Estimate, error) {
	var parsed tfjson.Plan
	if err := json.Unmarshal(plan, &parsed); err != nil {
		return Estimate{}, fmt.Errorf("read the plan: %w (give the output of `terraform show -json PLANFILE`)", err)
	}
	if parsed.PlannedValues == nil || parsed.PlannedValues.RootModule == nil {
		return Estimate{}, fmt.Errorf("the plan has no planned values: it destroys everything or is no plan")
	}
	var sum usage
	if err := sum.addModule(parsed.PlannedValues.RootModule); err != nil {
		return Estimate{}, err
	}
	sum.addWorkload(workload)
	return sum.estimate(), nil
}

// usage adds up what costs money.
type usage struct {
	ocpus, memoryGB, storageGB    float64
	otherOCPUs, otherMemoryGB     float64 // of shapes that are never free
	balancers, bandwidth          float64
	freeDatabases, paidDatabaseCP float64
	enhancedClusters              float64
}

func (u *usage) addModule(module *tfjson.StateModule) error {
	for _, resource := range module.Resources {
		if resource.Mode != tfjson.ManagedResourceMode {
			continue
		}
		var err error
		switch resource.Type {
		case "oci_containerengine_node_pool":
			err = u.addNodePool(values(resource.AttributeValues))
		case "oci_containerengine_cluster":
			if level, _ := resource.AttributeValues["type"].(string); level == enhancedClusterLevel {
				u.enhancedClusters++
			}
		case "oci_database_autonomous_database":
			err = u.addDatabase(values(resource.AttributeValues))
		case "oci_core_vcn", "oci_core_subnet", "oci_core_internet_gateway", "oci_core_nat_gateway",
			"oci_core_service_gateway", "oci_core_route_table", "oci_core_security_list":
			// free in any number that a tenancy may have
		default:
			err = fmt.Errorf("the price of %s is not known here: teach package cost about it", resource.Type)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", resource.Address, err)
		}
	}
	for _, child := range module.ChildModules {
		if err := u.addModule(child); err != nil {
			return err
		}
	}
	return nil
}

func (u *usage) addNodePool(pool values) error {
	size, err := pool.nested("node_config_details").number("size")
	if err != nil {
		return err
	}
	shape := pool.nested("node_shape_config")
	ocpus, err := shape.number("ocpus")
	if err != nil {
		return err
	}
	memory, err := shape.number("memory_in_gbs")
	if err != nil {
		return err
	}
	boot, err := pool.nested("node_source_details").number("boot_volume_size_in_gbs")
	if err != nil {
		return err
	}
	u.storageGB += size * max(boot, minVolumeGB)
	if pool["node_shape"] == freeShape {
		u.ocpus += size * ocpus
		u.memoryGB += size * memory
		return nil
	}
	u.otherOCPUs += size * ocpus
	u.otherMemoryGB += size * memory
	return nil
}

func (u *usage) addDatabase(database values) error {
	if free, _ := database["is_free_tier"].(bool); free {
		u.freeDatabases++
		return nil
	}
	ocpus, err := database.number("cpu_core_count")
	u.paidDatabaseCP += ocpus
	return err
}

func (u *usage) addWorkload(workload Workload) {
	u.balancers += float64(workload.LoadBalancers)
	u.bandwidth += float64(workload.LoadBalancers * workload.BandwidthMbps)
	for _, volume := range workload.Volumes {
		u.storageGB += float64(max(volume, minVolumeGB))
	}
}

func (u *usage) estimate() Estimate {
	item := func(name, unit string, used, free, price float64) Item {
		return Item{Name: name, Unit: unit, Used: used, Free: free, Price: max(0, used-free) * price}
	}
	return Estimate{Items: []Item{
		item("A1 compute", "OCPU", u.ocpus, freeOCPUs, priceOCPUHour*hoursPerMonth),
		item("A1 memory", "GB", u.memoryGB, freeMemoryGB, priceMemoryGBHour*hoursPerMonth),
		item("other compute", "OCPU", u.otherOCPUs, 0, priceOCPUHour*hoursPerMonth),
		item("other memory", "GB", u.otherMemoryGB, 0, priceMemoryGBHour*hoursPerMonth),
		item("boot and block volumes", "GB", u.storageGB, freeStorageGB, priceStorageGBMonth),
		item("load balancers", "", u.balancers, freeLoadBalancers, priceBalancerHour*hoursPerMonth),
		item("load balancer bandwidth", "Mbps", u.bandwidth, freeBandwidthMbps, priceMbpsHour*hoursPerMonth),
		item("Always Free databases", "", u.freeDatabases, freeDatabases, 0),
		item("paid database compute", "OCPU", u.paidDatabaseCP, 0, priceDatabaseOCPU*hoursPerMonth),
		item("enhanced clusters", "", u.enhancedClusters, 0, priceEnhancedHour*hoursPerMonth),
	}}
}

// Write prints the estimate as a table; allowances that nothing touches are left out.
func (e Estimate) Write(w io.Writer) error {
	table := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	_, _ = fmt.Fprintln(table, "WHAT\tUSED\tALWAYS FREE\tPAST IT, USD A MONTH")
	for _, item := range e.Items {
		if item.Used == 0 {
			continue
		}
		mark := "-"
		if item.Over() {
			mark = fmt.Sprintf("%.2f", item.Price)
		}
		_, _ = fmt.Fprintf(table, "%s\t%s %s\t%s\t%s\n", item.Name, text(item.Used), item.Unit, text(item.Free), mark)
	}
	_, _ = fmt.Fprintf(table, "total\t\t\t%.2f\n", e.PerMonth())
	return table.Flush()
}

func text(number float64) string { return strconv.FormatFloat(number, 'f', -1, 64) }
