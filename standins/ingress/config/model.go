package config

import (
	"net/http"
	"net/netip"
	"slices"

	networkingv1 "k8s.io/api/networking/v1"
)

// Model is what NGINX shall do, before it is written as text.
type Model struct {
	// Hosts in the order of their names; the first has the name "" and takes
	// the requests for hosts that nobody claims.
	Hosts []*Host
	// Upstreams that have at least one server, in the order of their names.
	Upstreams []Upstream
	// Ingresses of our class, oldest first, whether or not all of their rules
	// could be honoured.
	Ingresses []*networkingv1.Ingress
	// Problems that a user should learn of, in the order of Ingresses.
	Problems []Problem
}

// Host is one virtual host.
type Host struct {
	// Name is a DNS name, a wildcard of one label ("*.example.com"), or "".
	Name string
	// TLS is nil for a host that is served in plain text only.
	TLS *TLS
	// Redirect sends plain-text clients to https.
	Redirect bool
	Routes   []Route
	// Fallback takes requests that no route matches.
	Fallback Target
}

// TLS is how a host answers a TLS handshake that names it.
type TLS struct {
	// Certificate is nil when there is no usable one: the handshake is then
	// refused, so that nobody is served under a certificate of another host.
	Certificate *Certificate
}

// Route leads requests whose path matches to a target.
type Route struct {
	// Path is decoded, starts with '/', and has no trailing '/' unless it is
	// exact or the root.
	Path string
	// Exact asks for equality; otherwise Path is a prefix by path elements:
	// /api matches /api and /api/x, not /apix.
	Exact  bool
	Target Target
}

// Target is where a request goes: to an upstream, or to an answer of NGINX's
// own with an HTTP status.
type Target struct {
	Upstream string
	Status   int
}

var (
	notFound    = Target{Status: http.StatusNotFound}
	unavailable = Target{Status: http.StatusServiceUnavailable}
)

// Upstream is the set of pods behind one port of a Service.
type Upstream struct {
	// Name is NAMESPACE.SERVICE.PORT, the port as the Service numbers it.
	Name    string
	Servers []netip.AddrPort
}

// Problem is something in an Ingress that is not honoured as written.
type Problem struct {
	Ingress *networkingv1.Ingress
	Message string
	// Rejected says that nothing of the Ingress is honoured.
	Rejected bool
}

// Rejected reports whether nothing of an Ingress is honoured.
func (m *Model) Rejected(ing *networkingv1.Ingress) bool {
	return slices.ContainsFunc(m.Problems, func(p Problem) bool { return p.Rejected && p.Ingress == ing })
}
