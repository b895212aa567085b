package platform

import (
	"bytes"
	"io"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"assay.dev/assay/hermetic/host"
	"assay.dev/assay/spec/todo"
)

// up is killed after each change that it makes in docker, before it hears of it; the
// next one goes on, and down removes all.
func TestSafetyAKilledUpLosesNothing(t *testing.T) {
	for after := 1; after <= 2; after++ {
		e := startFakeEngine(t)
		p := newPlatform(t)
		e.KilledAfter = after
		e.save(t)
		if err := p.startNetwork(t.Context(), io.Discard); err == nil && after == 1 {
			t.Error("the client was not killed")
		}
		_ = p.startRegistry(t.Context(), io.Discard, "image", "/layout")
		e.load(t)
		e.KilledAfter = 0
		e.save(t)
		bringUp(t, p)
		if names := e.names(t); len(names) != 5 {
			t.Errorf("after %d changes: there are %q", after, names)
		}
		if err := p.Down(t.Context()); err != nil {
			t.Error(err)
		}
		if names := e.names(t); len(names) > 0 {
			t.Errorf("after %d changes: %q are left", after, names)
		}
	}
}

// kind itself makes the nodes, on the fake engine, and fails when it looks into them:
// what it has made by then is the platform's own, as kind names and mounts it.
func TestSafetyNodesThatKindMadeAreKnown(t *testing.T) {
	e := startFakeEngine(t)
	p := newPlatform(t)
	if err := p.startNetwork(t.Context(), io.Discard); err != nil {
		t.Fatal(err)
	}
	config := clusterConfig(p.name, Public, t.TempDir(), nodePorts, host.Info{NCPU: 4, MemTotal: 16 << 30}, todo.Must().OCI)
	var log bytes.Buffer
	if _, err := p.createCluster(t.Context(), &log, config, "node:1", Ports{}); err == nil {
		t.Fatal("a cluster was made without docker")
	}
	want := []string{"assay", "assay-control-plane", "assay-worker", "assay-worker2"}
	if diff := cmp.Diff(want, e.names(t)); diff != "" {
		t.Fatalf("kind made other objects\n%s%s", diff, log.String())
	}
	made, err := p.recorded()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, entry := range made {
		if entry.ID != "" {
			names = append(names, entry.Name)
		}
	}
	slices.Sort(names)
	if diff := cmp.Diff(want, names); diff != "" || len(made) != len(want) {
		t.Errorf("recorded are %v\n%s", made, diff)
	}
	if err := p.Down(t.Context()); err != nil {
		t.Fatal(err)
	}
	if left := e.names(t); len(left) > 0 {
		t.Errorf("%q are left", left)
	}
}

// Somebody's container runs on the platform's network.
func TestSafetyANetworkInUseIsLeft(t *testing.T) {
	e := startFakeEngine(t)
	p := newPlatform(t)
	bringUp(t, p)
	e.load(t)
	e.Containers = append(e.Containers, fakeObject{ID: newToken(), Name: "guest", Network: e.Networks[0].ID})
	e.save(t)
	refused(t, p.Down(t.Context()), "guest")
	if diff := cmp.Diff([]string{"assay", "guest"}, e.names(t)); diff != "" {
		t.Error(diff)
	}
	if state, err := p.loadState(); err != nil || state == nil {
		t.Errorf("the state is %v (%v), though the network is left", state, err)
	}
}

// Without root the kernel's parameters are written by a node that runs.
func TestSysctlsAreWrittenByANodeThatRuns(t *testing.T) {
	e := startFakeEngine(t)
	stopped := fakeObject{ID: newToken(), Name: "a-control-plane", Labels: map[string]string{"stopped": "yes"}}
	running := fakeObject{ID: newToken(), Name: "a-worker"}
	e.Containers = []fakeObject{stopped, running}
	e.save(t)
	p := newPlatform(t)
	nodes := []dockerObject{{kind: networkKind, id: "n"}}
	for _, o := range e.Containers {
		nodes = append(nodes, dockerObject{kind: containerKind, id: o.ID, name: o.Name, cluster: "a"})
	}
	if err := p.writeByNode(t.Context(), io.Discard, nodes)("kernel/panic", "0"); err != nil {
		t.Fatal(err)
	}
	e.load(t)
	want := "exec " + running.ID + ` sh -c printf %s "$1" >"/proc/sys/$2" sh 0 kernel/panic`
	if len(e.Ran) != 2 || e.Ran[1] != want {
		t.Errorf("ran %q, want %q at last", e.Ran, want)
	}
	if err := p.writeByNode(t.Context(), io.Discard, nodes[:2])("kernel/panic", "0"); err == nil {
		t.Error("a stopped node wrote it")
	}
}
