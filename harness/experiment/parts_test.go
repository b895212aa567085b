package experiment

import (
	"slices"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/kube"
	"assay.dev/assay/harness/record/observe"
	"assay.dev/assay/spec/todo"
)

func pod(namespace, name string, ready bool) *corev1.Pod {
	status := corev1.ConditionFalse
	if ready {
		status = corev1.ConditionTrue
	}
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name, UID: types.UID(name), Labels: map[string]string{}},
		Spec:       corev1.PodSpec{NodeName: "assay-worker"},
		Status: corev1.PodStatus{
			Phase: corev1.PodRunning, Conditions: []corev1.PodCondition{{Type: corev1.PodReady, Status: status}},
			ContainerStatuses: []corev1.ContainerStatus{{Name: "app"}},
		},
	}
}

func TestCanaries(t *testing.T) {
	c := &Canaries{birds: []corev1.Pod{*pod(CanaryNamespace, "canary-0", true)}}
	restarted := pod(CanaryNamespace, "canary-0", true)
	restarted.Status.ContainerStatuses[0].RestartCount = 1
	replaced := pod(CanaryNamespace, "canary-0", true)
	replaced.UID = "another"
	for name, test := range map[string]struct {
		pods  []corev1.Pod
		blast []string
		want  string // part of the error, empty for none
	}{
		"untouched":         {pods: c.birds},
		"gone":              {want: "is gone"},
		"replaced":          {pods: []corev1.Pod{*replaced}, want: "is gone"},
		"not ready":         {pods: []corev1.Pod{*pod(CanaryNamespace, "canary-0", false)}, want: "not ready"},
		"restarted":         {pods: []corev1.Pod{*restarted}, want: "restarted"},
		"its node is taken": {blast: []string{"node/assay-worker"}},
		"another node is":   {blast: []string{"node/assay-worker2"}, want: "is gone"},
	} {
		err := c.hurt(test.pods, test.blast)
		if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", name, err, test.want)
		}
	}
}

func TestHealth(t *testing.T) {
	one := int32(1)
	healthy := func() []client.Object {
		broker, zookeeper := pod("kafka", "todo-kafka-kafka-0", true), pod("kafka", "todo-kafka-zookeeper-0", true)
		broker.Labels["strimzi.io/name"], zookeeper.Labels["strimzi.io/name"] = "todo-kafka-kafka", "todo-kafka-zookeeper"
		return []client.Object{broker, zookeeper,
			&corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: "assay-worker"}, Status: corev1.NodeStatus{
				Conditions: []corev1.NodeCondition{{Type: corev1.NodeReady, Status: corev1.ConditionTrue}},
			}},
			&appsv1.Deployment{
				ObjectMeta: metav1.ObjectMeta{Namespace: "todo-app", Name: "audit-worker"},
				Spec:       appsv1.DeploymentSpec{Replicas: &one},
				Status:     appsv1.DeploymentStatus{Replicas: 1, UpdatedReplicas: 1, AvailableReplicas: 1},
			},
			&appsv1.StatefulSet{
				ObjectMeta: metav1.ObjectMeta{Namespace: "postgresql", Name: "postgresql"},
				Spec:       appsv1.StatefulSetSpec{Replicas: &one}, Status: appsv1.StatefulSetStatus{ReadyReplicas: 1},
			},
		}
	}
	for name, test := range map[string]struct {
		change func([]client.Object) []client.Object
		want   string
	}{
		"whole":         {change: func(o []client.Object) []client.Object { return o }},
		"no broker":     {change: func(o []client.Object) []client.Object { return o[1:] }, want: "has 0 of 1 pods"},
		"pod not ready": {change: func(o []client.Object) []client.Object { return append(o, pod("todo-app", "a", false)) }, want: "todo-app/a"},
		"foreign pod":   {change: func(o []client.Object) []client.Object { return append(o, pod("default", "a", false)) }},
		"node": {change: func(o []client.Object) []client.Object {
			o[2].(*corev1.Node).Status.Conditions[0].Status = corev1.ConditionUnknown
			return o
		}, want: "node assay-worker"},
		"rollout": {change: func(o []client.Object) []client.Object {
			o[3].(*appsv1.Deployment).Status.UpdatedReplicas = 0
			return o
		}, want: "audit-worker"},
		"old pod is left":  {change: func(o []client.Object) []client.Object { o[3].(*appsv1.Deployment).Status.Replicas = 2; return o }, want: "audit-worker"},
		"database is away": {change: func(o []client.Object) []client.Object { o[4].(*appsv1.StatefulSet).Status.ReadyReplicas = 0; return o }, want: "postgresql"},
	} {
		objects := test.change(healthy())
		cluster := &kube.Cluster{WithWatch: fake.NewClientBuilder().WithScheme(clientgoscheme.Scheme).WithObjects(objects...).Build()}
		ill, err := Pods{Cluster: cluster, Spec: todo.Must()}.ill(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if test.want == "" && len(ill) > 0 || test.want != "" && !slices.ContainsFunc(ill, func(s string) bool { return strings.Contains(s, test.want) }) {
			t.Errorf("%s: %q, want %q", name, ill, test.want)
		}
	}
}

func TestExpectedCountsWaitForWhatIsOwed(t *testing.T) {
	journal, err := observe.Start(t.TempDir(), "run", "counts", 1)
	if err != nil {
		t.Fatal(err)
	}
	l := newExpectedCounts(journal, todo.Must().Load)
	defer func() { _ = journal.Close() }()
	for _, r := range []history.Request{
		{Result: history.Accepted, Change: "create", Event: "e1", Key: "t1", Method: "POST", Path: "/"},
		{Result: history.Accepted, Change: "delete", Key: "t1", Method: "DELETE", Path: "/"},
		{Result: history.Refused, Change: "create", Key: "t2", Method: "POST", Path: "/"},
		{Result: history.Accepted, Method: "GET", Path: "/"},
	} {
		if err := l.Write(r); err != nil {
			t.Fatal(err)
		}
	}
	seen := func(records ...history.Record) []observe.Capture {
		var captures []observe.Capture
		for _, r := range records {
			captures = append(captures, observe.Capture{Record: r})
		}
		return captures
	}
	if due := l.due(nil); len(due) != 2 {
		t.Errorf("due %v, want a creation and a deletion", due)
	}
	created := history.Record{ID: "e1", Type: "task.created", EventKey: "t1"}
	if due := l.due(seen(created)); len(due) != 1 || !strings.Contains(due[0], "t1") {
		t.Errorf("due %v, want the deletion", due)
	}
	if due := l.due(seen(created, history.Record{ID: "e2", Type: "task.deleted", EventKey: "t1"})); len(due) != 0 {
		t.Errorf("due %v, want nothing", due)
	}
}
