package fault

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	chaosv1alpha1 "github.com/chaos-mesh/chaos-mesh/api/v1alpha1"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"assay.dev/assay/spec"
	"assay.dev/assay/spec/source"
	"assay.dev/assay/spec/todo/todotest"
)

// A fault that is data: one of the auditor's pods is killed.
const (
	killRow = `name: one-auditor, what: One auditor is killed, manifest: faults/one.yaml, target: {role: application, name: audit-worker}, ` +
		`proof: {witness: pod-replaced}, group: applications, kubernetesReady: 60s, eventsFlowing: 90s`
	killManifest = `apiVersion: chaos-mesh.org/v1alpha1
kind: PodChaos
metadata: {name: not-ours}
spec:
  action: pod-kill
  mode: one
  selector:
    namespaces: [todo-app]
    labelSelectors: {app: audit-worker}
`
	cutRow = `name: cut, what: The auditors are cut off, manifest: faults/one.yaml, target: {role: application, name: audit-worker}, ` +
		`peer: {role: infrastructure, name: postgresql, port: 5432}, proof: {witness: connection-failed}, group: state-store, kubernetesReady: 60s, eventsFlowing: 90s, hold: 20s`
	cutManifest = `apiVersion: chaos-mesh.org/v1alpha1
kind: NetworkChaos
spec:
  action: partition
  mode: all
  selector: {namespaces: [todo-app], labelSelectors: {app: audit-worker}}
  direction: to
  target:
    mode: all
    selector: {namespaces: [postgresql], labelSelectors: {app: postgresql}}
  duration: 2m
`
)

// withManifest is the reference with one more fault.
func withManifest(t *testing.T, row, manifest string) *spec.Spec {
	t.Helper()
	s, err := source.Open(todotest.Fault(t, "  - {"+row+"}\n", "one.yaml", manifest))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// pod is a running pod of an app in a namespace.
func pod(namespace, name, app string) *corev1.Pod {
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name, UID: types.UID("uid-" + name), Labels: map[string]string{"app": app}},
		Status:     corev1.PodStatus{Phase: corev1.PodRunning, Conditions: []corev1.PodCondition{{Type: corev1.PodReady, Status: corev1.ConditionTrue}}},
	}
}

// owners own the pods of the auditor and of the database.
func owners() []client.Object {
	by := func(app string) *metav1.LabelSelector {
		return &metav1.LabelSelector{MatchLabels: map[string]string{"app": app}}
	}
	return []client.Object{
		&appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Namespace: "todo-app", Name: "audit-worker"}, Spec: appsv1.DeploymentSpec{Selector: by("audit-worker")}},
		&appsv1.StatefulSet{ObjectMeta: metav1.ObjectMeta{Namespace: "postgresql", Name: "postgresql"}, Spec: appsv1.StatefulSetSpec{Selector: by("postgresql")}},
	}
}

// TestAManifestIsInjectedProvenAndTakenBack follows a fault that is data from its journal to
// its end.
func TestAManifestIsInjectedProvenAndTakenBack(t *testing.T) {
	two, one := pod("todo-app", "audit-worker-2", "audit-worker"), pod("todo-app", "audit-worker-1", "audit-worker")
	lab := labOf(t, withManifest(t, killRow, killManifest), append(owners(), two, one)...)
	ctx := t.Context()
	made, err := New(lab, "one-auditor")
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(made.Available(ctx), made.Prepare(ctx)); err != nil {
		t.Fatal(err)
	}
	if got := made.Blast(); !slices.Equal(got, []string{"todo-app/audit-worker-1"}) {
		t.Errorf("blast %v", got)
	}
	var injected chaosv1alpha1.PodChaosList
	if err := lab.Cluster.List(ctx, &injected); err != nil || len(injected.Items) != 0 {
		t.Fatalf("injected before it was asked for: %v, %v", injected.Items, err)
	}
	entries, err := lab.open(ctx)
	if err != nil || len(entries) != 1 || entries[0].fault != "one-auditor" || entries[0].undos[0].Kind != "PodChaos" || entries[0].undos[0].Name != "assay-one-auditor" {
		t.Fatalf("the journal holds %+v, %v", entries, err)
	}
	if err := made.Inject(ctx); err != nil {
		t.Fatal(err)
	}
	if err := lab.Cluster.List(ctx, &injected); err != nil || len(injected.Items) != 1 {
		t.Fatalf("%v, %v", injected.Items, err)
	}
	got := injected.Items[0]
	if got.Namespace != lab.chaosNamespace() || got.Name != "assay-one-auditor" || got.Labels[faultLabel] != "one-auditor" || got.Labels[managedByLabel] != managedByValue {
		t.Errorf("%+v", got.ObjectMeta)
	}
	hit := got.Spec.Selector.Pods["todo-app"]
	if got.Spec.Action != chaosv1alpha1.PodKillAction || got.Spec.Mode != chaosv1alpha1.AllMode || !slices.Equal(hit, []string{"audit-worker-1"}) || got.Spec.Selector.Namespaces != nil {
		t.Errorf("%+v", got.Spec)
	}
	// Nothing has happened yet, whatever Chaos Mesh says.
	lab.Spec.Timeouts.FaultEffect = spec.Duration{Duration: 20 * time.Millisecond}
	got.Status.Conditions = []chaosv1alpha1.ChaosCondition{{Type: chaosv1alpha1.ConditionAllInjected, Status: corev1.ConditionTrue}}
	if err := lab.Cluster.Update(ctx, &got); err != nil {
		t.Fatal(err)
	}
	if proof, err := made.Proof(ctx); err == nil {
		t.Errorf("proven by the injector's own word: %+v", proof)
	}
	if err := lab.Cluster.Delete(ctx, one); err != nil {
		t.Fatal(err)
	}
	if proof, err := made.Proof(ctx); err != nil || !strings.Contains(proof.Text, "uid-audit-worker-1") {
		t.Errorf("%+v, %v", proof, err)
	}
	if left, err := made.Residue(ctx); err != nil || len(left) != 1 {
		t.Errorf("before recovery %v is left, %v", left, err)
	}
	if err := made.Recover(ctx); err != nil {
		t.Fatal(err)
	}
	left, err := made.Residue(ctx)
	if entries, open := lab.open(ctx); err != nil || len(left) > 0 || len(entries) > 0 || open != nil {
		t.Errorf("left %v, %v; the journal holds %v, %v", left, err, entries, open)
	}
}

// TestAKilledRunsManifestIsCleanedUp heals what the journal of a killed run names.
func TestAKilledRunsManifestIsCleanedUp(t *testing.T) {
	lab := labOf(t, withManifest(t, killRow, killManifest), append(owners(), pod("todo-app", "audit-worker-1", "audit-worker"))...)
	made, err := New(lab, "one-auditor")
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(made.Prepare(t.Context()), made.Inject(t.Context())); err != nil {
		t.Fatal(err)
	}
	cleaned, err := lab.Cleanup(t.Context())
	if err != nil || !slices.Equal(cleaned.Faults, []string{"one-auditor"}) || !slices.Equal(cleaned.Found, []string{"PodChaos chaos-mesh/assay-one-auditor"}) {
		t.Errorf("%+v, %v", cleaned, err)
	}
}

// TestAManifestHitsItsTargetAlone selects more, or less, than the declared target: nothing
// is injected, and nothing stands in the journal.
func TestAManifestHitsItsTargetAlone(t *testing.T) {
	for name, tc := range map[string]struct{ from, to, want string }{
		"all of the namespace":  {"    labelSelectors: {app: audit-worker}\n", "", "selects pod todo-app/web-1, which is none of the declared target"},
		"another application":   {"app: audit-worker", "app: web", "selects pod todo-app/web-1"},
		"nothing":               {"app: audit-worker", "app: none", "does not select pod todo-app/audit-worker-1"},
		"a pod by another name": {"    namespaces: [todo-app]\n    labelSelectors: {app: audit-worker}", "    pods: {todo-app: [web-1]}", "selects pod todo-app/web-1"},
	} {
		t.Run(name, func(t *testing.T) {
			if !strings.Contains(killManifest, tc.from) {
				t.Fatal(tc.from)
			}
			s := withManifest(t, killRow, strings.Replace(killManifest, tc.from, tc.to, 1))
			lab := labOf(t, s, append(owners(), pod("todo-app", "audit-worker-1", "audit-worker"), pod("todo-app", "web-1", "web"))...)
			made, err := New(lab, "one-auditor")
			if err != nil {
				t.Fatal(err)
			}
			if err := made.Prepare(t.Context()); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("%v, want %s", err, tc.want)
			}
			if entries, err := lab.open(t.Context()); err != nil || len(entries) > 0 {
				t.Errorf("the journal holds %v, %v", entries, err)
			}
		})
	}
}

// TestTheOtherSideIsNamedToo names the pods of both sides of a partition, and scrubs both.
func TestTheOtherSideIsNamedToo(t *testing.T) {
	worker, database := pod("todo-app", "audit-worker-1", "audit-worker"), pod("postgresql", "postgresql-0", "postgresql")
	lab := labOf(t, withManifest(t, cutRow, cutManifest), append(owners(), worker, database)...)
	made, err := New(lab, "cut")
	if err != nil {
		t.Fatal(err)
	}
	m, ok := made.(*manifested)
	if !ok {
		t.Fatalf("%T", made)
	}
	a := aim{of: lab.Spec.Fault("cut"), target: m.targets, peer: lab.part("postgresql")}
	if err := m.choosePeers(t.Context(), a.peer); err != nil {
		t.Fatal(err)
	}
	pods := []corev1.Pod{*worker}
	if err := errors.Join(m.selectsOnly(t.Context(), "spec", pods, a.target), m.selectsOnly(t.Context(), "spec.target", m.peers, a.peer)); err != nil {
		t.Fatal(err)
	}
	undos, err := m.traces(pods)
	if err != nil || len(undos) != 2 || undos[0].Do != scrub || undos[1].Namespace != "postgresql" {
		t.Errorf("%v, %v", undos, err)
	}
	m.blast = names(pods)
	if got := m.Blast(); !slices.Equal(got, []string{"todo-app/audit-worker-1", "postgresql/postgresql-0"}) {
		t.Errorf("blast %v", got)
	}
	described, ok := m.describe(pods).(*chaosv1alpha1.NetworkChaos)
	if !ok || !slices.Equal(described.Spec.Target.Selector.Pods["postgresql"], []string{"postgresql-0"}) || *described.Spec.Duration != "2m" || described.Spec.Direction != chaosv1alpha1.To {
		t.Errorf("%+v", described)
	}
	if other, ok := lab.Spec.Fault("cut").Chaos.Object.(*chaosv1alpha1.NetworkChaos); !ok || other.Spec.Target.Selector.Pods != nil {
		t.Error("the specification's own manifest was changed")
	}
}

// TestAManifestNeedsWhatChaosMeshCanDo: what the target does by means of assay's own is no
// help to a manifest.
func TestAManifestNeedsWhatChaosMeshCanDo(t *testing.T) {
	lab := labOf(t, withManifest(t, cutRow, cutManifest), owners()...)
	made, err := New(lab, "cut")
	if err != nil {
		t.Fatal(err)
	}
	if err := made.Available(t.Context()); err != nil {
		t.Errorf("on a target that lacks nothing: %v", err)
	}
	for _, state := range []struct{ unsupported, mechanisms map[spec.Capability]string }{
		{map[spec.Capability]string{partitioning: "no sets"}, nil},
		{nil, map[spec.Capability]string{partitioning: byRules}},
	} {
		lab.Unsupported, lab.Mechanisms = state.unsupported, state.mechanisms
		var missing *Missing
		if err := made.Available(t.Context()); !errors.As(err, &missing) || missing.Capability != partitioning {
			t.Errorf("%+v: %v", state, err)
		}
	}
}

// TestOnlyAManifestNeedsACapabilityProbeOfStress makes nothing for a specification that has none.
func TestOnlyAManifestNeedsACapabilityProbeOfStress(t *testing.T) {
	lab := newLab(t)
	if err := lab.canStressByChaos(t.Context()); err != nil {
		t.Error(err)
	}
	var made corev1.NamespaceList
	if err := lab.Cluster.List(t.Context(), &made); err != nil || len(made.Items) > 0 {
		t.Errorf("%v, %v", made.Items, err)
	}
}
