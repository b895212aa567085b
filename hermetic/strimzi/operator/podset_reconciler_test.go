package operator

import (
	"context"
	"errors"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/record"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"assay.dev/assay/hermetic/strimzi/api"
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

func TestForeignPodIsLeftAlone(t *testing.T) {
	b := newBench(t)
	b.settle()
	foreign := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{
		Name: "mine", Namespace: "kafka", Labels: b.pod("todo-kafka-kafka-0").Labels,
	}}
	b.must(b.client.Create(t.Context(), foreign))
	if _, err := b.sets.Reconcile(t.Context(), request("todo-kafka-kafka")); err != nil {
		t.Fatal(err)
	}
	if !b.exists(&corev1.Pod{}, "mine") {
		t.Error("a pod that the set does not control was deleted")
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
