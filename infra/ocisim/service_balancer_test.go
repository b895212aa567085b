package ocisim_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"assay.dev/assay/infra/ocisim"
)

func TestAServicesLoadBalancerHasAnOCIDAndHoldsItsSubnet(t *testing.T) {
	c := newClient(t, ocisim.Options{})
	asked := ocisim.ServiceBalancer{
		Name: "uid-1", Address: "172.18.0.3", MinimumMbps: 10, MaximumMbps: 20, NodePorts: map[int]int{80: 31080, 443: 31443},
	}
	if _, err := c.sim.PutLoadBalancer(asked); !errors.Is(err, ocisim.ErrNoCluster) {
		t.Errorf("without a cluster: %v", err)
	}
	vcn, subnet := c.network()
	c.post("/20180222/clusters", cluster(vcn, subnet))
	c.post("/20180222/nodePools", nodePool(c.find("cluster", "cluster"), subnet))
	if _, err := c.sim.PutLoadBalancer(asked); err == nil || !strings.Contains(err.Error(), "subnet") {
		t.Errorf("without a subnet: %v", err)
	}
	asked.SubnetIDs = []string{subnet}
	id, err := c.sim.PutLoadBalancer(asked)
	if err != nil || !strings.HasPrefix(id, "ocid1.loadbalancer.") {
		t.Fatalf("made is %q, %v", id, err)
	}
	asked.Address = "172.18.0.4"
	if again, err := c.sim.PutLoadBalancer(asked); err != nil || again != id {
		t.Errorf("changed is %q, %v, want %q", again, err, id)
	}
	got := string(c.call(http.MethodGet, "/20170115/loadBalancers/"+id, nil).body)
	for _, want := range []string{
		`"ipAddresses":[{"ipAddress":"172.18.0.4","isPublic":true}]`, `"minimumBandwidthInMbps":10`, `"maximumBandwidthInMbps":20`,
		`"subnetIds":["` + subnet + `"]`, `"TCP-443":{"backends":[{"name":"10.0.0.10:31443"`, `"displayName":"uid-1"`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%s lacks %s", got, want)
		}
	}
	c.sim.RemoveLoadBalancer("uid-2")
	if got := c.delete("/20160918/subnets", subnet); got.status != http.StatusConflict {
		t.Errorf("the subnet of a load balancer is deleted: %d", got.status)
	}
	c.sim.RemoveLoadBalancer("uid-1")
	if got := c.call(http.MethodGet, "/20170115/loadBalancers/"+id, nil); got.status != http.StatusNotFound {
		t.Errorf("what was removed is answered with %d", got.status)
	}
	asked.SubnetIDs = []string{"ocid1.subnet.oc1..other"}
	if _, err := c.sim.PutLoadBalancer(asked); err == nil {
		t.Error("a load balancer in a subnet that is not there")
	}
}
