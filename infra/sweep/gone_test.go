package sweep_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"assay.dev/assay/infra/inventory"
	"assay.dev/assay/infra/ociapi"
	"assay.dev/assay/infra/ocisim"
	"assay.dev/assay/infra/sweep"
)

// hidden is what OCI answers to who may not see an object, as if there were none
// (pulumi/pulumi-oci#45, AnykeyNL/OCI-SuperDelete#59).
var hidden = ocisim.Fault{Status: http.StatusNotFound, Code: "NotAuthorizedOrNotFound", Message: "Authorization failed or requested resource not found."}

// TestSafetyA404IsNotTakenForGone takes rights away, one after another: whatever is
// not answered, a VCN that exists is never reported as gone.
func TestSafetyA404IsNotTakenForGone(t *testing.T) {
	tests := map[string]struct {
		faults []ocisim.Fault
		// lasting is what the list must still show.
		lasting bool
		message string
	}{
		"may inspect alone":          {[]ocisim.Fault{hidden.On(http.MethodDelete, "/vcns/"), hidden.On(http.MethodGet, "/vcns/")}, true, "a right is missing"},
		"may read, not delete":       {[]ocisim.Fault{hidden.On(http.MethodDelete, "/vcns/")}, true, "a right is missing"},
		"may delete, not read":       {[]ocisim.Fault{hidden.On(http.MethodGet, "/vcns/")}, false, ""},
		"may nothing after the look": {[]ocisim.Fault{hidden.On(http.MethodDelete, "/vcns/"), hidden.On(http.MethodGet, "/vcns/"), after(1, hidden.On(http.MethodGet, "/vcns$"))}, true, "nothing shows whether it is gone"},
		"may nothing":                {[]ocisim.Fault{hidden.On("", "/vcns")}, true, "list every vcn"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			r := newRegion(t)
			vcn := r.create(t, "/20160918/vcns", map[string]any{"cidrBlocks": []string{"10.0.0.0/16"}, "displayName": "todo-vcn",
				"freeformTags": map[string]string{sweep.TagRun: "ci-1", sweep.TagExpires: past}})
			log := r.inventory(t, "ci-1", past, entry(ociapi.VCN, vcn))
			for _, fault := range test.faults {
				r.sim.Inject(fault)
			}
			_, err := r.sweep(t, sweep.Options{Inventories: []*inventory.Inventory{log}})
			if (err != nil) != test.lasting || err != nil && !strings.Contains(err.Error(), test.message) {
				t.Errorf("error is %v, want one with %q", err, test.message)
			}
			if left := r.IDs("vcn"); (len(left) > 0) != test.lasting {
				t.Errorf("left are %v", left)
			}
			if has, err := log.Has(inventory.Kind(ociapi.VCN), vcn); has != test.lasting || err != nil {
				t.Errorf("the inventory names it: %v (%v)", has, err)
			}
		})
	}
}

// after lets calls pass first.
func after(calls int, fault ocisim.Fault) ocisim.Fault {
	fault.Skip = calls
	return fault
}

// Without an inventory the same is an error, too: somebody has to look.
func TestSafetyAnOverdueCandidateIsAnError(t *testing.T) {
	r := newRegion(t)
	r.create(t, "/20160918/vcns", map[string]any{"cidrBlocks": []string{"10.0.0.0/16"}, "displayName": "todo-vcn",
		"freeformTags": map[string]string{sweep.TagRun: "ci-1", sweep.TagExpires: past}})
	r.sim.Inject(hidden.On(http.MethodDelete, "/vcns/"))
	r.sim.Inject(hidden.On(http.MethodGet, "/vcns/"))
	if _, err := r.sweep(t, sweep.Options{}); err == nil || len(r.IDs("vcn")) != 1 {
		t.Errorf("error is %v, left are %v", err, r.IDs("vcn"))
	}
}

func TestAnObjectThatDoesNotGoIsNotWaitedForForEver(t *testing.T) {
	r := newRegion(t)
	all := r.Network(t, "", "old", past)
	log := r.recorded(t, "old", past, all)
	// The deletion is accepted and fails each time, the cluster stays.
	r.sim.Inject(ocisim.Fault{FailWork: "An internal error."}.On(http.MethodDelete, "/clusters/"))
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	_, err := sweep.Run(ctx, r.api, sweep.Options{
		Compartment: r.credentials.Compartment, Inventories: []*inventory.Inventory{log}, Now: now,
		Poll: time.Millisecond, Patience: 50 * time.Millisecond,
	}, t.Logf)
	if err == nil || !strings.Contains(err.Error(), "not gone after 50ms") || ctx.Err() != nil {
		t.Errorf("error is %v", err)
	}
	if left := r.IDs("autonomousdatabase"); len(left) != 0 {
		t.Errorf("left are %v: what cost money waited for the cluster", left)
	}
}
