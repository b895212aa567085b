package ocisim

import "fmt"

// LoadBalancer is one that the cluster's cloud controller made for a Service; it
// keeps its subnets from being deleted.
type LoadBalancer struct {
	Meta
	DisplayName  string                `json:"displayName"`
	SubnetIDs    []string              `json:"subnetIds"`
	ShapeName    string                `json:"shapeName"`
	ShapeDetails ShapeDetails          `json:"shapeDetails"`
	IPAddresses  []IPAddress           `json:"ipAddresses"`
	BackendSets  map[string]BackendSet `json:"backendSets"`
}

// ShapeDetails bound the bandwidth of a flexible shape.
type ShapeDetails struct {
	MinimumBandwidthInMbps int `json:"minimumBandwidthInMbps"`
	MaximumBandwidthInMbps int `json:"maximumBandwidthInMbps"`
}

// IPAddress is where clients reach a load balancer. The emulated one may have a
// port, for what stands behind it on loopback.
type IPAddress struct {
	IPAddress string `json:"ipAddress"`
	IsPublic  bool   `json:"isPublic"`
}

// BackendSet is what one listener leads to.
type BackendSet struct {
	Backends []Backend `json:"backends"`
}

// Backend is one of the servers that a load balancer leads to.
type Backend struct {
	Name      string `json:"name"`
	IPAddress string `json:"ipAddress"`
	Port      int    `json:"port"`
}

const (
	// freeMbps is the bandwidth that the free allowance covers, and that the ingress
	// controller's Service asks for.
	freeMbps = 10
	// nodePorts is where the ports start at which nodes take in what is for a Service.
	nodePorts = 30000
)

func (l *LoadBalancer) name() string { return l.DisplayName }

func (s *Server) loadBalancerKind() *kind[LoadBalancer, *LoadBalancer] {
	return &kind[LoadBalancer, *LoadBalancer]{
		server: s, singular: "loadbalancer", path: lbAPI + "/loadBalancers",
	}
}

// AddLoadBalancer makes the load balancer that a Service of type LoadBalancer
// in a cluster of the compartment would have made: it leads from a public address,
// if there is one, to all nodes of the compartment. It returns the OCID.
func (s *Server) AddLoadBalancer(compartment, name, subnetID, address string) (id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	balancer := s.newBalancer(compartment, name)
	balancer.SubnetIDs, balancer.ShapeDetails = []string{subnetID}, ShapeDetails{freeMbps, freeMbps}
	if address != "" {
		balancer.IPAddresses = append(balancer.IPAddresses, IPAddress{address, true})
	}
	for _, port := range []int{80, 443} {
		balancer.BackendSets[fmt.Sprintf("TCP-%d", port)] = BackendSet{s.backends(compartment, nodePorts+port)}
	}
	return balancer.ID
}

// newBalancer adds a load balancer without subnet, address and backends. Callers hold
// s.mu.
func (s *Server) newBalancer(compartment, name string) *LoadBalancer {
	balancer := &LoadBalancer{
		Meta: Meta{
			ID: s.newID("loadbalancer"), CompartmentID: compartment, LifecycleState: stateActive,
			TimeCreated: s.opts.Now().UTC(), FreeformTags: map[string]string{},
		},
		DisplayName: name, ShapeName: "flexible",
		IPAddresses: []IPAddress{}, BackendSets: map[string]BackendSet{},
	}
	s.loadBalancers.items = append(s.loadBalancers.items, balancer)
	return balancer
}

// backends are all nodes of a compartment at one port.
func (s *Server) backends(compartment string, port int) []Backend {
	all := []Backend{}
	for _, pool := range s.nodePools.items {
		if pool.CompartmentID != compartment {
			continue
		}
		for _, node := range pool.Nodes {
			all = append(all, Backend{fmt.Sprintf("%s:%d", node.PrivateIP, port), node.PrivateIP, port})
		}
	}
	return all
}
