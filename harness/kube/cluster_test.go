package kube_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"assay.dev/assay/harness/kube"
)

const patience = 5 * time.Second

func cluster(objects ...client.Object) *kube.Cluster {
	return &kube.Cluster{WithWatch: fake.NewClientBuilder().WithObjects(objects...).Build()}
}

func pod(name string, labels map[string]string) *corev1.Pod {
	return &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "todo-app", Name: name, UID: types.UID(name), Labels: labels}}
}

func TestFollowSeesWhatIsThereAndWhatChanges(t *testing.T) {
	c := cluster(pod("first", nil))
	// The fake server forgets what happens between a list and a watch: changes wait
	// until the watch is there.
	watching := make(chan struct{})
	c.WithWatch = interceptor.NewClient(c.WithWatch, interceptor.Funcs{
		Watch: func(ctx context.Context, to client.WithWatch, list client.ObjectList, options ...client.ListOption) (watch.Interface, error) {
			defer close(watching)
			return to.Watch(ctx, list, options...)
		},
	})
	go func() {
		<-watching
		_ = c.Create(context.Background(), pod("second", nil))
		_ = c.Delete(context.Background(), pod("first", nil))
	}()
	var counts []int
	err := kube.Follow(t.Context(), c, &corev1.PodList{}, patience, func(all map[types.UID]*corev1.Pod) (bool, error) {
		counts = append(counts, len(all))
		return len(counts) == 3, nil
	}, client.InNamespace("todo-app"))
	if err != nil || len(counts) != 3 || counts[0] != 1 || counts[1] != 2 || counts[2] != 1 {
		t.Errorf("saw %v, %v", counts, err)
	}
}

func TestFollowEnds(t *testing.T) {
	broken := errors.New("broken")
	err := kube.Follow(t.Context(), cluster(), &corev1.PodList{}, patience, func(map[types.UID]*corev1.Pod) (bool, error) { return false, broken })
	if !errors.Is(err, broken) {
		t.Errorf("with the error of who looks: %v", err)
	}
	err = kube.Follow(t.Context(), cluster(), &corev1.PodList{}, 20*time.Millisecond, func(map[types.UID]*corev1.Pod) (bool, error) { return false, nil })
	if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "20ms") {
		t.Errorf("with its timeout: %v", err)
	}
}

func TestPodsOf(t *testing.T) {
	labels := map[string]string{"app": "audit-worker"}
	deployment := &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Namespace: "todo-app", Name: "audit-worker"},
		Spec:       appsv1.DeploymentSpec{Selector: &metav1.LabelSelector{MatchLabels: labels}},
	}
	everything := &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Namespace: "todo-app", Name: "everything"},
		Spec:       appsv1.DeploymentSpec{Selector: &metav1.LabelSelector{}},
	}
	leaving := pod("leaving", labels)
	leaving.DeletionTimestamp, leaving.Finalizers = &metav1.Time{Time: time.Now()}, []string{"assay.dev/test"}
	evicted := pod("evicted", labels)
	evicted.Status.Phase = corev1.PodFailed
	c := cluster(deployment, everything, pod("its", labels), pod("another", map[string]string{"app": "other"}), leaving, evicted)
	pods, err := c.PodsOf(t.Context(), "Deployment", "todo-app", "audit-worker")
	if err != nil || len(pods) != 1 || pods[0].Name != "its" {
		t.Errorf("%v, %v", pods, err)
	}
	ending, err := c.EndingPodsOf(t.Context(), "Deployment", "todo-app", "audit-worker")
	if err != nil || len(ending) != 1 || ending[0].Name != "leaving" {
		t.Errorf("%v, %v", ending, err)
	}
	for kind, name := range map[string]string{"Deployment": "absent", "CronJob": "audit-worker"} {
		if _, err := c.PodsOf(t.Context(), kind, "todo-app", name); err == nil {
			t.Errorf("pods of %s %s", kind, name)
		}
	}
	if _, err := c.PodsOf(t.Context(), "Deployment", "todo-app", "everything"); err == nil {
		t.Error("a selector of everything tells nothing")
	}
}

func TestContainersOfNativeSidecars(t *testing.T) {
	p := &corev1.Pod{Spec: corev1.PodSpec{
		InitContainers: []corev1.Container{{Name: "once"}, {Name: "daprd", RestartPolicy: ptr.To(corev1.ContainerRestartPolicyAlways)}},
		Containers:     []corev1.Container{{Name: "app"}},
	}, Status: corev1.PodStatus{InitContainerStatuses: []corev1.ContainerStatus{{Name: "daprd", Ready: true}}}}
	if c, status := kube.Container(p, "daprd"); c == nil || status == nil || !status.Ready {
		t.Error("a native sidecar is not found")
	}
	if c, status := kube.Container(p, "none"); c != nil || status != nil {
		t.Error("a container that is not there is found")
	}
	if lasting := kube.LastingContainers(p); len(lasting) != 2 || lasting[0].Name != "daprd" || lasting[1].Name != "app" {
		t.Errorf("%v", lasting)
	}
}

func TestReady(t *testing.T) {
	object := func(generation, observed int64, conditions ...any) *unstructured.Unstructured {
		return &unstructured.Unstructured{Object: map[string]any{
			"metadata": map[string]any{"generation": generation},
			"status":   map[string]any{"observedGeneration": observed, "conditions": conditions},
		}}
	}
	good := map[string]any{"type": "Ready", "status": "True"}
	bad := map[string]any{"type": "NotReady", "status": "True", "reason": "Creating", "message": "wait"}
	tests := []struct {
		name   string
		object *unstructured.Unstructured
		want   bool
		reason string
	}{
		{"ready", object(2, 2, good), true, "Ready=True"},
		{"not ready", object(2, 2, bad), false, "NotReady=True Creating wait"},
		{"of an earlier generation", object(3, 2, good), false, "generation 2 of 3"},
		{"without conditions", object(1, 1), false, "no condition"},
	}
	for _, test := range tests {
		if ready, reason := kube.Ready(test.object); ready != test.want || !strings.Contains(reason, test.reason) {
			t.Errorf("%s: %v, %s", test.name, ready, reason)
		}
	}
}

func TestInstalledImages(t *testing.T) {
	of := func(name, status, image string) *corev1.Secret {
		return release(t, "todo-app", name, status, "---\napiVersion: v1\nkind: Service\nmetadata: {name: audit-worker}\n---\n# Source: x\napiVersion: apps/v1\nkind: Deployment\n"+
			"metadata:\n  name: audit-worker\nspec:\n  template:\n    spec:\n      containers:\n        - {name: audit-worker, image: "+image+"}\n")
	}
	c := cluster(of("v1", "superseded", "old:1"), of("v2", "deployed", "new:2"))
	images, err := c.InstalledImages(t.Context(), "todo-app", "audit-worker")
	if err != nil || images["audit-worker"] != "new:2" {
		t.Errorf("%v, %v", images, err)
	}
	if _, err := c.InstalledImages(t.Context(), "todo-app", "todo-backend"); err == nil {
		t.Error("images of a deployment that no release installed")
	}
}
