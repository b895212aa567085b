package sweep

import (
	"context"
	"fmt"
	"slices"
	"time"

	"assay.dev/assay/infra/ociapi"
)

// inventory is everything that exists in a compartment, by kind.
type inventory map[string][]ociapi.Object

// deleteOrder has users before what they use: load balancers and node pools hold
// addresses in subnets, subnets hold route tables and security lists, route
// rules hold gateways, and the VCN goes last.
var deleteOrder = []ociapi.Kind{
	ociapi.LoadBalancer, ociapi.NodePool, ociapi.Cluster, ociapi.AutonomousDatabase, ociapi.Volume,
	ociapi.Subnet, ociapi.RouteTable, ociapi.SecurityList,
	ociapi.InternetGateway, ociapi.NATGateway, ociapi.ServiceGateway, ociapi.VCN,
}

func take(ctx context.Context, api *ociapi.Client, compartment string) (inventory, error) {
	all := inventory{}
	for _, kind := range deleteOrder {
		objects, err := api.List(ctx, kind, compartment, nil)
		if err != nil {
			return nil, err
		}
		all[kind.Name] = slices.DeleteFunc(objects, ociapi.Object.Gone)
	}
	return all, nil
}

// judge decides about every object of the inventory.
func (all inventory) judge(opts Options) Report {
	reasons := map[string]string{} // by OCID
	var report Report
	mark := func(object ociapi.Object, why string) { reasons[object.ID()] = why }

	for _, kind := range []ociapi.Kind{ociapi.VCN, ociapi.AutonomousDatabase} {
		for _, object := range all[kind.Name] {
			run := object.Tag(TagRun)
			if run == "" || opts.Run != "" && run != opts.Run {
				continue
			}
			due, err := expiry(object)
			switch {
			case opts.Run != "":
				mark(object, "run "+run+" is taken down")
			case err != nil:
				// Deleting on a typo would be worse than paying for it.
				report.Keep = append(report.Keep, leftover(kind, object, fmt.Sprintf("its tag %s %q is not a time", TagExpires, object.Tag(TagExpires))))
			case !due.After(opts.Now):
				mark(object, fmt.Sprintf("run %s expired at %s", run, due.Format(time.RFC3339)))
			}
		}
	}
	all.markInside(reasons)
	all.markOrphans(reasons)
	for _, volume := range all[ociapi.Volume.Name] {
		if !isDriverVolume(volume.Name(ociapi.Volume)) {
			continue
		}
		if opts.Volumes {
			mark(volume, "left by the storage driver")
		} else {
			report.Keep = append(report.Keep, leftover(ociapi.Volume, volume, "perhaps left by the storage driver; ask for volumes to delete it"))
		}
	}

	for _, kind := range deleteOrder {
		for _, object := range all[kind.Name] {
			if why, ok := reasons[object.ID()]; ok {
				report.Delete = append(report.Delete, leftover(kind, object, why))
			}
		}
	}
	return report
}

// markInside marks what lies in a marked VCN.
func (all inventory) markInside(reasons map[string]string) {
	defaults := map[string]bool{}
	for _, vcn := range all[ociapi.VCN.Name] {
		defaults[vcn.String("defaultRouteTableId")] = true
		defaults[vcn.String("defaultSecurityListId")] = true
	}
	inherit := func(kind ociapi.Kind, owners func(ociapi.Object) []string) {
		for _, object := range all[kind.Name] {
			for _, owner := range owners(object) {
				if why, ok := reasons[owner]; ok && !defaults[object.ID()] {
					reasons[object.ID()] = why
				}
			}
		}
	}
	inVCN := func(object ociapi.Object) []string { return []string{object.String("vcnId")} }
	for _, kind := range []ociapi.Kind{
		ociapi.Subnet, ociapi.RouteTable, ociapi.SecurityList,
		ociapi.InternetGateway, ociapi.NATGateway, ociapi.ServiceGateway, ociapi.Cluster,
	} {
		inherit(kind, inVCN)
	}
	inherit(ociapi.LoadBalancer, func(object ociapi.Object) []string { return object.Strings("subnetIds") })
	all.markPools(reasons)
}

// markOrphans marks clusters whose VCN is gone. A cluster whose creation failed
// stays behind untagged, outside Terraform's state, and outlives its network.
func (all inventory) markOrphans(reasons map[string]string) {
	networks := map[string]bool{}
	for _, vcn := range all[ociapi.VCN.Name] {
		networks[vcn.ID()] = true
	}
	for _, cluster := range all[ociapi.Cluster.Name] {
		if !networks[cluster.String("vcnId")] {
			reasons[cluster.ID()] = "its network no longer exists"
		}
	}
	all.markPools(reasons)
}

func (all inventory) markPools(reasons map[string]string) {
	for _, pool := range all[ociapi.NodePool.Name] {
		if why, ok := reasons[pool.String("clusterId")]; ok {
			reasons[pool.ID()] = why
		}
	}
}

func leftover(kind ociapi.Kind, object ociapi.Object, why string) Leftover {
	return Leftover{Kind: kind, ID: object.ID(), Name: object.Name(kind), State: object.State(), Why: why}
}
