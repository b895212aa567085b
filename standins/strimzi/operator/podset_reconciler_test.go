package operator

import (
	"context"
	"errors"
	"maps"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/record"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"assay.dev/assay/standins/strimzi/api"
)

func TestDeletedPodComesBack(t *testing.T) {
	b := newBench(t)
	b.settle()
	before := b.pod("todo-kafka-kafka-1")
	b.must(b.client.Delete(t.Context(), before))
	if _, err := b.sets.Reconcile(t.Context(), request("todo-kafka-kafka")); err != nil {
		t.Fatal(err)
	}
	after := b.pod("todo-kafka-kafka-1")
	if after.UID == before.UID {
		t.Error("the pod was not replaced")
	}
	owner := metav1.GetControllerOf(after)
	if owner == nil || owner.Kind != "StrimziPodSet" || owner.Name != "todo-kafka-kafka" {
		t.Errorf("owner = %v", owner)
	}
}

func TestPodThatEndedIsReplaced(t *testing.T) {
	b := newBench(t)
	b.settle()
	pod := b.pod("todo-kafka-kafka-0")
	uid := pod.UID
	pod.Status.Phase = corev1.PodFailed
	b.must(b.client.Status().Update(t.Context(), pod))
	b.settle()
	if b.pod("todo-kafka-kafka-0").UID == uid {
		t.Error("an evicted pod was left")
	}
}

func TestPodSetStatus(t *testing.T) {
	b := newBench(t)
	b.settle()
	b.setReady(b.pod("todo-kafka-kafka-0"), corev1.ConditionFalse)
	pod := b.pod("todo-kafka-kafka-1")
	annotate(pod, "strimzi.io/revision", "old")
	b.must(b.client.Update(t.Context(), pod))
	if _, err := b.sets.Reconcile(t.Context(), request("todo-kafka-kafka")); err != nil {
		t.Fatal(err)
	}
	want := api.StrimziPodSetStatus{ObservedGeneration: b.set("todo-kafka-kafka").Generation, Pods: 3, ReadyPods: 2, CurrentPods: 2}
	if got := b.set("todo-kafka-kafka").Status; got != want {
		t.Errorf("status = %+v, want %+v", got, want)
	}
}

// TestForeignPodThatMatchesIsDeleted holds what Strimzi 0.40.0 does
// (StrimziPodSetController): a pod that the selector matches and the set does not
// list is deleted, whoever made it.
func TestForeignPodThatMatchesIsDeleted(t *testing.T) {
	b := newBench(t)
	b.settle()
	labels := b.pod("todo-kafka-kafka-0").Labels
	other := maps.Clone(labels)
	other["strimzi.io/name"] = "todo-kafka-other"
	owned := []metav1.OwnerReference{{APIVersion: "apps/v1", Kind: "ReplicaSet", Name: "mine", UID: "mine", Controller: ptr.To(true)}}
	for _, pod := range []corev1.Pod{
		{ObjectMeta: metav1.ObjectMeta{Name: "mine", Labels: labels}},
		{ObjectMeta: metav1.ObjectMeta{Name: "todo-kafka-kafka-9", Labels: labels, OwnerReferences: owned}},
		{ObjectMeta: metav1.ObjectMeta{Name: "of-another-set", Labels: other}},
		{ObjectMeta: metav1.ObjectMeta{Name: "unlabelled"}},
	} {
		pod.Namespace = "kafka"
		b.must(b.client.Create(t.Context(), &pod))
	}
	for _, name := range []string{"mine", "todo-kafka-kafka-9"} {
		pod := b.pod(name)
		if got := b.sets.selecting(t.Context(), pod); len(got) != 1 || got[0] != request("todo-kafka-kafka") {
			t.Errorf("%s wakes %v, want its pod set", name, got)
		}
	}
	if got := b.sets.selecting(t.Context(), b.pod("unlabelled")); len(got) > 0 {
		t.Errorf("a pod that no set selects wakes %v", got)
	}
	if _, err := b.sets.Reconcile(t.Context(), request("todo-kafka-kafka")); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]bool{
		"mine": false, "todo-kafka-kafka-9": false, "of-another-set": true, "unlabelled": true, "todo-kafka-kafka-0": true,
	} {
		if got := b.exists(&corev1.Pod{}, name); got != want {
			t.Errorf("pod %s is there: %v, want %v", name, got, want)
		}
	}
	if got := b.set("todo-kafka-kafka").Status.Pods; got != 3 {
		t.Errorf("the set counts %d pods, want its own three", got)
	}
}

// TestASetThatSelectsEverythingDeletesNothing guards against a selector without
// labels, which matches each pod of the namespace.
func TestASetThatSelectsEverythingDeletesNothing(t *testing.T) {
	b := newBench(t)
	b.settle()
	set := b.set("todo-kafka-kafka")
	set.Spec.Selector = metav1.LabelSelector{}
	b.must(b.client.Update(t.Context(), set))
	b.must(b.client.Create(t.Context(), &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "unlabelled", Namespace: "kafka"}}))
	if _, err := b.sets.Reconcile(t.Context(), request("todo-kafka-kafka")); err == nil {
		t.Error("no error for a selector without labels")
	}
	if !b.exists(&corev1.Pod{}, "unlabelled") {
		t.Error("a pod of somebody else was deleted")
	}
}

func TestRefusedPodIsToldAndTriedAgain(t *testing.T) {
	b := newBench(t)
	b.settle()
	b.must(b.client.Delete(t.Context(), b.pod("todo-kafka-kafka-1")))
	recorder := record.NewFakeRecorder(1)
	refusing := interceptor.NewClient(b.client.(client.WithWatch), interceptor.Funcs{
		Create: func(context.Context, client.WithWatch, client.Object, ...client.CreateOption) error {
			return errors.New("exceeded quota: kafka")
		},
	})
	sets := &PodSetReconciler{Client: refusing, Recorder: recorder}
	if _, err := sets.Reconcile(t.Context(), request("todo-kafka-kafka")); err == nil {
		t.Error("want an error, so that it is tried again")
	}
	if event := <-recorder.Events; !strings.Contains(event, "FailedCreate") || !strings.Contains(event, "exceeded quota") {
		t.Errorf("event = %s", event)
	}
	if status := b.set("todo-kafka-kafka").Status; status.Pods != 2 {
		t.Errorf("status = %+v, want the missing pod told", status)
	}
}

func TestGonePodSet(t *testing.T) {
	b := newBench(t)
	if _, err := b.sets.Reconcile(t.Context(), request("nothing")); err != nil {
		t.Error(err)
	}
}
