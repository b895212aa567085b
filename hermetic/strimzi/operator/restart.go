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
)

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
	r.Recorder.Event(pod, corev1.EventTypeNormal, next.reason, "Restarted by the cluster operator")
	log.FromContext(ctx).Info("Restarting pod", "pod", pod.Name, "reason", next.reason)
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
