package cloud

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"

	"assay.dev/assay/infra/ocisim"
	"assay.dev/assay/spec"
)

// newIngress answers on loopback as the ingress controller does for a name that no
// ingress has.
func newIngress() *httptest.Server {
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Server", "nginx")
		w.WriteHeader(http.StatusNotFound)
	}))
}

// balance makes the load balancer that the cluster's cloud controller would make for
// the ingress controller: in the public subnet, before all nodes, and with front
// behind its address.
func (c *Cloud) balance(compartment string) error {
	subnets := c.spec.OCI.Subnets
	public := subnets[slices.IndexFunc(subnets, func(s spec.Subnet) bool { return s.Tier == spec.Public })].Name
	all := c.sim.Resources()
	at := slices.IndexFunc(all, func(r ocisim.Resource) bool { return r.Kind == "subnet" && r.Name == public })
	if at < 0 {
		return fmt.Errorf("a load balancer needs the subnet %s", public)
	}
	c.sim.AddLoadBalancer(compartment, "ingress", all[at].ID, c.ingress.Listener.Addr().String())
	return nil
}
