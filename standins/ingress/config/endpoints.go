package config

import (
	"net/netip"
	"slices"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
)

// servers returns the pod addresses behind one port of a Service, sorted: the
// ready ones, or, when no endpoint is ready, those that still serve while they
// terminate (as kube-proxy does, KEP-1669).
func servers(slicesOfService []*discoveryv1.EndpointSlice, portName string) []netip.AddrPort {
	var ready, terminating []netip.AddrPort
	for _, slice := range slicesOfService {
		port, found := slicePort(slice, portName)
		if !found || slice.AddressType == discoveryv1.AddressTypeFQDN {
			continue
		}
		for _, endpoint := range slice.Endpoints {
			addresses := endpointAddresses(endpoint, port)
			switch {
			case orTrue(endpoint.Conditions.Ready):
				ready = append(ready, addresses...)
			case orFalse(endpoint.Conditions.Serving) && orFalse(endpoint.Conditions.Terminating):
				terminating = append(terminating, addresses...)
			}
		}
	}
	chosen := ready
	if len(chosen) == 0 {
		chosen = terminating
	}
	slices.SortFunc(chosen, netip.AddrPort.Compare)
	return slices.Compact(chosen)
}

// endpointAddresses keeps real pod addresses only: an EndpointSlice that names
// the loopback or a link-local address would turn the proxy against its own
// pod or a cloud's metadata service.
func endpointAddresses(endpoint discoveryv1.Endpoint, port uint16) []netip.AddrPort {
	// All addresses of one endpoint are fungible; the first is to be used
	// (EndpointSlice API, Endpoint.addresses).
	if len(endpoint.Addresses) == 0 {
		return nil
	}
	addr, err := netip.ParseAddr(endpoint.Addresses[0])
	if err != nil || addr.Zone() != "" || addr.IsLoopback() || addr.IsUnspecified() ||
		addr.IsLinkLocalUnicast() || addr.IsMulticast() {
		return nil
	}
	return []netip.AddrPort{netip.AddrPortFrom(addr.Unmap(), port)}
}

func slicePort(slice *discoveryv1.EndpointSlice, name string) (uint16, bool) {
	for _, port := range slice.Ports {
		if port.Port == nil || *port.Port < 1 || *port.Port > 65535 {
			continue
		}
		if port.Protocol != nil && *port.Protocol != corev1.ProtocolTCP {
			continue
		}
		if port.Name == nil && name == "" || port.Name != nil && *port.Name == name {
			return uint16(*port.Port), true
		}
	}
	return 0, false
}

func orTrue(b *bool) bool { return b == nil || *b }

func orFalse(b *bool) bool { return b != nil && *b }
