package cli

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"assay.dev/assay/infra/internal/simtest"
	"assay.dev/assay/infra/inventory"
	"assay.dev/assay/infra/ociapi"
	"assay.dev/assay/infra/ocisim"
	"assay.dev/assay/infra/sweep"
)

// within leads the commands to an emulated region, as the emulator's env file does.
func within(t *testing.T) *simtest.Region {
	t.Helper()
	withoutCredentials(t)
	r := simtest.New(t)
	key, err := r.Credentials.WriteKey(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{
		EndpointEnv: r.URL, compartmentEnv: r.Credentials.Compartment, "TF_VAR_region": r.Credentials.Region,
		"TF_VAR_tenancy_ocid": r.Credentials.Tenancy, "TF_VAR_user_ocid": r.Credentials.User,
		"TF_VAR_fingerprint": r.Credentials.Fingerprint, keyEnv: key,
	} {
		t.Setenv(name, value)
	}
	return r
}

// stored stores the inventory of a run that made a network.
func stored(t *testing.T, r *simtest.Region, name string, expires time.Time) simtest.Made {
	t.Helper()
	store, err := inventory.Bootstrap(t.Context(), r.API, r.Credentials.Compartment)
	if err != nil {
		t.Fatal(err)
	}
	made := r.Network(t, "", name, expires.UTC().Format(time.RFC3339))
	log, err := inventory.Start(t.Context(), filepath.Join(t.TempDir(), "inventory.jsonl"), store,
		inventory.NewRun(name, r.Credentials.Compartment, r.Credentials.Region, expires))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = log.Close() })
	for kind, id := range map[ociapi.Kind]string{ociapi.VCN: made["vcn"], ociapi.AutonomousDatabase: made["database"]} {
		if err := log.Found(t.Context(), inventory.Entry{Kind: inventory.Kind(kind), ID: id}); err != nil {
			t.Fatal(err)
		}
	}
	return made
}

func runs(t *testing.T, r *simtest.Region) []string {
	t.Helper()
	store, err := inventory.OpenStore(t.Context(), r.API, r.Credentials.Compartment)
	if err != nil {
		t.Fatal(err)
	}
	names, err := store.Runs(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// TestSafetySweepOnAFreshMachine has nothing but the bucket.
func TestSafetySweepOnAFreshMachine(t *testing.T) {
	r := within(t)
	old := stored(t, r, "old", time.Now().Add(-time.Hour))
	living := stored(t, r, "living", time.Now().Add(time.Hour))
	decoys := r.ForeignDecoys(t, "old", time.Now().Add(-time.Hour).UTC().Format(time.RFC3339))
	for _, id := range living {
		decoys[id] = "of a run that goes on"
	}
	r.Sim.ResetCalls()
	if out, err := execute(t, "sweep", "--dry-run"); err != nil || !strings.Contains(out, "would delete vcn") {
		t.Errorf("printed %s, error %v", out, err)
	}
	for _, call := range r.Sim.Calls() {
		if call.Writes() && !strings.HasPrefix(call.Path, "/n/") {
			t.Errorf("a dry run called %s", call)
		}
	}
	if out, err := execute(t, "sweep"); err != nil {
		t.Errorf("printed %s, error %v", out, err)
	}
	r.ExpectUntouched(t, decoys)
	for _, resource := range r.Sim.Resources() {
		for kind, id := range old {
			if resource.ID == id {
				t.Errorf("the %s of the expired run is left", kind)
			}
		}
	}
	if left := runs(t, r); !slices.Equal(left, []string{"living"}) {
		t.Errorf("stored are the inventories of %v", left)
	}
}

func TestSafetySweepKeepsTheInventoryOfWhatIsLeft(t *testing.T) {
	r := within(t)
	stored(t, r, "old", time.Now().Add(-time.Hour))
	stored(t, r, "other", time.Now().Add(-time.Hour))
	allow := r.Sim.Inject(ocisim.Fault{Status: 403, Code: "NotAllowed", Message: "no"}.On("DELETE", "/vcns/"))
	if out, err := execute(t, "sweep", "--run", "old"); err == nil {
		t.Fatalf("printed %s", out)
	}
	if left := runs(t, r); !slices.Equal(left, []string{"old", "other"}) {
		t.Errorf("stored are the inventories of %v", left)
	}
	allow()
	if out, err := execute(t, "sweep"); err != nil { // the next one finishes it
		t.Errorf("printed %s, error %v", out, err)
	}
	if left := runs(t, r); len(left) != 0 || len(r.Sim.Resources()) != 0 {
		t.Errorf("stored are the inventories of %v, left are %v", left, r.Sim.Resources())
	}
}

func TestSafetySweepFailsForAnOverdueTwin(t *testing.T) {
	r := within(t)
	r.Network(t, "", "old", "2026-01-01T00:00:00Z")
	out, err := execute(t, "sweep")
	if !errors.Is(err, sweep.ErrLeftAlone) || !strings.Contains(out, "keep vcn") || len(r.IDs("vcn")) != 1 {
		t.Errorf("printed %s, error %v", out, err)
	}
}

func TestBootstrapMakesTheBucketOnce(t *testing.T) {
	r := within(t)
	for range 2 {
		if out, err := execute(t, "bootstrap"); err != nil || !strings.Contains(out, inventory.BucketName(r.Credentials.Compartment)) {
			t.Errorf("printed %s, error %v", out, err)
		}
	}
}

// The command goes to the region of the run or nowhere.
func TestSafetyDownOfAnotherRegionIsRefused(t *testing.T) {
	r := within(t)
	dir := t.TempDir()
	pinned := `{"id": "x", "run_id": "old", "expires_at": "2026-03-01T06:00:00Z", "compartment_id": "` + r.Credentials.Compartment + `", "region": "us-ashburn-1"}`
	if err := writePrivate(filepath.Join(dir, "identity.json"), pinned); err != nil {
		t.Fatal(err)
	}
	for _, command := range [][]string{{"down"}, {"up"}, {"record"}, {"adopt"}} {
		_, err := execute(t, append(command, "--dir", dir)...)
		if err == nil || !strings.Contains(err.Error(), "us-ashburn-1") || !strings.Contains(err.Error(), "eu-frankfurt-1") {
			t.Errorf("%s: error is %v, want both regions in it", command, err)
		}
	}
	if calls := r.Sim.Calls(); len(calls) != 0 {
		t.Errorf("the region was asked: %v", calls)
	}
}
