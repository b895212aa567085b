package ocisim

import "fmt"

// NATGateway lets private addresses reach the internet.
type NATGateway struct {
	Meta
	DisplayName  string `json:"displayName"`
	VCNID        string `json:"vcnId"`
	BlockTraffic bool   `json:"blockTraffic"`
	NATIP        string `json:"natIp"`
	PublicIPID   string `json:"publicIpId"`
}

func (g *NATGateway) name() string { return g.DisplayName }

func (s *Server) natGatewayKind() *kind[NATGateway, *NATGateway] {
	return &kind[NATGateway, *NATGateway]{
		server: s, singular: "natgateway", path: coreAPI + "/natGateways",
		required:   []string{"compartmentId", "vcnId"},
		creatable:  []string{"compartmentId", "vcnId", "displayName", "blockTraffic", "freeformTags"},
		changeable: []string{"displayName", "blockTraffic", "freeformTags"},
		fill: func(g *NATGateway) error {
			g.PublicIPID = s.newID("publicip")
			// 203.0.113.0/24 is kept for documentation (RFC 5737).
			g.NATIP = fmt.Sprintf("203.0.113.%d", 1+s.sequence%254)
			return nil
		},
		check: func(g *NATGateway) error {
			_, err := s.vcns.find(g.VCNID)
			return err
		},
		users: func(g *NATGateway) []string { return s.routedThrough(g.ID) },
	}
}
