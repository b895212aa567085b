package ocisim

import (
	"regexp"
	"slices"
)

// VCN is a virtual cloud network.
type VCN struct {
	Meta
	DisplayName           string   `json:"displayName"`
	CIDRBlock             string   `json:"cidrBlock"`
	CIDRBlocks            []string `json:"cidrBlocks"`
	DNSLabel              string   `json:"dnsLabel,omitempty"`
	VCNDomainName         string   `json:"vcnDomainName,omitempty"`
	DefaultRouteTableID   string   `json:"defaultRouteTableId"`
	DefaultSecurityListID string   `json:"defaultSecurityListId"`
	DefaultDHCPOptionsID  string   `json:"defaultDhcpOptionsId"`
}

func (v *VCN) name() string { return v.DisplayName }

var dnsLabel = regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9]{0,14}$`)

func (s *Server) vcnKind() *kind[VCN, *VCN] {
	return &kind[VCN, *VCN]{
		server: s, singular: "vcn", path: coreAPI + "/vcns",
		required:   []string{"compartmentId"},
		creatable:  []string{"compartmentId", "displayName", "cidrBlock", "cidrBlocks", "dnsLabel", "freeformTags"},
		changeable: []string{"displayName", "freeformTags"},
		fill:       s.fillVCN,
		check:      checkVCN,
		users:      s.vcnUsers,
		gone:       s.dropVCNDefaults,
	}
}

func checkVCN(v *VCN) error {
	for _, block := range v.CIDRBlocks {
		prefix, err := parseCIDR("cidrBlock", block)
		if err != nil {
			return err
		}
		if prefix.Bits() < 16 || prefix.Bits() > 30 {
			return invalid("cidrBlock %s is not between /16 and /30", block)
		}
	}
	if v.DNSLabel != "" && !dnsLabel.MatchString(v.DNSLabel) {
		return invalid("dnsLabel %q must start with a letter and hold at most 15 letters and digits", v.DNSLabel)
	}
	return nil
}

// fillVCN gives the VCN its domain and the default route table, security list
// and DHCP options that every VCN is born with.
func (s *Server) fillVCN(v *VCN) error {
	if (v.CIDRBlock == "") == (len(v.CIDRBlocks) == 0) {
		return invalid("give exactly one of cidrBlock and cidrBlocks")
	}
	if v.CIDRBlock == "" {
		v.CIDRBlock = v.CIDRBlocks[0]
	}
	if len(v.CIDRBlocks) == 0 {
		v.CIDRBlocks = []string{v.CIDRBlock}
	}
	// A rule broken here must leave no defaults behind.
	if err := checkVCN(v); err != nil {
		return err
	}
	if v.DNSLabel != "" {
		v.VCNDomainName = v.DNSLabel + ".oraclevcn.com"
	}
	meta := func(kind string) Meta {
		return Meta{
			ID: s.newID(kind), CompartmentID: v.CompartmentID, LifecycleState: stateAvailable,
			TimeCreated: v.TimeCreated, FreeformTags: map[string]string{},
		}
	}
	table := &RouteTable{Meta: meta("routetable"), VCNID: v.ID, DisplayName: "Default Route Table for " + v.DisplayName, RouteRules: []RouteRule{}}
	list := &SecurityList{
		Meta: meta("securitylist"), VCNID: v.ID, DisplayName: "Default Security List for " + v.DisplayName,
		IngressSecurityRules: []SecurityRule{}, EgressSecurityRules: []SecurityRule{},
	}
	options := &DHCPOptions{Meta: meta("dhcpoptions"), VCNID: v.ID, DisplayName: "Default DHCP Options for " + v.DisplayName}
	s.routeTables.items = append(s.routeTables.items, table)
	s.securityLists.items = append(s.securityLists.items, list)
	s.dhcpOptions.items = append(s.dhcpOptions.items, options)
	v.DefaultRouteTableID, v.DefaultSecurityListID, v.DefaultDHCPOptionsID = table.ID, list.ID, options.ID
	return nil
}

func (s *Server) vcnUsers(v *VCN) []string {
	return slices.Concat(
		usersOf(s.subnets, func(r *Subnet) bool { return r.VCNID == v.ID }),
		usersOf(s.internetGateways, func(r *InternetGateway) bool { return r.VCNID == v.ID }),
		usersOf(s.natGateways, func(r *NATGateway) bool { return r.VCNID == v.ID }),
		usersOf(s.serviceGateways, func(r *ServiceGateway) bool { return r.VCNID == v.ID }),
		usersOf(s.routeTables, func(r *RouteTable) bool { return r.VCNID == v.ID && r.ID != v.DefaultRouteTableID }),
		usersOf(s.securityLists, func(r *SecurityList) bool { return r.VCNID == v.ID && r.ID != v.DefaultSecurityListID }),
	)
}

func (s *Server) dropVCNDefaults(v *VCN) {
	s.routeTables.remove(v.DefaultRouteTableID)
	s.securityLists.remove(v.DefaultSecurityListID)
	s.dhcpOptions.remove(v.DefaultDHCPOptionsID)
}

// isDefault reports whether an object is one that a VCN was born with.
func (s *Server) isDefault(id string) bool {
	return slices.ContainsFunc(s.vcns.items, func(v *VCN) bool {
		return id == v.DefaultRouteTableID || id == v.DefaultSecurityListID || id == v.DefaultDHCPOptionsID
	})
}
