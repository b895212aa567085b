package ocisim

// InternetGateway connects a VCN with the internet in both directions.
type InternetGateway struct {
	Meta
	DisplayName string `json:"displayName"`
	VCNID       string `json:"vcnId"`
	IsEnabled   bool   `json:"isEnabled"`
}

func (g *InternetGateway) name() string { return g.DisplayName }

func (s *Server) internetGatewayKind() *kind[InternetGateway, *InternetGateway] {
	return &kind[InternetGateway, *InternetGateway]{
		server: s, singular: "internetgateway", path: coreAPI + "/internetGateways",
		required:   []string{"compartmentId", "vcnId", "isEnabled"},
		creatable:  []string{"compartmentId", "vcnId", "displayName", "isEnabled", "freeformTags"},
		changeable: []string{"displayName", "isEnabled", "freeformTags"},
		check: func(g *InternetGateway) error {
			if _, err := s.vcns.find(g.VCNID); err != nil {
				return err
			}
			others := usersOf(s.internetGateways, func(o *InternetGateway) bool { return o.VCNID == g.VCNID && o.ID != g.ID })
			if len(others) > 0 {
				return limitExceeded("the vcn has an internet gateway already: %s", others[0])
			}
			return nil
		},
		users: func(g *InternetGateway) []string { return s.routedThrough(g.ID) },
	}
}
