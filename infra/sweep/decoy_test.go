package sweep_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"assay.dev/assay/infra/internal/simtest"
	"assay.dev/assay/infra/inventory"
	"assay.dev/assay/infra/ociapi"
	"assay.dev/assay/infra/sweep"
)

func TestSafetySweepWritesToNoDecoy(t *testing.T) {
	tests := map[string]struct {
		opts sweep.Options
		// named also names the decoys of other compartments in the inventory, as a
		// forged or a wrong one would.
		named bool
	}{
		"every expired run":                   {},
		"one run":                             {opts: sweep.Options{Run: "old"}},
		"load balancers first":                {opts: sweep.Options{Run: "old", Only: []ociapi.Kind{ociapi.LoadBalancer}}},
		"an inventory with foreign entries":   {named: true},
		"a run with foreign entries, by name": {opts: sweep.Options{Run: "old"}, named: true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			r := newRegion(t)
			ours := r.Network(t, "", "old", past)
			volume := r.sim.AddVolume(r.credentials.Compartment, "csi-1234", 50)
			decoys := r.Decoys(t, "old", past)
			log := r.recorded(t, "old", past, ours)
			entries := []inventory.Entry{entry(ociapi.Volume, volume)}
			if test.named {
				for id, what := range decoys {
					if kind := strings.Split(id, ".")[1]; what == simtest.OfAnotherCompartment {
						entries = append(entries, inventory.Entry{Kind: "oci/" + kind, ID: id})
					}
				}
			}
			for _, e := range entries {
				if err := log.Found(t.Context(), e); err != nil {
					t.Fatal(err)
				}
			}
			r.sim.ResetCalls()
			test.opts.Inventories = []*inventory.Inventory{log}
			report, err := r.sweep(t, test.opts)
			if errors.Is(err, sweep.ErrLeftAlone) != (len(test.opts.Only) == 0) {
				t.Errorf("error is %v: twins in this compartment are to be reported", err)
			}
			r.ExpectUntouched(t, decoys)
			exists := slices.Concat(r.IDs("vcn"), r.IDs("volume"), r.IDs("autonomousdatabase"))
			if gone := !slices.Contains(exists, ours["vcn"]) && !slices.Contains(exists, volume); gone != (len(test.opts.Only) == 0) {
				t.Errorf("what is ours is gone: %v; %v", gone, report.Delete)
			}
		})
	}
}

// A run in another region or compartment is nothing of this sweep's.
func TestSafetyInventoriesOfOtherPlacesAreLeftAlone(t *testing.T) {
	r := newRegion(t)
	ours := r.Network(t, "", "old", past)
	for _, place := range []struct{ compartment, region string }{{simtest.Foreign, r.credentials.Region}, {r.credentials.Compartment, "us-ashburn-1"}} {
		log, err := inventory.Start(t.Context(), t.TempDir()+"/inventory.jsonl", nil, inventory.NewRun("old", place.compartment, place.region, now))
		if err != nil {
			t.Fatal(err)
		}
		if err := log.Found(t.Context(), entry(ociapi.VCN, ours["vcn"])); err != nil {
			t.Fatal(err)
		}
		for _, run := range []string{"", "old"} {
			report, err := r.sweep(t, sweep.Options{Run: run, Inventories: []*inventory.Inventory{log}})
			if len(report.Delete) > 0 {
				t.Errorf("deletes %v (%v)", report.Delete, err)
			}
		}
		if left := r.sim.Resources(); len(left) != 7 {
			t.Fatalf("left are %v", left)
		}
	}
}
