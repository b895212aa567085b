package fault

import (
	"crypto/tls"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	chaosv1alpha1 "github.com/chaos-mesh/chaos-mesh/api/v1alpha1"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

func contains(text, part string) bool { return strings.Contains(text, part) }

func partitionCR(finalizers ...string) *chaosv1alpha1.NetworkChaos {
	return &chaosv1alpha1.NetworkChaos{ObjectMeta: metav1.ObjectMeta{
		Namespace: "chaos-mesh", Name: "assay-partition", Labels: Labels("partition"), Finalizers: finalizers,
	}}
}

func set(replicas int32) *appsv1.StatefulSet {
	return &appsv1.StatefulSet{
		ObjectMeta: metav1.ObjectMeta{Namespace: "postgresql", Name: "postgresql"},
		Spec:       appsv1.StatefulSetSpec{Replicas: &replicas},
	}
}

func secret(content string) *corev1.Secret {
	return &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Namespace: "todo-app", Name: "todo-tls"},
		Data:       map[string][]byte{"tls.crt": []byte(content)},
	}
}

func TestStuckFinalizersAreFreedAndReported(t *testing.T) {
	lab := newLab(t, partitionCR("chaos-mesh/records"))
	u, err := lab.removal(partitionCR())
	if err != nil {
		t.Fatal(err)
	}
	var stuckErr *stuck
	if err := lab.remove(t.Context(), u); !errors.As(err, &stuckErr) || !slices.Equal(stuckErr.finalizers, []string{"chaos-mesh/records"}) {
		t.Errorf("error %v, want the finalizer that was freed", err)
	}
	if left, err := lab.unremoved(t.Context(), u); err != nil || len(left) > 0 {
		t.Errorf("left %v, error %v", left, err)
	}
}

func TestCleanupFinishesWhatAKilledRunStarted(t *testing.T) {
	nodes := fakeNodes{"assay-worker": "paused", "assay-worker2": "exited"}
	lab := newLab(t, partitionCR(), set(0), secret("good"),
		&corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: "assay-worker"}}, &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: "assay-worker2"}})
	lab.Nodes = nodes
	ctx := t.Context()

	// What a run does before and while it injects; then it is gone.
	if err := lab.remember(ctx, "postgresql-outage", []Undo{scaling(lab.part("postgresql")[0], "postgresql", 1)}); err != nil {
		t.Fatal(err)
	}
	undos, err := lab.save(ctx, "expired-tls-secret", Undo{Version: "v1", Kind: "Secret", Namespace: "todo-app", Name: "todo-tls"})
	if err != nil {
		t.Fatal(err)
	}
	if err := lab.remember(ctx, "expired-tls-secret", undos); err != nil {
		t.Fatal(err)
	}
	changed := secret("")
	if err := lab.Cluster.Get(ctx, client.ObjectKeyFromObject(changed), changed); err != nil {
		t.Fatal(err)
	}
	changed.Data["tls.crt"] = []byte("expired")
	if err := lab.Cluster.Update(ctx, changed); err != nil {
		t.Fatal(err)
	}

	cleaned, err := lab.Cleanup(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(cleaned.Faults, []string{"expired-tls-secret", "postgresql-outage"}) {
		t.Errorf("faults %v", cleaned.Faults)
	}
	for _, want := range []string{"wants 0 replicas instead of 1", "data differs", "node assay-worker is paused", "node assay-worker2 is exited", "NetworkChaos chaos-mesh/assay-partition"} {
		if !slices.ContainsFunc(cleaned.Found, func(found string) bool { return contains(found, want) }) {
			t.Errorf("%q is not among what was found: %q", want, cleaned.Found)
		}
	}
	assertRestored(t, lab, nodes)
	again, err := lab.Cleanup(ctx)
	if err != nil || !again.Clean() {
		t.Errorf("after healing there is something to heal: %+v, error %v", again, err)
	}
}

// assertRestored checks that nothing of the faults is left.
func assertRestored(t *testing.T, lab *Lab, nodes fakeNodes) {
	t.Helper()
	ctx := t.Context()
	database, served := set(0), secret("")
	if err := errors.Join(lab.Cluster.Get(ctx, client.ObjectKeyFromObject(database), database), lab.Cluster.Get(ctx, client.ObjectKeyFromObject(served), served)); err != nil {
		t.Fatal(err)
	}
	if *database.Spec.Replicas != 1 {
		t.Errorf("the database has %d replicas", *database.Spec.Replicas)
	}
	if string(served.Data["tls.crt"]) != "good" {
		t.Errorf("the certificate is %q", served.Data["tls.crt"])
	}
	for node, state := range nodes {
		if state != nodeRunning {
			t.Errorf("node %s is %s", node, state)
		}
	}
	var secrets corev1.SecretList
	if err := lab.Cluster.List(ctx, &secrets); err != nil || len(secrets.Items) != 1 {
		t.Errorf("%d secrets, want the one that was there; error %v", len(secrets.Items), err)
	}
	if err := lab.Cluster.Get(ctx, client.ObjectKeyFromObject(journal()), journal()); !apierrors.IsNotFound(err) {
		t.Errorf("the journal is still there: %v", err)
	}
	if err := lab.Cluster.Get(ctx, client.ObjectKeyFromObject(partitionCR()), partitionCR()); !apierrors.IsNotFound(err) {
		t.Errorf("the partition is still there: %v", err)
	}
}

func TestFaultThatIsStillOpenIsNotInjectedAgainNorForgotten(t *testing.T) {
	lab := newLab(t, set(1))
	ctx := t.Context()
	undos := []Undo{scaling(lab.part("postgresql")[0], "postgresql", 1)}
	if err := lab.remember(ctx, "postgresql-outage", undos); err != nil {
		t.Fatal(err)
	}
	second := base{lab: lab, name: "postgresql-outage"}
	if err := second.plan(ctx, nil, undos...); err == nil {
		t.Error("a fault was planned over one that is open")
	}
	if _, err := second.Residue(ctx); err != nil {
		t.Fatal(err)
	}
	if entries, err := lab.open(ctx); err != nil || len(entries) != 1 {
		t.Errorf("the journal has %d entries, error %v: the open fault was forgotten", len(entries), err)
	}
}

func TestDeletedObjectIsMadeAgainFromItsCopy(t *testing.T) {
	lab := newLab(t, secret("good"))
	ctx := t.Context()
	undos, err := lab.save(ctx, "deleted", Undo{Version: "v1", Kind: "Secret", Namespace: "todo-app", Name: "todo-tls"})
	if err != nil {
		t.Fatal(err)
	}
	if err := lab.Cluster.Delete(ctx, secret("")); err != nil {
		t.Fatal(err)
	}
	if left, err := lab.left(ctx, undos); err != nil || len(left) == 0 || !contains(left[0], "is missing") {
		t.Errorf("left %v, error %v", left, err)
	}
	f := base{lab: lab, name: "deleted", undos: undos}
	if err := f.Recover(ctx); err != nil {
		t.Fatal(err)
	}
	if left, err := f.Residue(ctx); err != nil || len(left) > 0 {
		t.Errorf("left %v, error %v", left, err)
	}
	again := secret("")
	if err := lab.Cluster.Get(ctx, client.ObjectKeyFromObject(again), again); err != nil || string(again.Data["tls.crt"]) != "good" {
		t.Errorf("the secret holds %q, error %v", again.Data["tls.crt"], err)
	}
}

func TestPodGetsItsImagesBack(t *testing.T) {
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: "todo-app", Name: "audit", UID: "1"},
		Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "app", Image: "good"}, {Name: "daprd", Image: "dapr"}}},
	}
	lab := newLab(t, pod)
	ctx := t.Context()
	u, err := reimaging(pod)
	if err != nil {
		t.Fatal(err)
	}
	changed := pod.DeepCopy()
	if err := lab.Cluster.Get(ctx, client.ObjectKeyFromObject(pod), changed); err != nil {
		t.Fatal(err)
	}
	changed.Spec.Containers[0].Image = "pause"
	if err := lab.Cluster.Update(ctx, changed); err != nil {
		t.Fatal(err)
	}
	if left, err := lab.unimaged(ctx, u); err != nil || len(left) != 1 {
		t.Errorf("left %v, error %v", left, err)
	}
	if err := lab.reimage(ctx, u); err != nil {
		t.Fatal(err)
	}
	if left, err := lab.unimaged(ctx, u); err != nil || len(left) > 0 {
		t.Errorf("left %v, error %v", left, err)
	}
}

func TestExpiredCertificateIsExpired(t *testing.T) {
	certificate, key, err := expired("todo.local")
	if err != nil {
		t.Fatal(err)
	}
	pair, err := tls.X509KeyPair(certificate, key)
	if err != nil {
		t.Fatal(err)
	}
	if !time.Now().After(pair.Leaf.NotAfter) || pair.Leaf.VerifyHostname("todo.local") != nil {
		t.Errorf("the certificate is for %v and good until %s", pair.Leaf.DNSNames, pair.Leaf.NotAfter)
	}
}
