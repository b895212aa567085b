package operator

import (
	"fmt"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"assay.dev/assay/standins/strimzi/api"
	"assay.dev/assay/standins/strimzi/cluster"
	"assay.dev/assay/standins/strimzi/kafkaadmin"
)

func TestNextStep(t *testing.T) {
	// a pod is written as name, revision and flags: r ready, d being deleted
	pod := func(text string) corev1.Pod {
		var name, revision, flags string
		_, _ = fmt.Sscan(text, &name, &revision, &flags)
		p := corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: name, UID: types.UID(name),
			Annotations: map[string]string{cluster.AnnotationRevision: revision}}}
		if strings.Contains(flags, "r") {
			p.Status.Conditions = []corev1.PodCondition{{Type: corev1.PodReady, Status: corev1.ConditionTrue}}
		}
		if strings.Contains(flags, "d") {
			p.DeletionTimestamp = &metav1.Time{}
			p.DeletionTimestamp.Time = p.DeletionTimestamp.AddDate(2026, 0, 0)
		}
		return p
	}
	for name, tc := range map[string]struct {
		pods    []string
		last    string
		restart string
		waiting string
	}{
		"all well":                       {pods: []string{"k-0 new r", "k-1 new r", "k-2 new r"}},
		"missing":                        {pods: []string{"k-0 new r", "k-1 old r"}, waiting: "k-2 to be created"},
		"on its way out":                 {pods: []string{"k-0 new rd", "k-1 old r", "k-2 old r"}, waiting: "k-0 to be created"},
		"not ready, nothing to change":   {pods: []string{"k-0 new .", "k-1 new r", "k-2 new r"}, waiting: "k-0 to be ready"},
		"first of several":               {pods: []string{"k-0 old r", "k-1 old r", "k-2 old r"}, restart: "k-0"},
		"one at a time":                  {pods: []string{"k-0 new .", "k-1 old r", "k-2 old r"}, waiting: "k-0 to be ready"},
		"a broken old pod comes first":   {pods: []string{"k-0 old r", "k-1 old .", "k-2 old r"}, restart: "k-1"},
		"even when another is not ready": {pods: []string{"k-0 new .", "k-1 old .", "k-2 new r"}, restart: "k-1"},
		"the controller comes last":      {pods: []string{"k-0 old r", "k-1 old r", "k-2 new r"}, last: "k-0", restart: "k-1"},
		"but it comes":                   {pods: []string{"k-0 old r", "k-1 new r", "k-2 new r"}, last: "k-0", restart: "k-0"},
		"one too many":                   {pods: []string{"k-0 new r", "k-1 new r", "k-2 new r", "k-3 new r"}, waiting: "1 pods to be removed"},
	} {
		t.Run(name, func(t *testing.T) {
			set := &api.StrimziPodSet{}
			for _, text := range []string{"k-0 new", "k-1 new", "k-2 new"} {
				set.Spec.Pods = append(set.Spec.Pods, pod(text))
			}
			var pods []corev1.Pod
			for _, text := range tc.pods {
				pods = append(pods, pod(text))
			}
			got := nextStep(set, pods, tc.last)
			restart := ""
			if got.restart != nil {
				restart = got.restart.Name
			}
			if restart != tc.restart || !strings.Contains(got.waitingFor, tc.waiting) ||
				(tc.waiting == "") != (got.waitingFor == "") {
				t.Errorf("restart %q, waiting for %q", restart, got.waitingFor)
			}
		})
	}
}

func TestConfigurationRollsOneBrokerAtATime(t *testing.T) {
	b := newBench(t)
	b.settle()
	before := b.podUIDs()
	b.edit(func(k *api.Kafka) {
		k.Spec.Kafka.Config = map[string]apiextensionsv1.JSON{"log.retention.hours": {Raw: []byte("1")}}
	})
	var order []string
	for range 12 {
		b.reconcile()
		for name, uid := range b.podUIDs() {
			if before[name] != uid {
				order = append(order, name)
				before[name] = uid
			}
		}
		// a second round without the pod ready must not take another
		b.reconcile()
		if changed := changed(before, b.podUIDs()); len(changed) > 0 {
			t.Fatalf("%v went while another pod was not ready", changed)
		}
		b.ready()
	}
	// broker 0 is the controller
	if got := strings.Join(order, " "); got != "todo-kafka-kafka-1 todo-kafka-kafka-2 todo-kafka-kafka-0" {
		t.Errorf("restarted %s", got)
	}
	if c := b.condition(); c.Type != "Ready" || b.status().ObservedGeneration != 2 {
		t.Errorf("status = %+v", b.status())
	}
}

func TestRollingWaitsForReplicas(t *testing.T) {
	b := newBench(t)
	b.settle()
	before := b.podUIDs()
	b.view.Partitions = []kafkaadmin.Partition{{Topic: "task-events", ID: 1, Replicas: []int32{0, 1, 2}, ISR: []int32{0, 1}}}
	b.edit(func(k *api.Kafka) { k.Spec.Kafka.JvmOptions = &api.JvmOptions{Xmx: "1g"} })
	if result := b.reconcile(); result.RequeueAfter != brokerRecheck {
		t.Errorf("asked again after %s", result.RequeueAfter)
	}
	b.reconcile()
	if changed := changed(before, b.podUIDs()); len(changed) > 0 {
		t.Errorf("%v went although replicas were out of sync", changed)
	}
	b.view.Partitions[0].ISR = []int32{0, 1, 2}
	b.reconcile()
	b.reconcile()
	if changed := changed(before, b.podUIDs()); len(changed) != 1 {
		t.Errorf("restarted %v, want one", changed)
	}
}

func changed(before, after map[string]types.UID) []string {
	var names []string
	for name, uid := range after {
		if before[name] != uid {
			names = append(names, name)
		}
	}
	return names
}
