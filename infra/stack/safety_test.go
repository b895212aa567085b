package stack

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/oracle/oci-go-sdk/v65/common"

	"assay.dev/assay/infra/drain"
	"assay.dev/assay/infra/internal/simtest"
	"assay.dev/assay/infra/inventory"
	"assay.dev/assay/infra/ociapi"
	"assay.dev/assay/infra/ocisim"
	"assay.dev/assay/infra/sweep"
	_ "assay.dev/assay/infra/terratest"
	"assay.dev/assay/infra/tfprovider"
)

const (
	emptyPlan = `{"format_version": "1.2", "planned_values": {"root_module": {}}}`
	expired   = "2026-03-01T05:59:59Z"
)

// cloudRun is a run against an emulated region, with a terraform that is a script.
type cloudRun struct {
	*simtest.Region
	store  *inventory.Store
	config Config
	// calls is a file in which the script writes down its commands.
	calls string
}

// newCloudRun makes a run whose terraform prints apply and leaves state when it applies.
func newCloudRun(t *testing.T, apply, state string) *cloudRun {
	t.Helper()
	r := &cloudRun{Region: simtest.New(t), calls: filepath.Join(t.TempDir(), "calls")}
	store, err := inventory.Bootstrap(t.Context(), r.API, r.Credentials.Compartment)
	if err != nil {
		t.Fatal(err)
	}
	r.store = store
	files := t.TempDir()
	for name, content := range map[string]string{"apply": apply, "state": state, "plan": emptyPlan} {
		if err := os.WriteFile(filepath.Join(files, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	script := fmt.Sprintf("#!/bin/sh\necho \"$1\" >> %s\ncd %s\ncase \"$1\" in\nshow) cat plan;;\napply) cat apply; [ -s state ] && cp state \"$OLDPWD/terraform.tfstate\"; [ ! -e fail ];;\nesac\n", r.calls, files)
	binary := filepath.Join(files, "terraform")
	if err := os.WriteFile(binary, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable() // it becomes what runs Terraform; see the import of terratest
	if err != nil {
		t.Fatal(err)
	}
	r.config = Config{
		Module: t.TempDir(), Binary: binary, Provider: tfprovider.Installation{Runner: self}, Dir: filepath.Join(t.TempDir(), "stack"), Run: "old", TTL: time.Hour,
		Compartment: r.Credentials.Compartment, API: r.API, Store: store, Poll: time.Millisecond,
	}
	return r
}

func (r *cloudRun) open(t *testing.T) *Stack {
	t.Helper()
	opened, err := Open(r.config)
	if err != nil {
		t.Fatal(err)
	}
	return opened
}

// ran reports whether terraform was called so.
func (r *cloudRun) ran(t *testing.T, command string) bool {
	t.Helper()
	content, err := os.ReadFile(r.calls)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	return strings.Contains("\n"+string(content), "\n"+command+"\n")
}

func line(address, id string) string {
	return fmt.Sprintf("%s: Creating...\n%s: Creation complete after 1m3s [id=%s]\n", address, address, id)
}

func tfstate(kind, id, compartment string) string {
	return fmt.Sprintf(`{"version": 4, "resources": [
		{"mode": "data", "type": "oci_core_services", "name": "all", "instances": [{"attributes": {"id": "ocid1.services.oc1..x"}}]},
		{"mode": "managed", "type": %q, "name": "todo", "instances": [{"attributes": {"id": %q, "compartment_id": %q}}]}]}`, kind, id, compartment)
}

// storedLines is the run's inventory as a fresh machine reads it.
func (r *cloudRun) storedLines(t *testing.T) string {
	t.Helper()
	loaded, err := r.store.Load(t.Context(), "old", t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	left, err := loaded.Left()
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, entry := range left {
		all = append(all, entry.Kind+" "+entry.ID)
	}
	return strings.Join(all, ", ")
}

func TestSafetyUpRecordsWhatItMakes(t *testing.T) {
	const vcn, cluster = "ocid1.vcn.oc1..a", "ocid1.cluster.oc1..b"
	r := newCloudRun(t, line("oci_core_vcn.todo", vcn)+"data.oci_x.y: Read complete after 0s [id=ocid1.image.oc1..z]\n",
		tfstate("oci_containerengine_cluster", cluster, simtest.Compartment))
	if err := r.open(t).Up(t.Context()); err != nil {
		t.Fatal(err)
	}
	// The VCN's line alone, and the failed cluster in the state alone, are enough.
	if got, want := r.storedLines(t), "oci/vcn "+vcn+", oci/cluster "+cluster; got != want {
		t.Errorf("stored are %s, want %s", got, want)
	}
}

func TestSafetyAFailedUpRecordsToo(t *testing.T) {
	r := newCloudRun(t, line("oci_core_vcn.todo", "ocid1.vcn.oc1..a"), "")
	if err := os.WriteFile(filepath.Join(filepath.Dir(r.config.Binary), "fail"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := r.open(t).Up(t.Context()); err == nil {
		t.Fatal("up succeeded")
	}
	if got := r.storedLines(t); got != "oci/vcn ocid1.vcn.oc1..a" {
		t.Errorf("stored are %s", got)
	}
}

func TestSafetyNothingIsMadeWithoutAStoredInventory(t *testing.T) {
	tests := map[string]func(*testing.T, *cloudRun){
		"the bucket cannot be written": func(_ *testing.T, r *cloudRun) {
			r.Sim.Inject(ocisim.Fault{Status: 403, Code: "NotAllowed", Message: "no"}.On("PUT", "/o/"))
		},
		"another run has the name": func(t *testing.T, r *cloudRun) {
			other := inventory.NewRun("old", r.config.Compartment, r.API.Region(), time.Now())
			if _, err := inventory.Start(t.Context(), filepath.Join(t.TempDir(), "inventory"), r.store, other); err != nil {
				t.Fatal(err)
			}
		},
		"no store, and a real cloud": func(t *testing.T, r *cloudRun) {
			made := r.Credentials
			api, err := ociapi.New(common.NewRawConfigurationProvider(made.Tenancy, made.User, made.Region, made.Fingerprint, made.PrivateKey, nil), "")
			if err != nil {
				t.Fatal(err)
			}
			r.config.API, r.config.Store = api, nil
		},
	}
	for name, change := range tests {
		t.Run(name, func(t *testing.T) {
			r := newCloudRun(t, "", "")
			change(t, r)
			if err := r.open(t).Up(t.Context()); err == nil || r.ran(t, "apply") {
				t.Errorf("error is %v, applied: %v", err, r.ran(t, "apply"))
			}
		})
	}
}

// A cluster whose creation failed is in no state, does not hold its VCN, and is
// recognized by it alone: it is recorded before Terraform destroys the VCN.
func TestSafetyAFailedClusterIsRecordedWithItsVCN(t *testing.T) {
	r := newCloudRun(t, "", "")
	vcn := r.Create(t, "/20160918/vcns", map[string]any{"displayName": "todo-vcn", "cidrBlock": "10.0.0.0/16"})
	r.Sim.Inject(ocisim.Fault{FailWork: "Out of host capacity."}.On("POST", "^/20180222/clusters$"))
	r.Create(t, "/20180222/clusters", map[string]any{"name": "todo-cluster", "vcnId": vcn, "kubernetesVersion": "v1.34.1"})
	if err := os.WriteFile(filepath.Join(filepath.Dir(r.config.Binary), "apply"), []byte(line("oci_core_vcn.todo", vcn)), 0o600); err != nil {
		t.Fatal(err)
	}
	opened := r.open(t)
	if err := opened.Up(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got, want := r.storedLines(t), "oci/vcn "+vcn+", oci/cluster "+r.IDs("cluster")[0]; got != want {
		t.Errorf("stored are %s, want %s", got, want)
	}
}

// made is a run that has made the objects of a network.
func made(t *testing.T) (*cloudRun, simtest.Made) {
	t.Helper()
	r := newCloudRun(t, "", "")
	ours := r.Network(t, "", "old", expired)
	printed := line("oci_core_vcn.todo", ours["vcn"]) + line("oci_database_autonomous_database.todo", ours["database"])
	if err := os.WriteFile(filepath.Join(filepath.Dir(r.config.Binary), "apply"), []byte(printed), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := r.open(t).Up(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.Sim.ResetCalls()
	return r, ours
}

func TestSafetyDownWritesToNoDecoy(t *testing.T) {
	r, ours := made(t)
	decoys := r.Decoys(t, "old", expired)
	err := r.open(t).Down(t.Context())
	if !errors.Is(err, sweep.ErrLeftAlone) {
		t.Errorf("error is %v: the twins in this compartment are to be reported", err)
	}
	r.ExpectUntouched(t, decoys)
	for _, resource := range r.Sim.Resources() {
		for kind, id := range ours {
			if resource.ID == id {
				t.Errorf("the run's own %s is left", kind)
			}
		}
	}
	if !Exists(r.config.Dir) {
		t.Error("the folder is gone, though somebody has to look")
	}
}

func TestSafetyDownForgetsWhatIsGone(t *testing.T) {
	r, _ := made(t)
	decoys := r.ForeignDecoys(t, "old", expired)
	if err := r.open(t).Down(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.ExpectUntouched(t, decoys)
	if names, err := r.store.Runs(t.Context()); err != nil || len(names) != 0 || Exists(r.config.Dir) {
		t.Errorf("stored are %v, the folder is there: %v (%v)", names, Exists(r.config.Dir), err)
	}
}

func TestSafetyARunIsPinned(t *testing.T) {
	r := newCloudRun(t, "", "")
	r.open(t)
	made := r.Credentials
	elsewhere, err := ociapi.New(common.NewRawConfigurationProvider(made.Tenancy, made.User, "us-ashburn-1", made.Fingerprint, made.PrivateKey, nil), "")
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		change  func(*Config)
		message string
	}{
		"another region":      {func(c *Config) { c.API = elsewhere }, `the region "us-ashburn-1"`},
		"another compartment": {func(c *Config) { c.Compartment = simtest.Foreign }, simtest.Foreign},
		"another run":         {func(c *Config) { c.Run = "new" }, `the run "new"`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			config := r.config
			test.change(&config)
			for _, open := range []func() error{
				func() error { _, err := Open(config); return err },
				func() error { _, err := Pinned(config); return err },
			} {
				err := open()
				if !errors.Is(err, ErrPinned) || !strings.Contains(err.Error(), test.message) || !strings.Contains(err.Error(), `run "old" in compartment `+simtest.Compartment+", region eu-frankfurt-1") {
					t.Errorf("error is %v, want both settings in it", err)
				}
			}
		})
	}
	r.config.Compartment, r.config.Run = "", ""
	if again := r.open(t); again.run.Compartment != simtest.Compartment || again.Run() != "old" {
		t.Errorf("opened again it is %+v", again.run)
	}
	// What pins the run wins over every other input.
	r.config.Variables = map[string]any{"compartment_id": simtest.Foreign, "region": "us-ashburn-1", "run_id": "x"}
	r.open(t)
	written, err := os.ReadFile(filepath.Join(r.config.Dir, "run.auto.tfvars.json"))
	if err != nil || strings.Contains(string(written), simtest.Foreign) || strings.Contains(string(written), "ashburn") {
		t.Errorf("terraform reads %s (%v)", written, err)
	}
}

func TestSafetyAStateOfAnotherCompartmentIsNotDestroyed(t *testing.T) {
	r := newCloudRun(t, "", "")
	opened := r.open(t)
	state := tfstate("oci_core_vcn", "ocid1.vcn.oc1..theirs", simtest.Foreign)
	if err := os.WriteFile(opened.Path("terraform.tfstate"), []byte(state), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := opened.Down(t.Context()); err == nil || !strings.Contains(err.Error(), simtest.Foreign) || r.ran(t, "destroy") {
		t.Errorf("error is %v, destroyed: %v", err, r.ran(t, "destroy"))
	}
}

func TestSafetyWhatTheClusterMadeIsRecordedByItsPlace(t *testing.T) {
	r := newCloudRun(t, "", "")
	ours, theirs := r.Network(t, "", "old", expired), r.Network(t, "", "other", expired)
	opened := r.open(t)
	if err := opened.Record(t.Context(), inventory.Entry{Kind: inventory.Kind(ociapi.VCN), ID: ours["vcn"]}); err != nil {
		t.Fatal(err)
	}
	const address = "10.0.0.7" // twice, as an address inside a network may be
	r.Sim.AddLoadBalancer(simtest.Compartment, "ingress", theirs["subnet"], address)
	balancer := r.Sim.AddLoadBalancer(simtest.Compartment, "ingress", ours["subnet"], address)
	volume := r.Sim.AddVolume(simtest.Compartment, "csi-1", 50)
	foreign := r.Sim.AddVolume(simtest.Foreign, "csi-2", 50)
	found := drain.External{
		Volumes:   []drain.Volume{{ID: volume, PVC: "kafka/data-0"}, {ID: foreign, PVC: "kafka/data-1"}, {ID: "ocid1.volume.oc1..none"}},
		Balancers: []drain.Balancer{{Service: "ingress/controller", Addresses: []string{address}}, {Service: "a/b", Addresses: []string{"203.0.113.99"}}},
	}
	for range 2 { // again before the drain
		if err := opened.RecordExternal(t.Context(), found); err != nil {
			t.Fatal(err)
		}
	}
	if got, want := r.storedLines(t), fmt.Sprintf("oci/vcn %s, oci/volume %s, oci/loadbalancer %s", ours["vcn"], volume, balancer); got != want {
		t.Errorf("stored are %s, want %s", got, want)
	}
}
