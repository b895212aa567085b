package platform

import (
	"bytes"
	"strings"
	"testing"

	"assay.dev/assay/spec/todo"
)

func TestPlatformsOfOtherNamesShareNothing(t *testing.T) {
	one := newPlatform(t)
	if one.Name() != DefaultName {
		t.Errorf("the default name is %q", one.Name())
	}
	if err := one.saveState(State{Phase: PhaseReady, ClusterUID: "u"}); err != nil {
		t.Fatal(err)
	}
	t.Setenv(NameEnv, "second")
	two, err := New(one.repo, todo.Must(), &bytes.Buffer{}, false)
	if err != nil {
		t.Fatal(err)
	}
	if state, err := two.loadState(); state != nil || err != nil {
		t.Errorf("the second platform has the state of the first: %+v, %v", state, err)
	}
	if one.Kubeconfig() == two.Kubeconfig() || one.registry() == two.registry() {
		t.Errorf("both have %s and %s", one.Kubeconfig(), one.registry())
	}
	known, err := one.choosePorts(t.Context())
	if err != nil || known != nodePorts {
		t.Errorf("the ports of the default platform are %+v (%v), want %+v", known, err, nodePorts)
	}
	free, err := two.choosePorts(t.Context())
	if err != nil || free.HTTP == free.HTTPS || free.free(t.Context()) != nil {
		t.Errorf("the ports of the second platform are %+v (%v)", free, err)
	}
}

func TestSafetyDockersOwnNetworksAreNoPlatforms(t *testing.T) {
	for _, name := range []string{"host", "bridge", "none", "default"} {
		t.Setenv(NameEnv, name)
		_, err := New(t.TempDir(), todo.Must(), &bytes.Buffer{}, false)
		refused(t, err, NameEnv, name)
	}
}

func TestNamesOfPlatforms(t *testing.T) {
	for name, good := range map[string]bool{
		"a": true, "assay-2": true, strings.Repeat("a", 32): true,
		"-a": false, "a-": false, "2a": false, "A": false, "a/b": false, "..": false, strings.Repeat("a", 33): false,
	} {
		t.Setenv(NameEnv, name)
		got, err := Name()
		if good && (err != nil || got != name) || !good && (err == nil || !strings.Contains(err.Error(), NameEnv)) {
			t.Errorf("%q: got %q, %v", name, got, err)
		}
	}
}
