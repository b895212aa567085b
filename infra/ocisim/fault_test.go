package ocisim_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"assay.dev/assay/infra/ocisim"
)

func TestFaults(t *testing.T) {
	tests := map[string]struct {
		fault  ocisim.Fault
		status []int // of four calls in a row
	}{
		"rate limit twice":      {ocisim.TooManyRequests.On(http.MethodGet, "vcns").First(2), []int{429, 429, 200, 200}},
		"no capacity for long":  {ocisim.OutOfHostCapacity.On(http.MethodGet, "vcns"), []int{500, 500, 500, 500}},
		"conflict on the third": {ocisim.Fault{Status: 409, Skip: 2, Times: 1}, []int{200, 200, 409, 200}},
		"another method":        {ocisim.TooManyRequests.On(http.MethodPost, "vcns"), []int{200, 200, 200, 200}},
		"another path":          {ocisim.TooManyRequests.On(http.MethodGet, "subnets"), []int{200, 200, 200, 200}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			c := newClient(t, ocisim.Options{})
			remove := c.sim.Inject(test.fault)
			list := vcns + "?compartmentId=" + c.credentials.Compartment
			for i, want := range test.status {
				if got := c.call(http.MethodGet, list, nil); got.status != want {
					t.Errorf("call %d answered %d, want %d", i+1, got.status, want)
				}
			}
			remove()
			if got := c.call(http.MethodGet, list, nil); got.status != http.StatusOK {
				t.Errorf("after removal answered %d", got.status)
			}
		})
	}
}

func TestFaultMessage(t *testing.T) {
	c := newClient(t, ocisim.Options{})
	c.sim.Inject(ocisim.OutOfHostCapacity)
	got := c.call(http.MethodGet, vcns, nil)
	if got.field(t, "code") != "InternalError" || got.field(t, "message") != "Out of host capacity." {
		t.Errorf("answered %s", got.body)
	}
}

func TestLatencyEndsWithTheCaller(t *testing.T) {
	c := newClient(t, ocisim.Options{})
	c.sim.Inject(ocisim.Fault{Latency: time.Hour})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	resp, err := http.DefaultClient.Do(c.request(http.MethodGet, vcns, nil).WithContext(ctx))
	if err == nil {
		_ = resp.Body.Close()
		t.Fatal("answered in spite of an hour's latency")
	}
	if !strings.Contains(err.Error(), "deadline") {
		t.Errorf("error is %v, want the caller's deadline", err)
	}
}

func TestDrift(t *testing.T) {
	c := newClient(t, ocisim.Options{})
	vcn, _ := c.network()
	before := len(c.sim.Calls())
	if err := c.sim.Edit("vcn", "vcn", func(f map[string]any) { f["displayName"] = "renamed" }); err != nil {
		t.Fatal(err)
	}
	if got := len(c.sim.Calls()); got != before {
		t.Errorf("the drift left %d calls in the log", got-before)
	}
	if got := c.call(http.MethodGet, "/20160918/vcns/"+vcn, nil); got.field(t, "displayName") != "renamed" {
		t.Errorf("the vcn is %s", got.body)
	}
	if err := c.sim.Edit("vcn", "missing", func(map[string]any) {}); err == nil {
		t.Error("editing what does not exist gave no error")
	}
}

func TestCallLogKeepsNoSecrets(t *testing.T) {
	c := newClient(t, ocisim.Options{})
	c.post("/20160918/autonomousDatabases", databaseBody(c, "", ""))
	calls := c.sim.Calls()
	if len(calls) != 1 || calls[0].String() != "POST /20160918/autonomousDatabases 200" || !calls[0].Writes() {
		t.Errorf("the log is %v", calls)
	}
	c.sim.ResetCalls()
	if got := c.sim.Calls(); len(got) != 0 {
		t.Errorf("after the reset the log is %v", got)
	}
}

func TestAfterCalls(t *testing.T) {
	c := newClient(t, ocisim.Options{})
	second := c.sim.AfterCalls(2)
	for want := range 3 {
		select {
		case <-second:
			if want < 2 {
				t.Errorf("reached after %d calls", want)
			}
		default:
			if want == 2 {
				t.Error("not reached after two calls")
			}
		}
		c.call(http.MethodGet, vcns+"?compartmentId="+c.credentials.Compartment, nil)
	}
}
