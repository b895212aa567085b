package ocisim

import "slices"

// SecurityList is a set of firewall rules for subnets.
type SecurityList struct {
	Meta
	DisplayName          string         `json:"displayName"`
	VCNID                string         `json:"vcnId"`
	IngressSecurityRules []SecurityRule `json:"ingressSecurityRules"`
	EgressSecurityRules  []SecurityRule `json:"egressSecurityRules"`
}

// SecurityRule lets one kind of traffic through; ingress rules have a source,
// egress rules a destination.
type SecurityRule struct {
	Description     string       `json:"description,omitempty"`
	Protocol        string       `json:"protocol"`
	IsStateless     bool         `json:"isStateless"`
	Source          string       `json:"source,omitempty"`
	SourceType      string       `json:"sourceType,omitempty"`
	Destination     string       `json:"destination,omitempty"`
	DestinationType string       `json:"destinationType,omitempty"`
	TCPOptions      *PortOptions `json:"tcpOptions,omitempty"`
	UDPOptions      *PortOptions `json:"udpOptions,omitempty"`
	ICMPOptions     *ICMPOptions `json:"icmpOptions,omitempty"`
}

// PortOptions narrow TCP or UDP to ports.
type PortOptions struct {
	DestinationPortRange *PortRange `json:"destinationPortRange,omitempty"`
	SourcePortRange      *PortRange `json:"sourcePortRange,omitempty"`
}

// PortRange includes both ends.
type PortRange struct {
	Min int `json:"min"`
	Max int `json:"max"`
}

// ICMPOptions narrow ICMP to a type and a code.
type ICMPOptions struct {
	Type int  `json:"type"`
	Code *int `json:"code,omitempty"`
}

// IANA protocol numbers that the rules may name.
const (
	protocolAll  = "all"
	protocolICMP = "1"
	protocolTCP  = "6"
	protocolUDP  = "17"
)

// maxRules is the service's limit for each direction of one list.
const maxRules = 200

func (l *SecurityList) name() string { return l.DisplayName }

func (s *Server) securityListKind() *kind[SecurityList, *SecurityList] {
	return &kind[SecurityList, *SecurityList]{
		server: s, singular: "securitylist", path: coreAPI + "/securityLists",
		required:   []string{"compartmentId", "vcnId", "ingressSecurityRules", "egressSecurityRules"},
		creatable:  []string{"compartmentId", "vcnId", "displayName", "ingressSecurityRules", "egressSecurityRules", "freeformTags"},
		changeable: []string{"displayName", "ingressSecurityRules", "egressSecurityRules", "freeformTags"},
		check:      s.checkSecurityList,
		hidden:     func(l *SecurityList) bool { return s.isDefault(l.ID) },
		users: func(l *SecurityList) []string {
			if s.isDefault(l.ID) {
				return []string{"its vcn, as default"}
			}
			return usersOf(s.subnets, func(n *Subnet) bool { return slices.Contains(n.SecurityListIDs, l.ID) })
		},
	}
}

func (s *Server) checkSecurityList(l *SecurityList) error {
	if _, err := s.vcns.find(l.VCNID); err != nil {
		return err
	}
	if len(l.IngressSecurityRules) > maxRules || len(l.EgressSecurityRules) > maxRules {
		return limitExceeded("a security list takes at most %d rules in each direction", maxRules)
	}
	for i := range l.IngressSecurityRules {
		rule := &l.IngressSecurityRules[i]
		if err := s.checkPeer("source", rule.Source, &rule.SourceType); err != nil {
			return err
		}
		if err := checkProtocol(rule); err != nil {
			return err
		}
	}
	for i := range l.EgressSecurityRules {
		rule := &l.EgressSecurityRules[i]
		if err := s.checkPeer("destination", rule.Destination, &rule.DestinationType); err != nil {
			return err
		}
		if err := checkProtocol(rule); err != nil {
			return err
		}
	}
	return nil
}

func (s *Server) checkPeer(field, value string, peerType *string) error {
	switch *peerType {
	case "":
		*peerType = "CIDR_BLOCK"
		fallthrough
	case "CIDR_BLOCK":
		_, err := parseCIDR(field, value)
		return err
	case "SERVICE_CIDR_BLOCK":
		if !slices.ContainsFunc(s.oracleServices(), func(o oracleService) bool { return o.CIDRBlock == value }) {
			return invalid("%s %q is not a service of this region", field, value)
		}
		return nil
	default:
		return invalid("%sType %q is neither CIDR_BLOCK nor SERVICE_CIDR_BLOCK", field, *peerType)
	}
}

func checkProtocol(rule *SecurityRule) error {
	if !slices.Contains([]string{protocolAll, protocolICMP, protocolTCP, protocolUDP}, rule.Protocol) {
		return invalid("protocol %q is none of all, 1 (ICMP), 6 (TCP) and 17 (UDP)", rule.Protocol)
	}
	if rule.TCPOptions != nil && rule.Protocol != protocolTCP ||
		rule.UDPOptions != nil && rule.Protocol != protocolUDP ||
		rule.ICMPOptions != nil && rule.Protocol != protocolICMP {
		return invalid("protocol %s does not go with the rule's options", rule.Protocol)
	}
	for _, options := range []*PortOptions{rule.TCPOptions, rule.UDPOptions} {
		if options == nil {
			continue
		}
		for _, ports := range []*PortRange{options.DestinationPortRange, options.SourcePortRange} {
			if ports != nil && (ports.Min < 1 || ports.Max > 65535 || ports.Min > ports.Max) {
				return invalid("ports %d to %d are not a range within 1 to 65535", ports.Min, ports.Max)
			}
		}
	}
	return nil
}
