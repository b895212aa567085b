package sweep_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	base "assay.dev/assay/harness/process/inventory"
	"assay.dev/assay/infra/internal/simtest"
	"assay.dev/assay/infra/inventory"
	"assay.dev/assay/infra/ociapi"
	"assay.dev/assay/infra/ocisim"
	"assay.dev/assay/infra/sweep"
)

const past, future = "2026-03-01T05:59:59Z", "2026-03-01T06:00:01Z"

// inventory is a run's, with these objects.
func (r *region) inventory(t *testing.T, run, expires string, entries ...inventory.Entry) *inventory.Inventory {
	t.Helper()
	until, err := time.Parse(time.RFC3339, expires)
	if err != nil {
		t.Fatal(err)
	}
	log, err := inventory.Start(t.Context(), filepath.Join(t.TempDir(), "inventory.jsonl"), nil,
		inventory.NewRun(run, r.credentials.Compartment, r.credentials.Region, until))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = log.Close() })
	for _, entry := range entries {
		if err := log.Found(t.Context(), entry); err != nil {
			t.Fatal(err)
		}
	}
	return log
}

func entry(kind ociapi.Kind, id string) inventory.Entry {
	return inventory.Entry{Kind: inventory.Kind(kind), ID: id}
}

// recorded is the inventory of a network as `up` records it.
func (r *region) recorded(t *testing.T, run, expires string, all simtest.Made) *inventory.Inventory {
	t.Helper()
	return r.inventory(t, run, expires, entry(ociapi.VCN, all["vcn"]), entry(ociapi.AutonomousDatabase, all["database"]))
}

// sweep sweeps with a bound that no healthy sweep needs.
func (r *region) sweep(t *testing.T, opts sweep.Options) (sweep.Report, error) {
	t.Helper()
	opts.Compartment, opts.Now, opts.Poll = r.credentials.Compartment, now, time.Millisecond
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	return sweep.Run(ctx, r.api, opts, t.Logf)
}

func TestSafetySweepDeletesWhatAnExpiredInventoryNames(t *testing.T) {
	tests := map[string]struct {
		run, expires string
		tagged       string // the run's name in the tags
		nothing      bool   // the inventory names nothing
		opts         sweep.Options
		wantLeft     int
		wantErr      error
		wantReason   string
	}{
		"expired":                      {run: "old", expires: past},
		"expired, tags changed":        {run: "old", expires: past, tagged: "other"},
		"not expired":                  {run: "new", expires: future, wantLeft: 7},
		"named run":                    {run: "mine", expires: future, opts: sweep.Options{Run: "mine"}},
		"another run":                  {run: "mine", expires: past, opts: sweep.Options{Run: "other"}, wantLeft: 7},
		"an inventory without objects": {run: "old", expires: past, nothing: true, wantLeft: 7, wantErr: sweep.ErrLeftAlone, wantReason: "no inventory names it"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			r := newRegion(t)
			if test.tagged == "" {
				test.tagged = test.run
			}
			all := r.Network(t, "", test.tagged, test.expires)
			log := r.inventory(t, test.run, test.expires)
			if !test.nothing {
				log = r.recorded(t, test.run, test.expires, all)
			}
			test.opts.Inventories = []*inventory.Inventory{log}
			report, err := r.sweep(t, test.opts)
			if !errors.Is(err, test.wantErr) || (err == nil) != (test.wantErr == nil) {
				t.Errorf("error is %v, want %v", err, test.wantErr)
			}
			if left := r.sim.Resources(); len(left) != test.wantLeft {
				t.Errorf("%d resources are left, want %d: %v", len(left), test.wantLeft, left)
			}
			if left := fmt.Sprint(report.Left); !strings.Contains(left, test.wantReason) {
				t.Errorf("kept %s, want a word about %q", left, test.wantReason)
			}
			present, err := log.Present()
			if want := 1 + 2*min(1, test.wantLeft); !test.nothing && (err != nil || len(present) != want) {
				t.Errorf("the inventory still has %v (%v), want %d lines", present, err, want)
			}
		})
	}
}

func TestSafetyWithoutAnInventoryNothingIsDeleted(t *testing.T) {
	tests := map[string]struct {
		run, expires string
		opts         sweep.Options
		overdue      bool
		wantReason   string
	}{
		"expired":           {"old", past, sweep.Options{}, true, "expired at"},
		"not expired":       {"new", future, sweep.Options{}, false, "until"},
		"unreadable expiry": {"odd", "tomorrow", sweep.Options{}, false, "tomorrow"},
		"named run":         {"mine", future, sweep.Options{Run: "mine"}, true, "carries the tag of run mine"},
		"another run":       {"mine", past, sweep.Options{Run: "other"}, false, ""},
		"untagged":          {"", "", sweep.Options{}, false, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			r := newRegion(t)
			r.Network(t, "", test.run, test.expires)
			r.sim.ResetCalls()
			report, err := r.sweep(t, test.opts)
			if errors.Is(err, sweep.ErrLeftAlone) != test.overdue || !test.overdue && err != nil {
				t.Errorf("error is %v", err)
			}
			if left := fmt.Sprint(report.Left); len(report.Delete) > 0 || !strings.Contains(left, test.wantReason) {
				t.Errorf("kept %s, deletes %v", left, report.Delete)
			}
			for _, call := range r.sim.Calls() {
				if call.Writes() {
					t.Errorf("the sweep called %s", call)
				}
			}
		})
	}
}

func TestSafetyVolumesGoByTheirRecordedIDAlone(t *testing.T) {
	r := newRegion(t)
	mine := r.sim.AddVolume(r.credentials.Compartment, "csi-1234", 50)
	twin := r.sim.AddVolume(r.credentials.Compartment, "csi-1234", 50)
	archive := r.sim.AddVolume(r.credentials.Compartment, "archive", 50)
	report, err := r.sweep(t, sweep.Options{Inventories: []*inventory.Inventory{r.inventory(t, "old", past, entry(ociapi.Volume, mine))}})
	if err != nil {
		t.Fatal(err)
	}
	if left := r.IDs("volume"); slices.Contains(left, mine) || !slices.Contains(left, twin) || !slices.Contains(left, archive) {
		t.Errorf("left are %v", left)
	}
	if len(report.Left) != 1 || report.Left[0].ID != twin {
		t.Errorf("kept %v, want the other volume of that name to be reported", report.Left)
	}
}

func TestSweepTakesAFailedCluster(t *testing.T) {
	r := newRegion(t)
	r.sim.Inject(ocisim.Fault{FailWork: "Out of host capacity."}.On(http.MethodPost, "^/20180222/clusters$"))
	all := r.Network(t, "", "run", past)
	if _, err := r.sweep(t, sweep.Options{Inventories: []*inventory.Inventory{r.recorded(t, "run", past, all)}}); err != nil {
		t.Fatal(err)
	}
	if left := r.sim.Resources(); len(left) != 0 {
		t.Errorf("left are %v", left)
	}
}

// A failed cluster does not hold its VCN, which alone tells whose the cluster is.
func TestTheVCNGoesLast(t *testing.T) {
	r := newRegion(t)
	r.sim.Inject(ocisim.Fault{FailWork: "Out of host capacity."}.On(http.MethodPost, "^/20180222/clusters$"))
	vcn := r.create(t, "/20160918/vcns", map[string]any{"displayName": "todo-vcn", "cidrBlock": "10.0.0.0/16"})
	r.create(t, "/20180222/clusters", map[string]any{"name": "todo-cluster", "vcnId": vcn, "kubernetesVersion": "v1.34.1"})
	allow := r.sim.Inject(ocisim.Fault{Status: 403, Code: "NotAllowed", Message: "no"}.On(http.MethodDelete, "/clusters/"))
	// Each sweep reads the stored inventory again.
	log := func() []*inventory.Inventory {
		return []*inventory.Inventory{r.inventory(t, "old", past, entry(ociapi.VCN, vcn))}
	}
	if _, err := r.sweep(t, sweep.Options{Inventories: log()}); err == nil || len(r.IDs("vcn")) != 1 {
		t.Errorf("error is %v, left are %v", err, r.sim.Resources())
	}
	allow()
	if _, err := r.sweep(t, sweep.Options{Inventories: log()}); err != nil || len(r.sim.Resources()) != 0 {
		t.Errorf("error is %v, left are %v", err, r.sim.Resources())
	}
}

func TestSafetyWhatALivingRunNamesStays(t *testing.T) {
	r := newRegion(t)
	all := r.Network(t, "", "new", future)
	living, expired := r.recorded(t, "new", future, all), r.recorded(t, "old", past, all)
	for _, inventories := range [][]*inventory.Inventory{{living, expired}, {expired, living}} {
		if _, err := r.sweep(t, sweep.Options{Inventories: inventories}); err != nil {
			t.Fatal(err)
		}
		if left := r.sim.Resources(); len(left) != 7 {
			t.Fatalf("left are %v", left)
		}
	}
}

func TestSweepGoesOnAfterAFailure(t *testing.T) {
	r := newRegion(t)
	all := r.Network(t, "", "old", past)
	r.sim.Inject(ocisim.Conflicting.On(http.MethodDelete, "^/20170115/loadBalancers/"))
	log := r.recorded(t, "old", past, all)
	_, err := r.sweep(t, sweep.Options{Inventories: []*inventory.Inventory{log}})
	if err == nil || !strings.Contains(err.Error(), "loadbalancer") {
		t.Errorf("error is %v, want the load balancer's", err)
	}
	isCostly := func(left ocisim.Resource) bool { return left.Kind == "cluster" || left.Kind == "autonomousdatabase" }
	if left := r.sim.Resources(); slices.ContainsFunc(left, isCostly) {
		t.Errorf("left are %v, want neither cluster nor database", left)
	}
	for kind, want := range map[ociapi.Kind]bool{ociapi.VCN: true, ociapi.AutonomousDatabase: false} {
		present, err := log.Present()
		has := slices.ContainsFunc(present, func(e base.Entry) bool { return e.Kind == inventory.Kind(kind) })
		if err != nil || has != want {
			t.Errorf("the inventory names a %s: %v (%v), want %v", kind.Name, has, err, want)
		}
	}
}

func TestSweepPassesTrouble(t *testing.T) {
	conflict := ocisim.Conflicting
	tests := map[string]ocisim.Fault{
		"a conflict":                      conflict.On(http.MethodDelete, "/vcns/").First(2),
		"a conflict of the first":         conflict.On(http.MethodDelete, "/loadBalancers/").First(1),
		"a reset connection in the list":  ocisim.Fault{Reset: true}.On(http.MethodGet, "/subnets$").First(1),
		"a reset connection":              ocisim.Fault{Reset: true}.On(http.MethodDelete, "/subnets/").First(1),
		"a deletion that nobody heard of": ocisim.Fault{Reset: true, Serve: true}.On(http.MethodDelete, "/vcns/").First(1),
		"a rate limit":                    ocisim.TooManyRequests.On(http.MethodDelete, "").First(1),
	}
	for name, fault := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRegion(t)
			all := r.Network(t, "", "old", past)
			log := r.recorded(t, "old", past, all)
			r.sim.Inject(fault)
			if _, err := r.sweep(t, sweep.Options{Inventories: []*inventory.Inventory{log}}); err != nil {
				t.Error(err)
			}
			if left := r.sim.Resources(); len(left) != 0 {
				t.Errorf("left are %v", left)
			}
		})
	}
}
