package observe

import (
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/kubernetes/fake"
	k8stesting "k8s.io/client-go/testing"
)

// api is an API server whose watches the test feeds. The fake gives its lists no
// version, which a watch starts from.
func api(t *testing.T, objects ...runtime.Object) (*fake.Clientset, map[string]chan *watch.RaceFreeFakeWatcher) {
	t.Helper()
	client := fake.NewClientset(objects...)
	watches := map[string]chan *watch.RaceFreeFakeWatcher{}
	for _, kind := range []string{"pods", "deployments", "events"} {
		watches[kind] = make(chan *watch.RaceFreeFakeWatcher, 4)
		client.PrependWatchReactor(kind, func(k8stesting.Action) (bool, watch.Interface, error) {
			w := watch.NewRaceFreeFake()
			watches[kind] <- w
			return true, w, nil
		})
	}
	client.PrependReactor("list", "*", func(action k8stesting.Action) (bool, runtime.Object, error) {
		meta := metav1.ListMeta{ResourceVersion: "1"}
		switch action.GetResource().Resource {
		case "pods":
			list := &corev1.PodList{ListMeta: meta}
			for _, o := range objects {
				if pod, ok := o.(*corev1.Pod); ok {
					list.Items = append(list.Items, *pod)
				}
			}
			return true, list, nil
		case "deployments":
			return true, &appsv1.DeploymentList{ListMeta: meta}, nil
		}
		return true, &corev1.EventList{ListMeta: meta}, nil
	})
	return client, watches
}

func pod(namespace, name, version string, ready corev1.ConditionStatus, restarts int32) *corev1.Pod {
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name, UID: "uid", ResourceVersion: version},
		Status: corev1.PodStatus{
			Phase:             corev1.PodRunning,
			Conditions:        []corev1.PodCondition{{Type: corev1.PodReady, Status: ready}},
			ContainerStatuses: []corev1.ContainerStatus{{RestartCount: restarts}, {RestartCount: 1}},
		},
	}
}

// until waits until the history holds what the test wants, or the test's end.
func until(t *testing.T, log *memory, holds func() bool) {
	t.Helper()
	for {
		log.mu.Lock()
		done := holds()
		log.mu.Unlock()
		if done {
			return
		}
		select {
		case <-t.Context().Done():
			t.Fatal("not seen")
		case <-time.After(time.Millisecond):
		}
	}
}

func TestWhatIsThereAndWhatChangesIsRecorded(t *testing.T) {
	client, watches := api(t, pod("todo-app", "a", "1", corev1.ConditionFalse, 0), pod("elsewhere", "b", "1", corev1.ConditionTrue, 0))
	log := newMemory()
	k, err := WatchKubernetes(t.Context(), log, client, "todo-app")
	if err != nil {
		t.Fatal(err)
	}
	pods, deployments, events := <-watches["pods"], <-watches["deployments"], <-watches["events"]
	pods.Modify(pod("todo-app", "a", "2", corev1.ConditionTrue, 3))
	pods.Modify(pod("elsewhere", "b", "3", corev1.ConditionFalse, 1))
	pods.Delete(pod("todo-app", "a", "4", corev1.ConditionTrue, 3))
	replicas := int32(2)
	deployments.Add(&appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: "todo-app", Name: "d", ResourceVersion: "2", Generation: 4,
			Annotations: map[string]string{"deployment.kubernetes.io/revision": "7"},
		},
		Spec: appsv1.DeploymentSpec{Replicas: &replicas},
		Status: appsv1.DeploymentStatus{
			ObservedGeneration: 3, Conditions: []appsv1.DeploymentCondition{{Type: appsv1.DeploymentProgressing, Reason: "ReplicaSetUpdated"}},
		},
	})
	events.Add(&corev1.Event{
		ObjectMeta:     metav1.ObjectMeta{Namespace: "todo-app", Name: "e", ResourceVersion: "2"},
		InvolvedObject: corev1.ObjectReference{Kind: "Pod", Namespace: "todo-app", Name: "a"}, Reason: "Killing",
	})
	until(t, log, func() bool {
		return len(log.seen.Pods) == 3 && len(log.seen.Deployments) == 1 && len(log.seen.KubeEvents) == 1
	})
	if err := k.Stop(); err != nil {
		t.Fatal(err)
	}
	if p := log.seen.Pods; p[0].Ready || !p[1].Ready || p[1].Restarts != 4 || !p[2].Deleted {
		t.Errorf("pods %+v", p)
	}
	if d := log.seen.Deployments[0]; d.Revision != 7 || d.Replicas != 2 || d.Generation != 4 || d.Observed != 3 || d.Progressing != "ReplicaSetUpdated" || d.Template == "" {
		t.Errorf("deployment %+v", d)
	}
	if e := log.seen.KubeEvents[0]; e.Object != "Pod todo-app/a" || e.Reason != "Killing" {
		t.Errorf("event %+v", e)
	}
	if o := log.seen.Observers[0]; o.Lost != "" || len(o.Gaps) != 0 {
		t.Errorf("held out: %+v", o)
	}
}

func TestAPastThatIsForgottenIsAGap(t *testing.T) {
	client, watches := api(t)
	log := newMemory()
	k, err := WatchKubernetes(t.Context(), log, client, "todo-app")
	if err != nil {
		t.Fatal(err)
	}
	gone := apierrors.NewResourceExpired("too old").Status()
	(<-watches["pods"]).Error(&gone)
	(<-watches["pods"]).Add(pod("todo-app", "later", "9", corev1.ConditionTrue, 0)) // the watch after the gap
	until(t, log, func() bool { return len(log.seen.Pods) == 1 })
	if err := k.Stop(); err != nil {
		t.Fatal(err)
	}
	if o := log.seen.Observers[0]; len(o.Gaps) != 1 || o.Lost != "" {
		t.Errorf("held out: %+v", o)
	}
}
