package platform

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	storagev1 "k8s.io/api/storage/v1"
	"sigs.k8s.io/yaml"

	"assay.dev/assay/harness/process/steps"
	"assay.dev/assay/hermetic/host"
	"assay.dev/assay/spec/todo"
)

// withNodes is a platform of this repository whose nodes are like OKE's, or of kind.
func withNodes(t *testing.T, nodes string) *Platform {
	t.Helper()
	t.Setenv(NodesEnv, nodes)
	repo, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	p := newPlatform(t)
	p.repo = repo
	return p
}

func stepNames(plan []steps.Step) []string {
	var names []string
	for _, step := range plan {
		names = append(names, step.Name)
	}
	return names
}

func TestNodesAreThoseOfKindUnlessOthersAreNamed(t *testing.T) {
	for value, want := range map[string]Nodes{"": KindNodes, "kind": KindNodes, "oke": OKENodes} {
		if got := withNodes(t, value).nodes; got != want {
			t.Errorf("%s=%q: nodes %q, want %q", NodesEnv, value, got, want)
		}
	}
	t.Setenv(NodesEnv, "gke")
	if _, err := New(t.TempDir(), todo.Must(), &bytes.Buffer{}, false); err == nil || !strings.Contains(err.Error(), NodesEnv) {
		t.Errorf("nodes of another kind: %v", err)
	}
}

// TestOKENodesComeWithFlannelAndNothingDeployed: what is deployed, the environment of
// OKE deploys through the cloud's own way in.
func TestOKENodesComeWithFlannelAndNothingDeployed(t *testing.T) {
	flannel := map[Images]string{
		Hermetic: "image ghcr.io/flannel-io/flannel:v0.27.4", Public: "pull ghcr.io/flannel-io/flannel:v0.27.4",
		Mirror: "pull ghcr.io/flannel-io/flannel:v0.27.4",
	}
	deploying := []string{loadStep, deployStep, kafkaStep, appStep}
	for images, step := range flannel {
		for _, nodes := range []Nodes{KindNodes, OKENodes} {
			run, err := withNodes(t, string(nodes)).newRun(t.Context(), images)
			if err != nil {
				t.Fatal(err)
			}
			plan := run.plan()
			checkPlan(t, plan)
			names := stepNames(plan)
			if got := slices.Contains(names, step); got != (nodes == OKENodes) {
				t.Errorf("%s images, nodes %q: the plan has %q: %v", images, nodes, step, got)
			}
			for _, name := range deploying {
				if got := slices.Contains(names, name); got != (nodes == KindNodes) {
					t.Errorf("%s images, nodes %q: the plan has %q: %v", images, nodes, name, got)
				}
			}
			network := plan[slices.Index(names, networkStep)]
			if got := slices.Contains(network.Needs, step); got != (nodes == OKENodes) {
				t.Errorf("%s images, nodes %q: the pod network waits for %q: %v", images, nodes, step, got)
			}
		}
	}
}

func TestNoPortOfThisMachineLeadsToNodesLikeOKEs(t *testing.T) {
	for ingress, want := range map[Ports]int{{}: 0, nodePorts: 2} {
		config := clusterConfig("assay", Hermetic, "/hosts", ingress, host.Info{}, todo.Must().OCI)
		if got := len(config.Nodes[0].ExtraPortMappings); got != want {
			t.Errorf("ports %+v: %d lead to a node, want %d", ingress, got, want)
		}
	}
}

// TestAClusterWithOtherNodesIsNotReused: it has another pod network.
func TestAClusterWithOtherNodesIsNotReused(t *testing.T) {
	for _, made := range []Nodes{KindNodes, OKENodes} {
		for _, wanted := range []Nodes{KindNodes, OKENodes} {
			p := withNodes(t, string(wanted))
			state := State{Phase: PhaseDeploying, Images: Hermetic, Nodes: made, ClusterUID: "u-1", Cluster: "parts"}
			if err := p.saveState(state); err != nil {
				t.Fatal(err)
			}
			run, err := p.newRun(t.Context(), Hermetic)
			if err != nil {
				t.Fatal(err)
			}
			if reused := run.state.ClusterUID != ""; reused != (made == wanted) {
				t.Errorf("a cluster with nodes %q for nodes %q: reused %v", made, wanted, reused)
			}
		}
	}
}

// TestDeploymentsToOKENodesPutNothingIntoThem: their images come from a registry.
func TestDeploymentsToOKENodesPutNothingIntoThem(t *testing.T) {
	run, err := withNodes(t, "oke").newRun(t.Context(), Hermetic)
	if err != nil {
		t.Fatal(err)
	}
	for environment, want := range map[string]bool{
		environmentOf(Hermetic): true, simEnvironment(Hermetic): false, okeEnvironment: false,
	} {
		run.environment = environment
		plan := run.deployPlan("uid")
		checkPlan(t, plan)
		if got := slices.Contains(stepNames(plan), loadStep); got != want {
			t.Errorf("environment %s: images are put into nodes: %v", environment, got)
		}
	}
}

// TestTheProvisionerMayMakeOKEsVolumes: it refuses a path of a class that its
// configuration does not name.
func TestTheProvisionerMayMakeOKEsVolumes(t *testing.T) {
	content, err := os.ReadFile("../../hermetic/oke/storage.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var class storagev1.StorageClass
	if err := yaml.Unmarshal(content, &class); err != nil {
		t.Fatal(err)
	}
	var patch struct {
		Data map[string]string `json:"data"`
	}
	if err := json.Unmarshal([]byte(volumeConfig), &patch); err != nil {
		t.Fatal(err)
	}
	var config struct {
		NodePathMap []struct {
			Node  string   `json:"node"`
			Paths []string `json:"paths"`
		} `json:"nodePathMap"`
	}
	if err := json.Unmarshal([]byte(patch.Data["config.json"]), &config); err != nil {
		t.Fatal(err)
	}
	want := class.Parameters["nodePath"]
	if len(config.NodePathMap) != 1 || config.NodePathMap[0].Node != "DEFAULT_PATH_FOR_NON_LISTED_NODES" ||
		!slices.Equal(config.NodePathMap[0].Paths, []string{want}) {
		t.Errorf("the provisioner is told %+v, want %s for all nodes", config, want)
	}
}

// TestWhichClusterWasMadeIsWritten: whoever serves its load balancers pins it by that.
func TestWhichClusterWasMadeIsWritten(t *testing.T) {
	p := withNodes(t, "oke")
	p.repo = t.TempDir()
	if err := os.MkdirAll(p.artifacts(), 0o755); err != nil {
		t.Fatal(err)
	}
	run := &upRun{Platform: p, images: Public, state: State{Phase: PhaseDeploying, Images: Public, Nodes: OKENodes, ClusterUID: "u-1"}}
	if err := run.saveMade(); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(filepath.Join(p.artifacts(), "cluster-uid"))
	if err != nil || string(content) != "u-1\n" {
		t.Errorf("written is %q, %v", content, err)
	}
	state, err := p.loadState()
	if err != nil || state.ClusterUID != "u-1" || state.Nodes != OKENodes {
		t.Errorf("saved is %+v, %v", state, err)
	}
}
