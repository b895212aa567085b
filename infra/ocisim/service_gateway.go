package ocisim

import "slices"

// ServiceGateway connects a VCN with Oracle's own services.
type ServiceGateway struct {
	Meta
	DisplayName  string           `json:"displayName"`
	VCNID        string           `json:"vcnId"`
	BlockTraffic bool             `json:"blockTraffic"`
	RouteTableID string           `json:"routeTableId,omitempty"`
	Services     []GatewayService `json:"services"`
}

// GatewayService is a service label that a gateway opens.
type GatewayService struct {
	ServiceID   string `json:"serviceId"`
	ServiceName string `json:"serviceName"`
}

func (g *ServiceGateway) name() string { return g.DisplayName }

func (s *Server) serviceGatewayKind() *kind[ServiceGateway, *ServiceGateway] {
	return &kind[ServiceGateway, *ServiceGateway]{
		server: s, singular: "servicegateway", path: coreAPI + "/serviceGateways",
		required:   []string{"compartmentId", "vcnId", "services"},
		creatable:  []string{"compartmentId", "vcnId", "displayName", "services", "routeTableId", "freeformTags"},
		changeable: []string{"displayName", "blockTraffic", "services", "routeTableId", "freeformTags"},
		check:      s.checkServiceGateway,
		users:      func(g *ServiceGateway) []string { return s.routedThrough(g.ID) },
	}
}

func (s *Server) checkServiceGateway(g *ServiceGateway) error {
	if _, err := s.vcns.find(g.VCNID); err != nil {
		return err
	}
	others := usersOf(s.serviceGateways, func(o *ServiceGateway) bool { return o.VCNID == g.VCNID && o.ID != g.ID })
	if len(others) > 0 {
		return limitExceeded("the vcn has a service gateway already: %s", others[0])
	}
	offered := s.oracleServices()
	for i, opened := range g.Services {
		known := slices.IndexFunc(offered, func(o oracleService) bool { return o.ID == opened.ServiceID })
		if known < 0 {
			return invalid("serviceId %q is not a service of this region", opened.ServiceID)
		}
		g.Services[i].ServiceName = offered[known].Name
	}
	return nil
}
