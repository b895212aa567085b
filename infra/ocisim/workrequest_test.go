package ocisim_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"assay.dev/assay/infra/ocisim"
)

// TestWorkRequest follows a slow creation with a clock that the test moves, by
// less than the five minutes that a signature's date may be off.
func TestWorkRequest(t *testing.T) {
	now := time.Now()
	c := newClient(t, ocisim.Options{WorkTime: 4 * time.Minute, Now: func() time.Time { return now }})
	vcn, subnet := c.network()
	accepted := c.call(http.MethodPost, "/20180222/clusters", c.with(cluster(vcn, subnet), "name", "cluster"))
	request := accepted.header.Get("Opc-Work-Request-Id")
	if accepted.status != http.StatusAccepted || request == "" {
		t.Fatalf("answered %d, work request %q; want 202 with one", accepted.status, request)
	}
	status := func() string {
		return c.call(http.MethodGet, "/20180222/workRequests/"+request, nil).field(t, "status")
	}
	state := func() string {
		return c.call(http.MethodGet, "/20180222/clusters/"+c.find("cluster", "cluster"), nil).field(t, "lifecycleState")
	}
	if status() != "IN_PROGRESS" || state() != "CREATING" {
		t.Errorf("at first the work is %s and the cluster %s", status(), state())
	}
	if got := c.delete("/20160918/subnets", subnet); got.status != http.StatusConflict {
		t.Errorf("the subnet of a cluster in creation answered %d to its deletion, want 409", got.status)
	}
	now = now.Add(3 * time.Minute)
	if status() != "IN_PROGRESS" {
		t.Errorf("after 3 of 4 minutes the work is %s", status())
	}
	now = now.Add(time.Minute + time.Second)
	if status() != "SUCCEEDED" || state() != "ACTIVE" {
		t.Errorf("after 4 minutes the work is %s and the cluster %s", status(), state())
	}
}

func TestWorkRequestFinishes(t *testing.T) {
	c := newClient(t, ocisim.Options{})
	vcn, subnet := c.network()
	accepted := c.call(http.MethodPost, "/20180222/clusters", c.with(cluster(vcn, subnet), "name", "cluster"))
	got := c.call(http.MethodGet, "/20180222/workRequests/"+accepted.header.Get("Opc-Work-Request-Id"), nil)
	if got.field(t, "status") != "SUCCEEDED" || !strings.Contains(string(got.body), `"actionType":"CREATED"`) || got.field(t, "timeFinished") == "<nil>" {
		t.Errorf("the work request is %s, want it done with a cluster created", got.body)
	}
}

func TestFailedWorkRequest(t *testing.T) {
	c := newClient(t, ocisim.Options{})
	vcn, subnet := c.network()
	c.sim.Inject(ocisim.Fault{FailWork: "Out of host capacity."}.On(http.MethodPost, "^/20180222/clusters$").First(1))
	accepted := c.call(http.MethodPost, "/20180222/clusters", c.with(cluster(vcn, subnet), "name", "cluster"))
	request := "/20180222/workRequests/" + accepted.header.Get("Opc-Work-Request-Id")
	if got := c.call(http.MethodGet, request, nil); got.field(t, "status") != "FAILED" {
		t.Errorf("the work request is %s, want FAILED", got.body)
	}
	if got := c.call(http.MethodGet, request+"/errors", nil); !strings.Contains(string(got.body), "Out of host capacity.") {
		t.Errorf("its errors are %s, want the message", got.body)
	}
	id := c.find("cluster", "cluster")
	if got := c.call(http.MethodGet, "/20180222/clusters/"+id, nil); got.field(t, "lifecycleState") != "FAILED" {
		t.Errorf("the cluster is %s, want FAILED", got.body)
	}
	if got := c.delete("/20180222/clusters", id); got.status != http.StatusAccepted {
		t.Errorf("deleting what failed answered %d, want 202", got.status)
	}
}

func TestScaling(t *testing.T) {
	c := newClient(t, ocisim.Options{})
	vcn, subnet := c.network()
	c.post("/20180222/clusters", cluster(vcn, subnet))
	c.post("/20180222/nodePools", nodePool(c.find("cluster", "cluster"), subnet))
	path := "/20180222/nodePools/" + c.find("nodepool", "pool")
	got := c.call(http.MethodPut, path, fields{"nodeConfigDetails": fields{"size": 2}})
	if got.status != http.StatusAccepted {
		t.Fatalf("answered %d %s", got.status, got.body)
	}
	body := string(c.call(http.MethodGet, path, nil).body)
	if !strings.Contains(body, `"size":2`) || strings.Count(body, `"privateIp"`) != 2 || !strings.Contains(body, "AD-1") {
		t.Errorf("the pool is %s, want two nodes in the old place", body)
	}
}
