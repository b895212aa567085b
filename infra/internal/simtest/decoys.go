package simtest

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

// OfAnotherCompartment is what Decoys reports of objects in Foreign.
const OfAnotherCompartment = "of another compartment"

// Foreign is the compartment of somebody else.
const Foreign = "ocid1.compartment.oc1..aaaaaaaasomebodyelse"

// Decoys makes objects that look in every way like those of a run, and are somebody
// else's: ForeignDecoys and, in the run's own compartment, twins with the same names
// and tags. The keys are OCIDs.
func (r *Region) Decoys(t *testing.T, run, expires string) map[string]string {
	t.Helper()
	all := r.ForeignDecoys(t, run, expires)
	for _, id := range r.Network(t, "", run, expires) {
		all[id] = "in this compartment, with the same names and tags"
	}
	all[r.Sim.AddVolume(r.Credentials.Compartment, "csi-1234", 50)] = "in this compartment, of the same name"
	return all
}

// ForeignDecoys are those of another compartment, and a cluster in this one whose VCN
// lies there.
func (r *Region) ForeignDecoys(t *testing.T, run, expires string) map[string]string {
	t.Helper()
	all := map[string]string{}
	add := func(what string, ids ...string) {
		for _, id := range ids {
			all[id] = what
		}
	}
	twin := r.Network(t, Foreign, run, expires)
	add(OfAnotherCompartment, slices.Collect(maps.Values(twin))...)
	add(OfAnotherCompartment, r.Sim.AddVolume(Foreign, "csi-1234", 50))

	// OKE allows a cluster whose VCN lies in another compartment.
	known := r.IDs("cluster")
	r.Create(t, "/20180222/clusters", map[string]any{"name": "todo-cluster", "vcnId": twin["vcn"], "kubernetesVersion": "v1.34.1"})
	cluster := newID(r.IDs("cluster"), known)
	add("a cluster with its VCN elsewhere", cluster)
	known = r.IDs("nodepool")
	r.Create(t, "/20180222/nodePools", map[string]any{
		"name": "todo-pool", "clusterId": cluster, "kubernetesVersion": "v1.34.1", "nodeShape": "VM.Standard.A1.Flex",
		"nodeShapeConfig":   map[string]any{"ocpus": 2, "memoryInGBs": 8},
		"nodeSourceDetails": map[string]any{"sourceType": "IMAGE", "imageId": "ocid1.image.oc1.eu-frankfurt-1.oraclelinux810aarch64202603310oke13411400", "bootVolumeSizeInGBs": 50},
		"nodeConfigDetails": map[string]any{"size": 1, "placementConfigs": []map[string]any{
			{"availabilityDomain": "aSim:EU-FRANKFURT-1-AD-1", "subnetId": twin["subnet"]},
		}},
	})
	add("a node pool with its VCN elsewhere", newID(r.IDs("nodepool"), known))
	return all
}

// ExpectUntouched fails for each call that would change a decoy, and for each decoy
// that is gone.
func (r *Region) ExpectUntouched(t *testing.T, decoys map[string]string) {
	t.Helper()
	for _, call := range r.Sim.Calls() {
		for id, what := range decoys {
			if call.Writes() && strings.Contains(call.Path, id) {
				t.Errorf("%s: %s", what, call)
			}
		}
	}
	exists := map[string]bool{}
	for _, resource := range r.Sim.Resources() {
		exists[resource.ID] = true
	}
	for id, what := range decoys {
		if !exists[id] {
			t.Errorf("%s: %s is gone", what, id)
		}
	}
}
