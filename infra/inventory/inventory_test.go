package inventory_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/oracle/oci-go-sdk/v65/common"

	base "assay.dev/assay/harness/process/inventory"
	"assay.dev/assay/infra/inventory"
	"assay.dev/assay/infra/ociapi"
	"assay.dev/assay/infra/ocisim"
)

const region = "eu-frankfurt-1"

var expires = time.Date(2026, 3, 1, 6, 0, 0, 0, time.UTC)

// cloud is an emulated region with a client.
func cloud(t *testing.T) (*ocisim.Server, *ociapi.Client, string) {
	t.Helper()
	made, err := ocisim.NewCredentials(region)
	if err != nil {
		t.Fatal(err)
	}
	sim := ocisim.New(ocisim.Options{Keys: made.Keys()})
	server := httptest.NewServer(sim)
	t.Cleanup(server.Close)
	api, err := ociapi.New(common.NewRawConfigurationProvider(made.Tenancy, made.User, made.Region, made.Fingerprint, made.PrivateKey, nil), server.URL)
	if err != nil {
		t.Fatal(err)
	}
	return sim, api, made.Compartment
}

func bootstrap(t *testing.T, api *ociapi.Client, compartment string) *inventory.Store {
	t.Helper()
	store, err := inventory.Bootstrap(t.Context(), api, compartment)
	if err != nil {
		t.Fatal(err)
	}
	return store
}

func file(t *testing.T) string {
	t.Helper()
	return filepath.Join(t.TempDir(), "inventory.jsonl")
}

func started(t *testing.T, path string, store *inventory.Store, run inventory.Run) *inventory.Inventory {
	t.Helper()
	opened, err := inventory.Start(t.Context(), path, store, run)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = opened.Close() })
	return opened
}

func vcn(id string) inventory.Entry {
	return inventory.Entry{Kind: inventory.Kind(ociapi.VCN), ID: id, Name: "todo-vcn"}
}

func TestSafetyARunIsKnownOutsideOfTheMachine(t *testing.T) {
	_, api, compartment := cloud(t)
	store := bootstrap(t, api, compartment)
	run := inventory.NewRun("ci-1", compartment, region, expires)
	path := file(t)
	own := started(t, path, store, run)
	if names, err := store.Runs(t.Context()); err != nil || !slices.Equal(names, []string{"ci-1"}) {
		t.Fatalf("stored are %v (%v) before anything is made", names, err)
	}
	for _, id := range []string{"ocid1.vcn.oc1..a", "ocid1.vcn.oc1..b", "ocid1.vcn.oc1..a"} {
		if err := own.Found(t.Context(), vcn(id)); err != nil {
			t.Fatal(err)
		}
	}
	again := started(t, path, store, run) // another process of the same run
	if err := again.Found(t.Context(), vcn("ocid1.vcn.oc1..c")); err != nil {
		t.Fatal(err)
	}
	loaded, err := store.Load(t.Context(), "ci-1", t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	present, err := loaded.Present()
	if err != nil || len(present) != 4 || present[3].ID != "ocid1.vcn.oc1..c" || loaded.Run != run {
		t.Errorf("a fresh machine reads %v of %+v (%v)", present, loaded.Run, err)
	}
	if err := own.Found(t.Context(), vcn("ocid1.vcn.oc1..d")); err != nil {
		t.Fatal(err)
	}
	if err := loaded.Forget(t.Context()); err == nil {
		t.Error("an inventory that grew since it was read is deleted")
	}
	if err := own.Forget(t.Context()); err != nil {
		t.Fatal(err)
	}
	if names, err := store.Runs(t.Context()); err != nil || len(names) != 0 {
		t.Errorf("stored are %v (%v)", names, err)
	}
}

func TestSafetyTwoRunsOfOneNameDoNotMix(t *testing.T) {
	_, api, compartment := cloud(t)
	store := bootstrap(t, api, compartment)
	mine := file(t)
	started(t, mine, store, inventory.NewRun("root-20260301", compartment, region, expires))
	other := inventory.NewRun("root-20260301", compartment, region, expires)
	if _, err := inventory.Start(t.Context(), file(t), store, other); !errors.Is(err, inventory.ErrTaken) || !strings.Contains(err.Error(), "choose another name") {
		t.Errorf("error is %v, want the name to be taken", err)
	}
	if _, err := inventory.Start(t.Context(), mine, nil, other); !errors.Is(err, inventory.ErrTaken) {
		t.Errorf("error is %v, want the file to be another run's", err)
	}
	if first, second := inventory.NewName(expires), inventory.NewName(expires); first == second || !strings.Contains(first, "-20260301-") {
		t.Errorf("default names are %q and %q", first, second)
	}
}

func TestSafetyWithoutABucketNothingStarts(t *testing.T) {
	_, api, compartment := cloud(t)
	if _, err := inventory.OpenStore(t.Context(), api, compartment); !errors.Is(err, inventory.ErrNoBucket) || !strings.Contains(err.Error(), "assay cloud bootstrap") {
		t.Errorf("error is %v", err)
	}
	bootstrap(t, api, compartment)
	bootstrap(t, api, compartment) // a second call changes nothing
	if _, err := inventory.OpenStore(t.Context(), api, compartment); err != nil {
		t.Error(err)
	}
	if inventory.BucketName(compartment) == inventory.BucketName(compartment+"x") {
		t.Error("two compartments share a bucket")
	}
}

func TestSafetyAStoredInventoryThatMayNotBeReadIsNoneMissing(t *testing.T) {
	sim, api, compartment := cloud(t)
	store := bootstrap(t, api, compartment)
	run := inventory.NewRun("ci-1", compartment, region, expires)
	own := started(t, file(t), store, run)
	hidden := ocisim.Fault{Status: http.StatusNotFound, Code: "NotAuthorizedOrNotFound", Message: "no"}
	sim.Inject(hidden.On(http.MethodGet, "/o/runs"))
	if err := own.Found(t.Context(), vcn("ocid1.vcn.oc1..a")); err == nil || !strings.Contains(err.Error(), "read the stored inventory of run ci-1") {
		t.Errorf("error is %v: the object is taken for missing", err)
	}
}

func TestSafetyStoredLinesOfNoRunAreRefused(t *testing.T) {
	_, api, compartment := cloud(t)
	store := bootstrap(t, api, compartment)
	// The lines of one run under the name of another one.
	path := file(t)
	started(t, path, store, inventory.NewRun("one", compartment+"x", region, expires))
	if _, err := store.Load(t.Context(), "one", t.TempDir()); err == nil || !strings.Contains(err.Error(), "compartment") {
		t.Errorf("error is %v, want another compartment's", err)
	}
	for _, name := range []string{"../../etc/passwd", "none", "a/b"} {
		if _, err := store.Load(t.Context(), name, t.TempDir()); err == nil {
			t.Errorf("%q is loaded", name)
		}
	}
}

func TestAnInventoryPassesTrouble(t *testing.T) {
	sim, api, compartment := cloud(t)
	store := bootstrap(t, api, compartment)
	own := started(t, file(t), store, inventory.NewRun("ci-1", compartment, region, expires))
	sim.Inject(ocisim.Fault{Reset: true}.On(http.MethodGet, "/o/").First(1))
	sim.Inject(ocisim.Fault{Reset: true, Serve: true}.On(http.MethodPut, "/o/").First(1)) // stored, unheard
	if err := own.Found(t.Context(), vcn("ocid1.vcn.oc1..a")); err != nil {
		t.Fatal(err)
	}
	loaded, err := store.Load(t.Context(), "ci-1", t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if has, err := loaded.Has(inventory.Kind(ociapi.VCN), "ocid1.vcn.oc1..a"); !has || err != nil {
		t.Errorf("the line is not stored (%v)", err)
	}
	if err := loaded.Remove(inventory.Kind(ociapi.VCN), "ocid1.vcn.oc1..x", func() error { return nil }); !errors.Is(err, base.ErrNotRecorded) {
		t.Errorf("error is %v", err)
	}
}
