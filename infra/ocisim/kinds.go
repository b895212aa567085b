package ocisim

func (s *Server) defineKinds() {
	s.vcns = s.vcnKind()
	s.subnets = s.subnetKind()
	s.internetGateways = s.internetGatewayKind()
	s.natGateways = s.natGatewayKind()
	s.serviceGateways = s.serviceGatewayKind()
	s.routeTables = s.routeTableKind()
	s.securityLists = s.securityListKind()
	s.dhcpOptions = s.dhcpOptionsKind()
	s.clusters = s.clusterKind()
	s.nodePools = s.nodePoolKind()
	s.databases = s.autonomousDatabaseKind()
	s.loadBalancers = s.loadBalancerKind()
	s.volumes = s.volumeKind()
}

func (s *Server) kinds() []anyKind {
	return []anyKind{
		s.vcns, s.subnets, s.internetGateways, s.natGateways, s.serviceGateways, s.routeTables, s.securityLists,
		s.dhcpOptions, s.clusters, s.nodePools, s.databases, s.loadBalancers, s.volumes,
	}
}

// usersOf names the resources of a kind for which uses holds.
func usersOf[T any, P entity[T]](k *kind[T, P], uses func(P) bool) []string {
	var users []string
	for _, item := range k.items {
		if uses(item) {
			users = append(users, k.singular+" "+item.name())
		}
	}
	return users
}
