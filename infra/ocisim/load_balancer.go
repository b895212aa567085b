package ocisim

// LoadBalancer is one that the cluster's cloud controller made for a Service; it
// keeps its subnets from being deleted.
type LoadBalancer struct {
	Meta
	DisplayName string   `json:"displayName"`
	SubnetIDs   []string `json:"subnetIds"`
	ShapeName   string   `json:"shapeName"`
}

func (l *LoadBalancer) name() string { return l.DisplayName }

func (s *Server) loadBalancerKind() *kind[LoadBalancer, *LoadBalancer] {
	return &kind[LoadBalancer, *LoadBalancer]{
		server: s, singular: "loadbalancer", path: lbAPI + "/loadBalancers",
	}
}

// AddLoadBalancer makes the load balancer that a Service of type LoadBalancer
// in a cluster of the compartment would have made.
func (s *Server) AddLoadBalancer(compartment, name, subnetID string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.loadBalancers.items = append(s.loadBalancers.items, &LoadBalancer{
		Meta: Meta{
			ID: s.newID("loadbalancer"), CompartmentID: compartment, LifecycleState: stateActive,
			TimeCreated: s.opts.Now().UTC(), FreeformTags: map[string]string{},
		},
		DisplayName: name, SubnetIDs: []string{subnetID}, ShapeName: "flexible",
	})
}
