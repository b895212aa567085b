package ocisim

import "net/netip"

// parseCIDR reads an IPv4 network without host bits.
func parseCIDR(field, value string) (netip.Prefix, error) {
	prefix, err := netip.ParsePrefix(value)
	if err != nil || !prefix.Addr().Is4() {
		return netip.Prefix{}, invalid("%s %q is not an IPv4 CIDR", field, value)
	}
	if prefix.Masked() != prefix {
		return netip.Prefix{}, invalid("%s %q has host bits set; the network is %s", field, value, prefix.Masked())
	}
	return prefix, nil
}

// within reports whether inner lies in outer.
func within(inner, outer netip.Prefix) bool {
	return inner.Bits() >= outer.Bits() && outer.Contains(inner.Addr())
}
