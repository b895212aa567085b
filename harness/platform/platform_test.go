package platform

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	dynamicfake "k8s.io/client-go/dynamic/fake"
	"k8s.io/client-go/kubernetes/fake"

	"assay.dev/assay/spec/todo"
)

func newPlatform(t *testing.T) *Platform {
	t.Helper()
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	t.Setenv(NameEnv, "")
	p, err := New(t.TempDir(), todo.Must(), &bytes.Buffer{}, false)
	if err != nil {
		t.Fatal(err)
	}
	// Not the socket of a platform that may be up on this machine.
	p.engine.Run = filepath.Join(t.TempDir(), "run")
	return p
}

func system(labels map[string]string) *corev1.Namespace {
	return &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "kube-system", UID: "u-1", Labels: labels}}
}

func TestOnlyOurOwnClusterIsTouched(t *testing.T) {
	ours := map[string]string{TargetLabel: TargetValue}
	for name, c := range map[string]struct {
		labels map[string]string
		uid    string
		good   bool
	}{
		"ours":              {ours, "u-1", true},
		"another cluster":   {ours, "u-2", false},
		"no label":          {nil, "u-1", false},
		"label says no":     {map[string]string{TargetLabel: "no"}, "u-1", false},
		"no UID was pinned": {ours, "", false},
	} {
		err := identify(t.Context(), fake.NewClientset(system(c.labels)), c.uid)
		if (err == nil) != c.good || err != nil && !errors.Is(err, errNotOurs) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestEachKindOfTroubleIsSeen(t *testing.T) {
	two := int32(2)
	meta := metav1.ObjectMeta{Namespace: "n", Name: "x"}
	rolling := metav1.ObjectMeta{Namespace: "n", Name: "rolling"}
	client := fake.NewClientset(
		&corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: "bad"}},
		// One new pod and the last old one are available, the second new one is not yet.
		&appsv1.Deployment{ObjectMeta: rolling, Spec: appsv1.DeploymentSpec{Replicas: &two}, Status: appsv1.DeploymentStatus{AvailableReplicas: 2, UpdatedReplicas: 2, Replicas: 3}},
		&appsv1.Deployment{ObjectMeta: meta, Spec: appsv1.DeploymentSpec{Replicas: &two}, Status: appsv1.DeploymentStatus{AvailableReplicas: 1, UpdatedReplicas: 2}},
		&appsv1.StatefulSet{ObjectMeta: meta, Spec: appsv1.StatefulSetSpec{Replicas: &two}},
		&appsv1.DaemonSet{ObjectMeta: meta, Status: appsv1.DaemonSetStatus{DesiredNumberScheduled: 3, NumberReady: 2}},
	)
	found, err := unhealthy(t.Context(), client)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"node bad is not ready", "deployment n/x has 1 of 2", "deployment n/rolling", "stateful set n/x has 0 of 2", "daemon set n/x has 2 of 3",
	} {
		if !strings.Contains(strings.Join(found, "\n"), want) {
			t.Errorf("%q lacks %q", found, want)
		}
	}
}

func TestReadyCountsForThePresentGenerationOnly(t *testing.T) {
	item := func(observed int64, status string) unstructured.Unstructured {
		return unstructured.Unstructured{Object: map[string]any{
			"metadata": map[string]any{"generation": int64(2)},
			"status": map[string]any{
				"observedGeneration": observed,
				"conditions":         []any{map[string]any{"type": "Ready", "status": status}},
			},
		}}
	}
	for want, items := range map[bool][]unstructured.Unstructured{
		true:  {item(2, "True")},
		false: {item(1, "True"), item(2, "False"), {Object: map[string]any{}}},
	} {
		for _, i := range items {
			if got, why := isReady(i); got != want {
				t.Errorf("%v: ready %v (%s), want %v", i.Object, got, why, want)
			}
		}
	}
}

func TestStateSurvivesAndDamageIsSaid(t *testing.T) {
	p := newPlatform(t)
	if state, err := p.loadState(); state != nil || err != nil {
		t.Fatalf("no state: got %v, %v", state, err)
	}
	if err := p.saveState(State{Phase: PhaseDeploying, ClusterUID: "u"}); err != nil {
		t.Fatal(err)
	}
	if state, err := p.loadState(); err != nil || state.Phase != PhaseDeploying || state.ClusterUID != "u" {
		t.Errorf("got %+v, %v", state, err)
	}
	if err := os.WriteFile(p.stateFile(), []byte(`{"phase":`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := p.loadState(); err == nil || !strings.Contains(err.Error(), "make down") {
		t.Errorf("a damaged state: %v", err)
	}
}

func TestUnfinishedPlatformIsNotReused(t *testing.T) {
	p := newPlatform(t)
	for _, phase := range []Phase{PhaseCreating, PhaseDeploying} {
		if err := p.saveState(State{Phase: phase, Images: Hermetic}); err != nil {
			t.Fatal(err)
		}
		if _, ok := p.reuse(t.Context()); ok {
			t.Errorf("a platform in phase %s was adopted", phase)
		}
		if _, err := p.Connect(t.Context()); err == nil || !strings.Contains(err.Error(), "make up") {
			t.Errorf("connect in phase %s: %v", phase, err)
		}
	}
}

func TestSecondRunAtTheSameTimeIsRefused(t *testing.T) {
	p := newPlatform(t)
	unlock, err := p.lock()
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()
	if _, err := p.lock(); err == nil || !strings.Contains(err.Error(), "another assay") {
		t.Errorf("got %v", err)
	}
}

// TestAWaitForTheLockIsSaid holds that tests beside an `up` do not stand still silently.
func TestAWaitForTheLockIsSaid(t *testing.T) {
	p := newPlatform(t)
	reader, out := io.Pipe()
	p.out = out
	unlock, err := p.lock()
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() {
		again, err := p.awaitLock(t.Context())
		if err == nil {
			again()
		}
		ended <- err
	}()
	line, err := bufio.NewReader(reader).ReadString('\n')
	if err != nil || !strings.Contains(line, "waiting for another assay process") || !strings.Contains(line, p.cache) {
		t.Errorf("%q, %v", line, err)
	}
	unlock()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	short, cancel := context.WithCancel(t.Context())
	cancel()
	if unlock, err = p.lock(); err != nil {
		t.Fatal(err)
	}
	defer unlock()
	p.out = io.Discard
	if _, err := p.awaitLock(short); err == nil {
		t.Error("a lock that another process holds was taken")
	}
}

func TestTakenPortIsNamed(t *testing.T) {
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	port := int32(listener.Addr().(*net.TCPAddr).Port)
	if err := (Ports{HTTP: port, HTTPS: port}).free(t.Context()); err == nil || !strings.Contains(err.Error(), "is taken") {
		t.Errorf("got %v", err)
	}
}

func TestAPIOutOfReachIsSeen(t *testing.T) {
	service := func(name, status string) *unstructured.Unstructured {
		return &unstructured.Unstructured{Object: map[string]any{
			"apiVersion": "apiregistration.k8s.io/v1", "kind": "APIService",
			"metadata": map[string]any{"name": name},
			"status": map[string]any{"conditions": []any{
				map[string]any{"type": "Available", "status": status, "message": "no route"},
			}},
		}}
	}
	client := dynamicfake.NewSimpleDynamicClient(runtime.NewScheme(), service("v1.good", "True"), service("v1.bad", "False"))
	found, err := unavailableAPIs(t.Context(), client)
	if err != nil {
		t.Fatal(err)
	}
	if len(found) != 1 || !strings.Contains(found[0], "v1.bad") || !strings.Contains(found[0], "no route") {
		t.Errorf("got %q", found)
	}
}
