package ocisim

import (
	"errors"
	"fmt"
	"slices"
)

// ServiceBalancer is the load balancer that a Service of type LoadBalancer asks for.
type ServiceBalancer struct {
	// Name is unique in the compartment.
	Name string
	// SubnetIDs are OCIDs. None: the cluster's own for load balancers.
	SubnetIDs []string
	// Address at which it answers.
	Address string
	// MinimumMbps and MaximumMbps bound the bandwidth of the flexible shape.
	MinimumMbps, MaximumMbps int
	// NodePorts lead from its ports to those of the nodes.
	NodePorts map[int]int
}

// ErrNoCluster is returned while no cluster is there whose Services could have load
// balancers.
var ErrNoCluster = errors.New("no cluster is active")

// PutLoadBalancer makes a load balancer of the cluster that is active, or changes the
// one of that name, and returns its OCID: what the cluster's cloud controller does.
// The error is ErrNoCluster, or says that there are several clusters, or no subnet.
func (s *Server) PutLoadBalancer(asked ServiceBalancer) (id string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settle()
	cluster, err := s.activeCluster()
	if err != nil {
		return "", err
	}
	subnets := asked.SubnetIDs
	if len(subnets) == 0 {
		subnets = cluster.Options.ServiceLBSubnetIDs
	}
	if len(subnets) == 0 {
		return "", invalid("cluster %s has no subnet for load balancers, and the Service names none", cluster.ClusterName)
	}
	for _, subnet := range subnets {
		found, err := s.subnets.find(subnet)
		if err != nil {
			return "", err
		}
		if found.VCNID != cluster.VCNID {
			return "", invalid("subnet %s belongs to another vcn than cluster %s", found.DisplayName, cluster.ClusterName)
		}
	}
	balancer := s.balancerOf(cluster.CompartmentID, asked.Name)
	if balancer == nil {
		balancer = s.newBalancer(cluster.CompartmentID, asked.Name)
	}
	balancer.SubnetIDs = slices.Clone(subnets)
	balancer.ShapeDetails = ShapeDetails{asked.MinimumMbps, asked.MaximumMbps}
	balancer.IPAddresses = []IPAddress{{asked.Address, true}}
	balancer.BackendSets = map[string]BackendSet{}
	for port, nodePort := range asked.NodePorts {
		balancer.BackendSets[fmt.Sprintf("TCP-%d", port)] = BackendSet{s.backends(cluster.CompartmentID, nodePort)}
	}
	return balancer.ID, nil
}

// RemoveLoadBalancer removes the load balancer of that name, if there is one.
func (s *Server) RemoveLoadBalancer(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.loadBalancers.items = slices.DeleteFunc(s.loadBalancers.items, func(b *LoadBalancer) bool { return b.DisplayName == name })
}

// activeCluster is the one that stands before the cluster which really runs. Callers
// hold s.mu.
func (s *Server) activeCluster() (*Cluster, error) {
	var active []*Cluster
	for _, cluster := range s.clusters.items {
		if cluster.LifecycleState == stateActive || cluster.LifecycleState == stateUpdating {
			active = append(active, cluster)
		}
	}
	switch len(active) {
	case 0:
		return nil, ErrNoCluster
	case 1:
		return active[0], nil
	default:
		return nil, fmt.Errorf("%d clusters are active: it is not known whose Services these are", len(active))
	}
}

func (s *Server) balancerOf(compartment, name string) *LoadBalancer {
	for _, balancer := range s.loadBalancers.items {
		if balancer.CompartmentID == compartment && balancer.DisplayName == name {
			return balancer
		}
	}
	return nil
}
