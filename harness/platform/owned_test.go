package platform

import (
	"bytes"
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/kind/pkg/apis/config/v1alpha4"

	"assay.dev/assay/harness/process/refusal"
)

// refused wants an error that ends the command with exit code 4, and that says all of
// want.
func refused(t *testing.T, err error, want ...string) {
	t.Helper()
	var refusal *refusal.Error
	if !errors.As(err, &refusal) {
		t.Errorf("the error is %v, want a refusal", err)
		return
	}
	for _, text := range want {
		if !strings.Contains(err.Error(), text) {
			t.Errorf("the error is %q, want %q in it", err, text)
		}
	}
}

// somebodys are another user's objects under the names of the platform "assay".
func somebodys() (containers, networks []fakeObject) {
	node := func(name string) fakeObject {
		return fakeObject{ID: newToken(), Name: name, Labels: map[string]string{clusterLabel: "assay"}}
	}
	return []fakeObject{
		node("assay-control-plane"), node("assay-worker"), node("assay-worker2"), node("renamed"),
		{ID: newToken(), Name: "assay-registry", Labels: map[string]string{ownLabel: "registry", madeLabel: newToken()}},
	}, []fakeObject{{ID: newToken(), Name: "assay", Labels: map[string]string{ownLabel: "network"}}}
}

func TestSafetyDownLeavesWhatOnlyBearsTheName(t *testing.T) {
	e := startFakeEngine(t)
	e.Containers, e.Networks = somebodys()
	e.save(t)
	before := e.names(t)
	p := newPlatform(t)
	refused(t, p.Down(t.Context()), "assay-control-plane", "assay-registry", "renamed", "network assay", NameEnv+"=other", "docker rm")
	if diff := cmp.Diff(before, e.names(t)); diff != "" || len(e.Ran) > 0 {
		t.Errorf("something was done: %q\n%s", e.Ran, diff)
	}
}

func TestSafetyUpRefusesWhatOnlyBearsTheName(t *testing.T) {
	containers, networks := somebodys()
	for i := range containers {
		e := startFakeEngine(t)
		e.Containers = []fakeObject{containers[i]}
		e.save(t)
		p := newPlatform(t)
		t.Setenv(ImagesEnv, string(Public))
		refused(t, p.Up(t.Context()), containers[i].Name)
		refused(t, p.startNetwork(t.Context(), io.Discard), containers[i].Name)
		refused(t, p.startRegistry(t.Context(), io.Discard, "image", "/layout"), containers[i].Name)
		_, err := p.createCluster(t.Context(), io.Discard, clusterOf("assay"), "node", Ports{})
		refused(t, err, containers[i].Name)
		if e.load(t); len(e.Ran) > 0 || len(e.Containers) != 1 {
			t.Errorf("%s: something was done: %q", containers[i].Name, e.Ran)
		}
	}
	e := startFakeEngine(t)
	e.Networks = networks
	e.save(t)
	refused(t, newPlatform(t).startNetwork(t.Context(), io.Discard), "network assay")
	if e.load(t); len(e.Ran) > 0 {
		t.Errorf("something was done: %q", e.Ran)
	}
}

// clusterOf is the configuration of a cluster as up makes it.
func clusterOf(name string) *v1alpha4.Cluster {
	return &v1alpha4.Cluster{Name: name, Nodes: []v1alpha4.Node{{Role: "control-plane"}, {Role: "worker"}, {Role: "worker"}}}
}

// runNodes lets the engine run what kind would run for the configuration.
func runNodes(t *testing.T, config *v1alpha4.Cluster, names ...string) {
	t.Helper()
	for i, name := range names {
		args := []string{"run", "--name", name, "--label", clusterLabel + "=" + config.Name}
		for _, mount := range config.Nodes[i].ExtraMounts {
			args = append(args, "--volume="+mount.HostPath+":"+mount.ContainerPath+":ro")
		}
		if _, err := docker(t.Context(), io.Discard, args...); err != nil {
			t.Fatal(err)
		}
	}
}

// bringUp makes what up makes in docker.
func bringUp(t *testing.T, p *Platform) {
	t.Helper()
	if err := errors.Join(p.startNetwork(t.Context(), io.Discard), p.startRegistry(t.Context(), io.Discard, "image", "/layout")); err != nil {
		t.Fatal(err)
	}
	own, err := p.owned(t.Context(), io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = own.Close() }()
	config := clusterOf(p.name)
	if err := p.markNodes(own, config); err != nil {
		t.Fatal(err)
	}
	// As if up was killed here: nothing of the nodes but the plan is recorded.
	runNodes(t, config, p.name+"-control-plane", p.name+"-worker", p.name+"-worker2")
	if err := p.saveState(State{Phase: PhaseDeploying, ClusterUID: "u"}); err != nil {
		t.Fatal(err)
	}
}

func TestSafetyDownRemovesAllThatUpMadeAndNothingElse(t *testing.T) {
	e := startFakeEngine(t)
	foreign := []fakeObject{
		{ID: newToken(), Name: "kind-control-plane", Labels: map[string]string{clusterLabel: "kind"}},
		{ID: newToken(), Name: "assay-database"},
		{ID: newToken(), Name: "assay2-control-plane", Labels: map[string]string{clusterLabel: "assay2"}},
	}
	e.Containers, e.Networks = slices.Clone(foreign), []fakeObject{{ID: newToken(), Name: "assay2"}}
	e.save(t)
	before := e.names(t)
	p := newPlatform(t)
	bringUp(t, p)
	if err := p.checkDocker(t.Context(), io.Discard); err != nil || !p.OwnsNodes(t.Context()) {
		t.Errorf("a second up: %v", err)
	}
	if err := p.Down(t.Context()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, e.names(t)); diff != "" {
		t.Error(diff)
	}
	if _, err := os.Stat(p.markDir()); !os.IsNotExist(err) {
		t.Errorf("the marks are left: %v", err)
	}
	if state, err := p.loadState(); state != nil || err != nil {
		t.Errorf("the state is left: %v, %v", state, err)
	}
	if err := p.Down(t.Context()); err != nil {
		t.Errorf("a second down: %v", err)
	}
}

// An object of the platform was removed and somebody made another one of its name.
func TestSafetyANameThatWasTakenOverIsLeft(t *testing.T) {
	e := startFakeEngine(t)
	p := newPlatform(t)
	bringUp(t, p)
	if err := p.checkDocker(t.Context(), io.Discard); err != nil { // all IDs are recorded
		t.Fatal(err)
	}
	e.load(t)
	e.Containers, e.Networks = somebodys()
	e.Ran = nil
	e.save(t)
	before := e.names(t)
	refused(t, p.Down(t.Context()), "assay-control-plane")
	if p.OwnsNodes(t.Context()) {
		t.Error("somebody's nodes can be stopped")
	}
	if diff := cmp.Diff(before, e.names(t)); diff != "" || len(e.Ran) > 0 {
		t.Errorf("something was done: %q\n%s", e.Ran, diff)
	}
}

func TestSafetyDownKeepsTheStateWithoutItsEngine(t *testing.T) {
	for name, upset := range map[string]func(*fakeEngine){
		"the engine does not answer": func(e *fakeEngine) { e.Unreachable = true },
		"another engine answers":     func(e *fakeEngine) { e.ID, e.Containers, e.Networks = "engine-2", nil, nil },
	} {
		e := startFakeEngine(t)
		p := newPlatform(t)
		bringUp(t, p)
		e.load(t)
		e.Ran = nil
		upset(e)
		e.save(t)
		refused(t, p.Down(t.Context()), "DOCKER_HOST", "engine-1")
		if state, err := p.loadState(); err != nil || state == nil || state.ClusterUID != "u" {
			t.Errorf("%s: the state is %v (%v)", name, state, err)
		}
		if out := p.out.(*bytes.Buffer).String(); strings.Contains(out, "is left") {
			t.Errorf("%s: down said %q", name, out)
		}
		if e.load(t); len(e.Ran) > 0 {
			t.Errorf("%s: something was done: %q", name, e.Ran)
		}
		if name == "another engine answers" {
			refused(t, p.startNetwork(t.Context(), io.Discard), "engine-1")
		}
	}
}

func TestSafetyDownKeepsAStateWithoutInventory(t *testing.T) {
	startFakeEngine(t)
	p := newPlatform(t)
	if err := p.saveState(State{Phase: PhaseReady, ClusterUID: "u"}); err != nil {
		t.Fatal(err)
	}
	refused(t, p.Down(t.Context()), "cluster UID u")
	if state, err := p.loadState(); err != nil || state == nil {
		t.Errorf("the state is %v (%v)", state, err)
	}
}

func TestDownOfNothingNeedsNoDocker(t *testing.T) {
	e := startFakeEngine(t)
	e.Unreachable = true
	e.save(t)
	if err := newPlatform(t).Down(t.Context()); err != nil {
		t.Error(err)
	}
}
