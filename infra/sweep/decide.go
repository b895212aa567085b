package sweep

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"assay.dev/assay/infra/inventory"
	"assay.dev/assay/infra/ociapi"
)

// existing is everything that exists in a compartment, by kind.
type existing map[string][]ociapi.Object

// deleteOrder has users before what they use: load balancers and node pools hold
// addresses in subnets, subnets hold route tables and security lists, route
// rules hold gateways, and the VCN goes last.
var deleteOrder = []ociapi.Kind{
	ociapi.LoadBalancer, ociapi.NodePool, ociapi.Cluster, ociapi.AutonomousDatabase, ociapi.Volume,
	ociapi.Subnet, ociapi.RouteTable, ociapi.SecurityList,
	ociapi.InternetGateway, ociapi.NATGateway, ociapi.ServiceGateway, ociapi.VCN,
}

func take(ctx context.Context, api *ociapi.Client, compartment string) (existing, error) {
	all := existing{}
	for _, kind := range deleteOrder {
		objects, err := api.List(ctx, kind, compartment, nil)
		if err != nil {
			return nil, err
		}
		all[kind.Name] = slices.DeleteFunc(objects, ociapi.Object.Gone)
	}
	return all, nil
}

// owned names which inventory an object belongs to, and why it is a leftover. Without
// a reason it belongs to a run that is not swept now.
type owned struct {
	log *inventory.Inventory
	why string
}

// decide decides about every object.
func (all existing) decide(opts Options) (Report, error) {
	var report Report
	owners := map[string]owned{} // by OCID
	for _, log := range opts.Inventories {
		owner := owned{log: log, why: due(log.Run, opts)}
		if owner.why != "" {
			report.Swept = append(report.Swept, log)
		}
		present, err := log.Present()
		if err != nil {
			return Report{}, fmt.Errorf("run %s: %w", log.Run.Name, err)
		}
		for _, entry := range present {
			kind, ours := kindOf(entry)
			if !ours {
				continue
			}
			exists := all.has(kind, entry.ID)
			if before, twice := owners[entry.ID]; exists && (!twice || before.why != "") {
				// What a run that goes on names, too, stays.
				owners[entry.ID] = owner
			}
			if !exists && owner.why != "" {
				report.gone = append(report.gone, Leftover{Kind: kind, ID: entry.ID, Name: entry.Name, Run: log.Run.Name, log: log})
			}
		}
	}
	all.addInside(owners)
	for _, kind := range deleteOrder {
		for _, object := range all[kind.Name] {
			found := Leftover{Kind: kind, ID: object.ID(), Name: object.Name(kind), State: object.State(), Run: object.Tag(TagRun)}
			owner, ok := owners[object.ID()]
			switch {
			case ok && owner.why != "":
				found.log, found.Run, found.Why = owner.log, owner.log.Run.Name, owner.why
				report.Delete = append(report.Delete, found)
			case !ok:
				if found.Why, found.Overdue = all.suspicion(kind, object, opts); found.Why != "" {
					report.Left = append(report.Left, found)
				}
			}
		}
	}
	return report, nil
}

// due returns why a run's objects are leftovers; empty while they are not.
func due(run inventory.Run, opts Options) string {
	switch {
	case run.Compartment != opts.Compartment || run.Region != opts.region:
		return ""
	case opts.Run != "" && run.Name == opts.Run:
		return "run " + run.Name + " is taken down"
	case opts.Run == "" && !run.Expires.After(opts.Now):
		return fmt.Sprintf("run %s expired at %s", run.Name, run.Expires.Format(time.RFC3339))
	}
	return ""
}

func kindOf(entry inventory.Entry) (ociapi.Kind, bool) {
	at := slices.IndexFunc(deleteOrder, func(kind ociapi.Kind) bool { return inventory.Kind(kind) == entry.Kind })
	if at < 0 {
		return ociapi.Kind{}, false
	}
	return deleteOrder[at], true
}

// has reports whether there is an object of a kind.
func (all existing) has(kind ociapi.Kind, id string) bool {
	return slices.ContainsFunc(all[kind.Name], func(object ociapi.Object) bool { return object.ID() == id })
}

// addInside adds what lies in a VCN that a run recorded. What is not recorded itself
// belongs to the VCN's run: a subnet, a gateway or a load balancer cannot be in two.
func (all existing) addInside(owners map[string]owned) {
	defaults := map[string]bool{}
	for _, vcn := range all[ociapi.VCN.Name] {
		defaults[vcn.String("defaultRouteTableId")] = true
		defaults[vcn.String("defaultSecurityListId")] = true
	}
	inherit := func(kind ociapi.Kind, from func(ociapi.Object) []string) {
		for _, object := range all[kind.Name] {
			if _, recorded := owners[object.ID()]; recorded || defaults[object.ID()] {
				continue
			}
			for _, id := range from(object) {
				if owner, ok := owners[id]; ok {
					owners[object.ID()] = owner
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
	inherit(ociapi.NodePool, func(object ociapi.Object) []string { return []string{object.String("clusterId")} })
}

// suspicion returns why somebody should look at an object that no inventory names, and
// whether it should be gone by now. Empty: it looks like nobody's business.
func (all existing) suspicion(kind ociapi.Kind, object ociapi.Object, opts Options) (why string, overdue bool) {
	const alone = "no inventory names it"
	switch kind {
	case ociapi.VCN, ociapi.AutonomousDatabase:
		run := object.Tag(TagRun)
		if run == "" || opts.Run != "" && run != opts.Run {
			return "", false
		}
		expires, err := time.Parse(time.RFC3339, object.Tag(TagExpires))
		switch {
		case opts.Run != "":
			return fmt.Sprintf("it carries the tag of run %s, but %s", run, alone), true
		case err != nil:
			return fmt.Sprintf("it carries the tag of run %s, its tag %s %q is not a time, and %s", run, TagExpires, object.Tag(TagExpires), alone), false
		case !expires.After(opts.Now):
			return fmt.Sprintf("it carries the tag of run %s, expired at %s, but %s", run, expires.Format(time.RFC3339), alone), true
		}
		return fmt.Sprintf("it carries the tag of run %s until %s, but %s", run, expires.Format(time.RFC3339), alone), false
	case ociapi.Volume:
		if strings.HasPrefix(object.Name(kind), volumePrefix) {
			return "perhaps a storage driver left it, but " + alone, false
		}
	case ociapi.Cluster:
		if !all.has(ociapi.VCN, object.String("vcnId")) {
			return "its VCN is gone or lies in another compartment, and " + alone, false
		}
	}
	return "", false
}
