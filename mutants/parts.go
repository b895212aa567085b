package mutants

import (
	"net/netip"
	"slices"

	"assay.dev/assay/spec"
)

// lifecycle are the deployments that the experiment with deployments changes, and one that
// it leaves alone.
type lifecycle struct {
	spec.LifecycleTargets
	Alone spec.Infrastructure
}

// lifecycleTargets is a table of one row, or of none where the experiment does not apply.
func lifecycleTargets(s *spec.Spec) []spec.Row {
	l := lifecycle{LifecycleTargets: s.LifecycleTargets()}
	if l.Changed.Name == "" || l.Broken.Name == "" || l.Scaled.Name == "" {
		return nil
	}
	for _, i := range slices.Backward(s.Infrastructure) {
		if i.Kind == "Deployment" {
			l.Alone = i
		}
	}
	return []spec.Row{{Value: l}}
}

// cloud is the cloud of the specification, with what is near its values.
type cloud struct {
	spec.OCI
	platform *spec.Platform
}

func cloudRow(s *spec.Spec) []spec.Row {
	if s.OCI.VCN.Name == "" {
		return nil
	}
	return []spec.Row{{Value: cloud{s.OCI, s.Platform}}}
}

// Of is the subnet of a tier.
func (c cloud) Of(tier spec.Tier) spec.Subnet { return c.platform.Subnet(tier) }

// Gateway is the gateway of a kind.
func (c cloud) Gateway(kind spec.GatewayKind) spec.Gateway { return c.platform.Gateway(kind) }

// Beside is a range of the same size as another one behind it, or before it if there is
// none.
func (c cloud) Beside(of spec.CIDR) string {
	size := 32 - of.Bits()
	address := of.Addr().As4()
	number := uint32(address[0])<<24 | uint32(address[1])<<16 | uint32(address[2])<<8 | uint32(address[3])
	beside := number + 1<<size
	if beside < number {
		beside = number - 1<<size
	}
	at := netip.AddrFrom4([4]byte{byte(beside >> 24), byte(beside >> 16), byte(beside >> 8), byte(beside)})
	return netip.PrefixFrom(at, of.Bits()).String()
}

// Half is the upper half of a range.
func (c cloud) Half(of spec.CIDR) string {
	half := netip.PrefixFrom(of.Addr(), of.Bits()+1)
	return c.Beside(spec.CIDR{Prefix: half})
}

// Address is an address of a range that no node has.
func (c cloud) Address(of spec.CIDR) string {
	address := of.Addr().As4()
	address[3] += 9
	return netip.AddrFrom4(address).String()
}

// OtherImage is the name of a node image for another architecture than that of the nodes.
func (c cloud) OtherImage() string {
	if c.NodePool.Architecture == "aarch64" {
		return "Oracle-Linux-8.10-2026.03.31-0-OKE-" + c.OKECluster.KubernetesVersion + ".2-1330"
	}
	return "Oracle-Linux-8.10-aarch64-2026.03.31-0-OKE-" + c.OKECluster.KubernetesVersion + ".2-1330"
}

// hidden is an entry of a component's configuration that refers to a Secret.
type hidden struct {
	spec.Component
	Entry spec.Metadata
}

// secretMetadata is the first of all entries that refer to a Secret, as a table.
func secretMetadata(s *spec.Spec) []spec.Row {
	for _, c := range s.Dapr.Components {
		for _, entry := range c.Metadata {
			if entry.Secret != "" {
				return []spec.Row{{Names: map[string]string{"name": spec.Slug(c.Name)}, Value: hidden{c, entry}}}
			}
		}
	}
	return nil
}

// closedComponents is the first component that an application with a sidecar is outside of
// the scopes of, as a table. A secret store comes before others.
func closedComponents(s *spec.Spec) []spec.Row {
	for _, name := range []string{"secret-components", "components"} {
		for _, row := range table(s, name) {
			if outsider := s.Outsider(row.Value.(spec.Component)); outsider.Dapr.Enabled {
				return []spec.Row{row}
			}
		}
	}
	return nil
}
