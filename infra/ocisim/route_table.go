package ocisim

import (
	"slices"
	"strings"
)

// RouteTable says where a subnet's traffic goes.
type RouteTable struct {
	Meta
	DisplayName string      `json:"displayName"`
	VCNID       string      `json:"vcnId"`
	RouteRules  []RouteRule `json:"routeRules"`
}

// RouteRule sends one destination to one gateway.
type RouteRule struct {
	CIDRBlock       string `json:"cidrBlock,omitempty"`
	Description     string `json:"description,omitempty"`
	Destination     string `json:"destination"`
	DestinationType string `json:"destinationType"`
	NetworkEntityID string `json:"networkEntityId"`
}

func (t *RouteTable) name() string { return t.DisplayName }

func (s *Server) routeTableKind() *kind[RouteTable, *RouteTable] {
	return &kind[RouteTable, *RouteTable]{
		server: s, singular: "routetable", path: coreAPI + "/routeTables",
		required:   []string{"compartmentId", "vcnId", "routeRules"},
		creatable:  []string{"compartmentId", "vcnId", "displayName", "routeRules", "freeformTags"},
		changeable: []string{"displayName", "routeRules", "freeformTags"},
		check:      s.checkRouteTable,
		hidden:     func(t *RouteTable) bool { return s.isDefault(t.ID) },
		users: func(t *RouteTable) []string {
			if s.isDefault(t.ID) {
				return []string{"its vcn, as default"}
			}
			return usersOf(s.subnets, func(n *Subnet) bool { return n.RouteTableID == t.ID })
		},
	}
}

func (s *Server) checkRouteTable(t *RouteTable) error {
	if _, err := s.vcns.find(t.VCNID); err != nil {
		return err
	}
	seen := map[string]bool{}
	for i := range t.RouteRules {
		rule := &t.RouteRules[i]
		if rule.DestinationType == "" {
			rule.DestinationType = "CIDR_BLOCK"
		}
		if seen[rule.Destination] {
			return invalid("two route rules go to %s", rule.Destination)
		}
		seen[rule.Destination] = true
		if err := s.checkRouteRule(t, rule); err != nil {
			return err
		}
	}
	return nil
}

func (s *Server) checkRouteRule(t *RouteTable, rule *RouteRule) error {
	toService := strings.HasPrefix(rule.NetworkEntityID, "ocid1.servicegateway.")
	switch rule.DestinationType {
	case "CIDR_BLOCK":
		if _, err := parseCIDR("destination", rule.Destination); err != nil {
			return err
		}
	case "SERVICE_CIDR_BLOCK":
		if !toService {
			return invalid("destination %s: a service is reached through a service gateway only", rule.Destination)
		}
		if !slices.ContainsFunc(s.oracleServices(), func(o oracleService) bool { return o.CIDRBlock == rule.Destination }) {
			return invalid("destination %q is not a service of this region", rule.Destination)
		}
	default:
		return invalid("destinationType %q is neither CIDR_BLOCK nor SERVICE_CIDR_BLOCK", rule.DestinationType)
	}
	vcn, err := s.gatewayVCN(rule.NetworkEntityID)
	if err != nil {
		return err
	}
	if vcn != t.VCNID {
		return invalid("gateway %s belongs to another vcn", rule.NetworkEntityID)
	}
	return nil
}

// gatewayVCN returns the VCN of a gateway of any kind.
func (s *Server) gatewayVCN(id string) (string, error) {
	if g, err := s.internetGateways.find(id); err == nil {
		return g.VCNID, nil
	}
	if g, err := s.natGateways.find(id); err == nil {
		return g.VCNID, nil
	}
	g, err := s.serviceGateways.find(id)
	if err != nil {
		return "", notFound("gateway %q does not exist", id)
	}
	return g.VCNID, nil
}

// routedThrough names the route tables with a rule to the gateway.
func (s *Server) routedThrough(gateway string) []string {
	return usersOf(s.routeTables, func(t *RouteTable) bool {
		return slices.ContainsFunc(t.RouteRules, func(r RouteRule) bool { return r.NetworkEntityID == gateway })
	})
}
