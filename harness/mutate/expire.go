package mutate

import (
	"context"
	"encoding/json"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"assay.dev/assay/mutants"
)

// expiring is the pod of a workload that is going to be ended: the first by name.
func (c changer) expiring(ctx context.Context, o mutants.Object) (json.RawMessage, error) {
	pods, err := c.cluster.PodsOf(ctx, o.Kind, o.Namespace, o.Name)
	if err != nil {
		return nil, err
	}
	if len(pods) == 0 {
		return nil, fmt.Errorf("%s has no pod", o)
	}
	first := pods[0]
	for _, pod := range pods {
		if pod.Name < first.Name {
			first = pod
		}
	}
	return json.Marshal(first)
}

// expire gives a pod a deadline that is over (spec.activeDeadlineSeconds), and waits until it
// has failed and the workload is complete without it.
func (c changer) expire(ctx context.Context, of mutants.Object, before json.RawMessage) error {
	var pod corev1.Pod
	if err := json.Unmarshal(before, &pod); err != nil {
		return err
	}
	if err := c.cluster.Patch(ctx, &pod, client.RawPatch(types.MergePatchType, []byte(`{"spec":{"activeDeadlineSeconds":1}}`))); err != nil {
		return fmt.Errorf("end pod %s/%s: %w", pod.Namespace, pod.Name, err)
	}
	err := c.cluster.Await(ctx, &pod, c.timeouts.ObjectDeleted.Duration, func() (bool, error) { return pod.Status.Phase == corev1.PodFailed, nil })
	if err != nil {
		return fmt.Errorf("end pod %s/%s: %w", pod.Namespace, pod.Name, err)
	}
	return c.awaitRollout(ctx, of, mutants.Complete)
}

// removeExpired removes the pod that was ended.
func (c changer) removeExpired(ctx context.Context, before json.RawMessage) error {
	var pod corev1.Pod
	if err := json.Unmarshal(before, &pod); err != nil {
		return err
	}
	return c.cluster.Remove(ctx, &corev1.Pod{ObjectMeta: pod.ObjectMeta}, c.timeouts.ObjectDeleted.Duration)
}
