package audit

import (
	"fmt"
	"slices"
	"strings"

	"assay.dev/assay/spec"
)

// cloudClaims are about Oracle Cloud: allowances, addresses, placement.
func cloudClaims() []claim {
	return []claim{
		{"AUD-019", Outdated, "The largest node pool exceeds the Always Free compute allowance",
			[]string{poolArea, erdArea},
			"A second node is billed. The default is one node, and everything that is deployed fits on it.",
			freeCompute},
		{"AUD-020", Hazard, "Boot volumes and persistent volumes exceed the Always Free block storage",
			[]string{poolArea, kafkaArea},
			"A volume is at least 50 GB whatever is asked for. With one node the three volumes just fit.",
			freeStorage},
		{"AUD-021", Contradiction, "The subnets do not lie inside the VCN, or overlap with each other or with pods and services",
			[]string{vcnArea, erdArea},
			"OCI refuses the subnet, or packets go to the wrong place.",
			ranges},
		{"AUD-022", Contradiction, "NGINX is drawn in the public subnet and runs on nodes in the private one",
			[]string{erdArea, poolArea, layoutArea},
			"Only the load balancer can stand in the public subnet; the controller is a pod and runs where the nodes are.",
			nginxPlacement},
		{"AUD-023", Contradiction, "The Autonomous Database is drawn inside the VCN and is Always Free",
			[]string{erdArea},
			"An Always Free database has no private endpoint. It is reached over the NAT or the Service gateway.",
			databasePlacement},
		{"AUD-024", Contradiction, "The gateways that are drawn are not the gateways that are listed",
			[]string{erdArea, vcnArea},
			"The list wins: private nodes reach Oracle's services through the Service gateway.",
			gateways},
		{"AUD-025", Contradiction, "The database speaks another language than the state store",
			[]string{erdArea, daprArea},
			"The state store runs on PostgreSQL in the cluster; the database is provisioned as drawn and stands by.",
			databaseEngine},
		{"AUD-026", Hazard, "The Kubernetes API is open to the internet",
			[]string{clusterArea, vcnArea},
			"The specification leaves the endpoint open. The nightly run needs it from outside; narrow the rule where the client's address is known.",
			publicAPI},
		{"AUD-027", Contradiction, "The arrow between nodes and load balancer points against the traffic",
			[]string{erdArea},
			"The load balancer is the client of the nodes (network.balancer.backends); the drawing shows the opposite.",
			balancerArrow},
	}
}

func freeCompute(in Input, w *proof) bool {
	pool, free := in.Platform.OCI.NodePool, in.Facts.AlwaysFree
	ocpus, memory := int64(pool.MaxSize*pool.OCPUs), int64(pool.MaxSize*pool.MemoryGB)
	for n := pool.MinSize; n <= pool.MaxSize; n++ {
		w.line("%d × %d OCPUs / %d GB = %d OCPUs / %d GB", n, pool.OCPUs, pool.MemoryGB, n*pool.OCPUs, n*pool.MemoryGB)
	}
	written := in.Platform.Specification.Date
	if free.Compute.Since.After(written.Time) {
		w.line("when the specification was written (%s): %d OCPUs / %d GB were free; since %s: %d OCPUs / %d GB", written,
			free.FormerCompute.OCPUs, free.FormerCompute.MemoryGB, free.Compute.Since, free.Compute.OCPUs, free.Compute.MemoryGB)
	}
	over := w.exceeds("OCPUs of the largest pool", ocpus, "free", int64(free.Compute.OCPUs), count)
	return w.exceeds("memory of the largest pool", memory, "free", int64(free.Compute.MemoryGB), gb) || over
}

func freeStorage(in Input, w *proof) bool {
	pool, free := in.Platform.OCI.NodePool, in.Facts.AlwaysFree
	var volumes int64
	for _, v := range in.Platform.VolumeClaims() {
		billed := max(int64(free.MinimumVolumeGB), (v.Size.Bytes()+gib-1)/gib)
		w.line("%s/%s: %s asked for, %d GB made", v.Namespace, v.Name, v.Size, billed)
		volumes += billed
	}
	over := false
	for n := pool.MinSize; n <= pool.MaxSize; n++ {
		boot := int64(n * pool.BootVolumeGB)
		w.line("%d × boot volume %d GB + volumes %d GB = %d GB", n, pool.BootVolumeGB, volumes, boot+volumes)
		over = w.exceeds("storage with "+plural(n, "node"), boot+volumes, "free", int64(free.BlockStorageGB), gb)
	}
	return over
}

func ranges(in Input, w *proof) bool {
	oci := in.Platform.OCI
	wrong := false
	named := map[string]spec.CIDR{"pods": oci.OKECluster.PodsCIDR, "services": oci.OKECluster.ServicesCIDR}
	order := []string{"pods", "services"}
	for _, s := range oci.Subnets {
		name := string(s.Tier)
		named[name], order = s.CIDRBlock, append(order, name)
		inside := oci.VCN.CIDRBlock.Contains(s.CIDRBlock.Addr()) && s.CIDRBlock.Bits() >= oci.VCN.CIDRBlock.Bits()
		w.line("%s %s inside of the VCN %s: %v", name, s.CIDRBlock, oci.VCN.CIDRBlock, inside)
		wrong = wrong || !inside
	}
	for i, a := range order {
		for _, b := range order[i+1:] {
			overlap := named[a].Overlaps(named[b].Prefix)
			w.line("%s %s and %s %s overlap: %v", a, named[a], b, named[b], overlap)
			wrong = wrong || overlap
		}
	}
	for _, a := range []string{"pods", "services"} {
		overlap := named[a].Overlaps(oci.VCN.CIDRBlock.Prefix)
		w.line("%s %s and the VCN overlap: %v", a, named[a], overlap)
		wrong = wrong || overlap
	}
	return wrong
}

func nginxPlacement(in Input, w *proof) bool {
	drawn := in.Document.Encloses(erdArea, "Public Subnet", "NGINX Ingress")
	subnet := in.Platform.OCI.NodePool.Subnet
	w.line("the box Public Subnet encloses NGINX Ingress: %v", drawn)
	w.line("subnet of the node pool: %s", subnet)
	return drawn && subnet == spec.Private
}

func databasePlacement(in Input, w *proof) bool {
	drawn := false
	for _, text := range in.Document.Texts(erdArea) {
		if strings.HasPrefix(text, "VCN ") {
			drawn = in.Document.Encloses(erdArea, text, "OCI Autonomous DB (Always Free)")
		}
	}
	free := in.Platform.OCI.AutonomousDatabase.AlwaysFree
	w.line("the box VCN encloses the Autonomous DB: %v", drawn)
	w.line("Always Free: %v; an Always Free database can have a private endpoint: %v", free, in.Facts.AlwaysFree.DatabasePrivateEndpoint)
	return drawn && free && !in.Facts.AlwaysFree.DatabasePrivateEndpoint
}

func gateways(in Input, w *proof) bool {
	names := map[spec.GatewayKind]string{spec.InternetGateway: "Internet", spec.NATGateway: "NAT", spec.ServiceGateway: "Service"}
	drawn, listed := 0, 0
	var differ []string
	for _, g := range in.Platform.OCI.Gateways {
		name := names[g.Kind]
		isDrawn, isListed := false, false
		for _, text := range in.Document.Texts(erdArea) {
			isDrawn = isDrawn || strings.HasPrefix(text, name+" G")
		}
		for _, c := range in.Document.Cells {
			isListed = isListed || c.Section == vcnArea && strings.HasPrefix(c.Text, "Gateways") && strings.Contains(c.Text, name)
		}
		if isDrawn {
			drawn++
		}
		if isListed {
			listed++
		}
		if isDrawn != isListed {
			differ = append(differ, name)
		}
	}
	w.line("%d gateways are drawn, %d are listed", drawn, listed)
	if len(differ) > 0 {
		w.line("in one of the two only: %s", strings.Join(differ, ", "))
	}
	return len(differ) > 0
}

func databaseEngine(in Input, w *proof) bool {
	engine := in.Platform.OCI.AutonomousDatabase.Engine
	cannot := false
	for _, component := range in.Platform.Dapr.Components {
		if !strings.HasPrefix(component.Type, "state.") {
			continue
		}
		i := slices.IndexFunc(in.Facts.StateEngines, func(e spec.StateComponent) bool { return e.Component == component.Type })
		if i < 0 {
			panic(inputError(fmt.Sprintf("facts.yaml does not say which engine %s speaks to", component.Type)))
		}
		w.line("%s speaks to %s; the Autonomous Database is %s", component.Type, in.Facts.StateEngines[i].Engine, engine)
		cannot = cannot || in.Facts.StateEngines[i].Engine != engine
	}
	return cannot
}

func publicAPI(in Input, w *proof) bool {
	endpoint := in.Platform.OCI.OKECluster.Endpoint
	open := false
	for _, r := range in.Platform.OCI.SecurityRules {
		if r.Subnet == endpoint.Subnet && r.Direction == spec.IngressRule && r.Peer == spec.PeerInternet &&
			r.PortMin <= 6443 && 6443 <= r.PortMax {
			w.line("rule: %s from 0.0.0.0/0 to port 6443 in the %s subnet (%s)", r.Protocol, r.Subnet, r.Purpose)
			open = true
		}
	}
	w.line("public address of the endpoint: %v", endpoint.PublicIP)
	return open && endpoint.PublicIP
}

func balancerArrow(in Input, w *proof) bool {
	for _, a := range in.Document.Arrows[erdArea] {
		if a.To == "Load Balancer" {
			w.line("drawn: %s → %s", a.From, a.To)
			return true
		}
	}
	w.line("no arrow leads to the load balancer")
	return false
}
