package ocisim_test

import (
	"net/http"
	"strings"
	"testing"

	"assay.dev/assay/infra/ocisim"
)

func (c *client) delete(path, id string) answer {
	c.t.Helper()
	return c.call(http.MethodDelete, path+"/"+id, nil)
}

func TestDeleteWhatIsInUse(t *testing.T) {
	tests := []struct{ kind, name, path, user string }{
		{"vcn", "vcn", "/20160918/vcns", "subnet"},
		{"subnet", "subnet", "/20160918/subnets", "cluster"},
		{"internetgateway", "gateway", "/20160918/internetGateways", "routetable"},
		{"routetable", "table", "/20160918/routeTables", "subnet"},
		{"securitylist", "list", "/20160918/securityLists", "subnet"},
		{"cluster", "cluster", "/20180222/clusters", "nodepool"},
	}
	c := newClient(t, ocisim.Options{})
	vcn, subnet := c.network()
	c.post("/20180222/clusters", cluster(vcn, subnet))
	c.post("/20180222/nodePools", nodePool(c.find("cluster", "cluster"), subnet))
	before := len(c.sim.Resources())
	for _, test := range tests {
		t.Run(test.kind, func(t *testing.T) {
			got := c.delete(test.path, c.find(test.kind, test.name))
			if got.status != http.StatusConflict || !strings.Contains(string(got.body), test.user) {
				t.Errorf("answered %d %s, want 409 that names the %s", got.status, got.body, test.user)
			}
		})
	}
	if after := len(c.sim.Resources()); after != before {
		t.Errorf("refused deletions changed the number of resources from %d to %d", before, after)
	}
}

func TestDeleteInOrderLeavesNothing(t *testing.T) {
	c := newClient(t, ocisim.Options{})
	vcn, subnet := c.network()
	c.post("/20180222/clusters", cluster(vcn, subnet))
	c.post("/20180222/nodePools", nodePool(c.find("cluster", "cluster"), subnet))
	for _, step := range []struct{ kind, name, path string }{
		{"nodepool", "pool", "/20180222/nodePools"},
		{"cluster", "cluster", "/20180222/clusters"},
		{"subnet", "subnet", "/20160918/subnets"},
		{"routetable", "table", "/20160918/routeTables"},
		{"securitylist", "list", "/20160918/securityLists"},
		{"internetgateway", "gateway", "/20160918/internetGateways"},
		{"vcn", "vcn", "/20160918/vcns"},
	} {
		if got := c.delete(step.path, c.find(step.kind, step.name)); got.status >= 300 {
			t.Fatalf("delete %s: %d %s", step.kind, got.status, got.body)
		}
	}
	if left := c.sim.Resources(); len(left) != 0 {
		t.Errorf("left are %v", left)
	}
	// The VCN's defaults went with it.
	for _, path := range []string{"routeTables", "securityLists", "dhcps"} {
		got := c.call(http.MethodGet, "/20160918/"+path+"?compartmentId="+c.credentials.Compartment, nil)
		if string(got.body) != "[]" {
			t.Errorf("%s holds %s, want nothing", path, got.body)
		}
	}
}

func TestLoadBalancerHoldsItsSubnet(t *testing.T) {
	c := newClient(t, ocisim.Options{})
	_, subnet := c.network()
	c.sim.AddLoadBalancer(c.credentials.Compartment, "ingress", subnet, "")
	if got := c.delete("/20160918/subnets", subnet); got.status != http.StatusConflict {
		t.Errorf("answered %d, want 409", got.status)
	}
	if got := c.delete("/20170115/loadBalancers", c.find("loadbalancer", "ingress")); got.status != http.StatusNoContent {
		t.Errorf("answered %d, want 204", got.status)
	}
	if got := c.delete("/20160918/subnets", subnet); got.status != http.StatusNoContent {
		t.Errorf("answered %d, want 204", got.status)
	}
}

func TestLoadBalancerLeadsToTheNodes(t *testing.T) {
	c := newClient(t, ocisim.Options{})
	vcn, subnet := c.network()
	c.post("/20180222/clusters", cluster(vcn, subnet))
	c.post("/20180222/nodePools", nodePool(c.find("cluster", "cluster"), subnet))
	c.sim.AddLoadBalancer(c.credentials.Compartment, "ingress", subnet, "127.0.0.1:8080")
	got := c.call(http.MethodGet, "/20170115/loadBalancers/"+c.find("loadbalancer", "ingress"), nil)
	for _, want := range []string{
		`"ipAddresses":[{"ipAddress":"127.0.0.1:8080","isPublic":true}]`,
		`"maximumBandwidthInMbps":10`,
		`"TCP-443":{"backends":[{"name":"10.0.0.10:30443","ipAddress":"10.0.0.10","port":30443}`,
	} {
		if !strings.Contains(string(got.body), want) {
			t.Errorf("%s lacks %s", got.body, want)
		}
	}
}

func TestDefaultsCannotBeDeletedAlone(t *testing.T) {
	c := newClient(t, ocisim.Options{})
	vcn, _ := c.network()
	got := c.call(http.MethodGet, "/20160918/vcns/"+vcn, nil)
	for field, path := range map[string]string{
		"defaultRouteTableId": "routeTables", "defaultSecurityListId": "securityLists", "defaultDhcpOptionsId": "dhcps",
	} {
		if refused := c.delete("/20160918/"+path, got.field(t, field)); refused.status != http.StatusConflict {
			t.Errorf("deleting %s answered %d, want 409", field, refused.status)
		}
	}
}
