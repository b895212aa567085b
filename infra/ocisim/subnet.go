package ocisim

import (
	"fmt"
	"net/netip"
	"slices"
)

// Subnet is a part of a VCN's range.
type Subnet struct {
	Meta
	DisplayName             string   `json:"displayName"`
	VCNID                   string   `json:"vcnId"`
	CIDRBlock               string   `json:"cidrBlock"`
	AvailabilityDomain      string   `json:"availabilityDomain,omitempty"`
	DNSLabel                string   `json:"dnsLabel,omitempty"`
	SubnetDomainName        string   `json:"subnetDomainName,omitempty"`
	DHCPOptionsID           string   `json:"dhcpOptionsId"`
	RouteTableID            string   `json:"routeTableId"`
	SecurityListIDs         []string `json:"securityListIds"`
	ProhibitPublicIPOnVNIC  bool     `json:"prohibitPublicIpOnVnic"`
	ProhibitInternetIngress bool     `json:"prohibitInternetIngress"`
	VirtualRouterIP         string   `json:"virtualRouterIp"`
	VirtualRouterMAC        string   `json:"virtualRouterMac"`
}

func (n *Subnet) name() string { return n.DisplayName }

// maxSecurityLists is the service's limit for one subnet.
const maxSecurityLists = 5

func (s *Server) subnetKind() *kind[Subnet, *Subnet] {
	shared := []string{"displayName", "cidrBlock", "dhcpOptionsId", "routeTableId", "securityListIds", "freeformTags"}
	return &kind[Subnet, *Subnet]{
		server: s, singular: "subnet", path: coreAPI + "/subnets",
		required: []string{"compartmentId", "vcnId", "cidrBlock"},
		creatable: append([]string{
			"compartmentId", "vcnId", "availabilityDomain", "dnsLabel", "prohibitPublicIpOnVnic", "prohibitInternetIngress",
		}, shared...),
		changeable: shared,
		fill:       s.fillSubnet,
		check:      s.checkSubnet,
		users:      s.subnetUsers,
	}
}

func (s *Server) fillSubnet(n *Subnet) error {
	vcn, err := s.vcns.find(n.VCNID)
	if err != nil {
		return err
	}
	prefix, err := parseCIDR("cidrBlock", n.CIDRBlock)
	if err != nil {
		return err
	}
	if n.RouteTableID == "" {
		n.RouteTableID = vcn.DefaultRouteTableID
	}
	if len(n.SecurityListIDs) == 0 {
		n.SecurityListIDs = []string{vcn.DefaultSecurityListID}
	}
	if n.DHCPOptionsID == "" {
		n.DHCPOptionsID = vcn.DefaultDHCPOptionsID
	}
	// The two flags are one setting under an old and a new name.
	n.ProhibitPublicIPOnVNIC = n.ProhibitPublicIPOnVNIC || n.ProhibitInternetIngress
	n.ProhibitInternetIngress = n.ProhibitPublicIPOnVNIC
	n.VirtualRouterIP = prefix.Addr().Next().String()
	n.VirtualRouterMAC = fmt.Sprintf("00:00:17:%02x:%02x:%02x", prefix.Addr().As4()[1], prefix.Addr().As4()[2], prefix.Bits())
	if n.DNSLabel != "" {
		if vcn.DNSLabel == "" {
			return invalid("dnsLabel %q: the vcn has none", n.DNSLabel)
		}
		n.SubnetDomainName = n.DNSLabel + "." + vcn.VCNDomainName
	}
	return nil
}

func (s *Server) checkSubnet(n *Subnet) error {
	vcn, err := s.vcns.find(n.VCNID)
	if err != nil {
		return err
	}
	prefix, err := parseCIDR("cidrBlock", n.CIDRBlock)
	if err != nil {
		return err
	}
	inside := func(block string) bool {
		outer, err := netip.ParsePrefix(block)
		return err == nil && within(prefix, outer)
	}
	if prefix.Bits() > 30 || !slices.ContainsFunc(vcn.CIDRBlocks, inside) {
		return invalid("cidrBlock %s is not inside the vcn's %v", n.CIDRBlock, vcn.CIDRBlocks)
	}
	for _, other := range s.subnets.items {
		if other.VCNID != n.VCNID || other.ID == n.ID {
			continue
		}
		if taken, err := netip.ParsePrefix(other.CIDRBlock); err == nil && taken.Overlaps(prefix) {
			return invalid("cidrBlock %s overlaps subnet %s, %s", n.CIDRBlock, other.DisplayName, other.CIDRBlock)
		}
		if n.DNSLabel != "" && other.DNSLabel == n.DNSLabel {
			return invalid("dnsLabel %q is taken by subnet %s", n.DNSLabel, other.DisplayName)
		}
	}
	if n.DNSLabel != "" && !dnsLabel.MatchString(n.DNSLabel) {
		return invalid("dnsLabel %q must start with a letter and hold at most 15 letters and digits", n.DNSLabel)
	}
	return s.checkSubnetReferences(n)
}

func (s *Server) checkSubnetReferences(n *Subnet) error {
	table, err := s.routeTables.find(n.RouteTableID)
	if err != nil {
		return err
	}
	if table.VCNID != n.VCNID {
		return invalid("route table %s belongs to another vcn", table.DisplayName)
	}
	if len(n.SecurityListIDs) > maxSecurityLists {
		return limitExceeded("a subnet takes at most %d security lists", maxSecurityLists)
	}
	for _, id := range n.SecurityListIDs {
		list, err := s.securityLists.find(id)
		if err != nil {
			return err
		}
		if list.VCNID != n.VCNID {
			return invalid("security list %s belongs to another vcn", list.DisplayName)
		}
	}
	return nil
}

// subnetUsers names what has a network interface in the subnet. A cluster or
// pool that failed to be created has none.
func (s *Server) subnetUsers(n *Subnet) []string {
	return slices.Concat(
		usersOf(s.clusters, func(c *Cluster) bool {
			return c.LifecycleState != stateFailed && c.EndpointConfig != nil && c.EndpointConfig.SubnetID == n.ID
		}),
		usersOf(s.nodePools, func(p *NodePool) bool {
			return p.LifecycleState != stateFailed && slices.ContainsFunc(p.NodeConfigDetails.PlacementConfigs, func(c PlacementConfig) bool { return c.SubnetID == n.ID })
		}),
		usersOf(s.loadBalancers, func(l *LoadBalancer) bool { return slices.Contains(l.SubnetIDs, n.ID) }),
	)
}
