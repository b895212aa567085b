package operator

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"assay.dev/assay/standins/strimzi/api"
	"assay.dev/assay/standins/strimzi/cluster"
	"assay.dev/assay/standins/strimzi/kafkaadmin"
)

// settle restarts the pods of a set that are due, one a call, and tells what it
// waits for. ask is nil for sets whose pods need no leave of the brokers.
func (r *KafkaReconciler) settle(ctx context.Context, wanted *api.StrimziPodSet, ask func(context.Context) (*kafkaadmin.View, error)) (
	progress, error,
) {
	var set api.StrimziPodSet
	err := r.Client.Get(ctx, client.ObjectKeyFromObject(wanted), &set)
	if apierrors.IsNotFound(err) {
		return progress{waitingFor: "StrimziPodSet " + wanted.Name + " to be seen"}, nil
	}
	if err != nil {
		return progress{}, fmt.Errorf("read pod set %s: %w", wanted.Name, err)
	}
	var pods corev1.PodList
	err = r.Client.List(ctx, &pods, client.InNamespace(wanted.Namespace),
		client.MatchingLabels(wanted.Spec.Selector.MatchLabels))
	if err != nil {
		return progress{}, fmt.Errorf("list pods of %s: %w", wanted.Name, err)
	}
	next := nextStep(wanted, pods.Items, "")
	if next.restart == nil {
		return progress{waitingFor: next.waitingFor}, nil
	}
	if ask != nil && podReady(next.restart) {
		view, err := ask(ctx)
		if err != nil {
			return progress{waitingFor: "brokers to answer before a restart", detail: err.Error(), recheck: brokerRecheck}, nil //nolint:nilerr // a broker that is not up yet is awaited
		}
		controller := cluster.PodName(wanted.Name, view.ControllerID)
		next = nextStep(wanted, pods.Items, controller)
		if endangered := view.Endangered(ordinal(next.restart.Name)); len(endangered) > 0 {
			return progress{
				waitingFor: "all replicas to be in sync before a restart of " + next.restart.Name,
				detail:     "too few of " + strings.Join(endangered, ", "),
				recheck:    brokerRecheck,
			}, nil
		}
	}
	return r.restart(ctx, next)
}

// restart deletes the pod, gracefully; its set creates the successor.
func (r *KafkaReconciler) restart(ctx context.Context, next step) (progress, error) {
	pod := next.restart
	waiting := progress{waitingFor: "pod " + pod.Name + " to be restarted"}
	err := r.Client.Delete(ctx, pod, client.Preconditions{UID: &pod.UID})
	if apierrors.IsNotFound(err) || apierrors.IsConflict(err) {
		return waiting, nil
	}
	if err != nil {
		return progress{}, fmt.Errorf("restart pod %s: %w", pod.Name, err)
	}
	r.Recorder.Event(pod, corev1.EventTypeNormal, restartRevision, "Restarted by the cluster operator")
	log.FromContext(ctx).Info("Restarting pod", "pod", pod.Name, "reason", restartRevision)
	return waiting, nil
}

// ordinal is the number at the end of a pod's name, -1 for none.
func ordinal(pod string) int32 {
	number, err := strconv.ParseInt(pod[strings.LastIndexByte(pod, '-')+1:], 10, 32)
	if err != nil {
		return -1
	}
	return int32(number)
}
