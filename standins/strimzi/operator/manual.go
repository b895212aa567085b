package operator

import (
	"context"
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"assay.dev/assay/standins/strimzi/api"
	"assay.dev/assay/standins/strimzi/cluster"
)

// annotationPodsToRoll remembers, on a pod set with the manual rolling update
// annotation, the UIDs of the pods that were there when it was set. Those are
// to be replaced; their successors are not.
const annotationPodsToRoll = "assay.dev/pods-to-roll"

// manualRestarts tells which pods are to be restarted by request: those with
// the annotation themselves, and those that the annotated set had when the
// request was first seen. It notes the latter on the set.
func (r *KafkaReconciler) manualRestarts(ctx context.Context, set *api.StrimziPodSet, pods []corev1.Pod) (
	func(*corev1.Pod) bool, error,
) {
	requested := set.Annotations[cluster.AnnotationManualRolling] == "true"
	noted, hasNote := set.Annotations[annotationPodsToRoll]
	switch {
	case requested && !hasNote:
		all := make([]string, 0, len(pods))
		for i := range pods {
			all = append(all, string(pods[i].UID))
		}
		noted = strings.Join(all, ",")
		if err := r.annotate(ctx, set, map[string]string{annotationPodsToRoll: noted}); err != nil {
			return nil, err
		}
	case !requested && hasNote:
		noted = ""
		if err := r.annotate(ctx, set, map[string]string{annotationPodsToRoll: ""}); err != nil {
			return nil, err
		}
	}
	var uids []string
	if noted != "" {
		uids = strings.Split(noted, ",")
	}
	return func(pod *corev1.Pod) bool {
		return pod.Annotations[cluster.AnnotationManualRolling] == "true" || slices.Contains(uids, string(pod.UID))
	}, nil
}

// endManualRestart removes the request from a set whose pods are all replaced.
func (r *KafkaReconciler) endManualRestart(ctx context.Context, set *api.StrimziPodSet) error {
	if _, noted := set.Annotations[annotationPodsToRoll]; !noted {
		return nil
	}
	return r.annotate(ctx, set, map[string]string{annotationPodsToRoll: "", cluster.AnnotationManualRolling: ""})
}

// annotate sets annotations, or removes those whose value is empty.
func (r *KafkaReconciler) annotate(ctx context.Context, set *api.StrimziPodSet, annotations map[string]string) error {
	before := set.DeepCopy()
	if set.Annotations == nil {
		set.Annotations = map[string]string{}
	}
	for key, value := range annotations {
		if value == "" {
			delete(set.Annotations, key)
		} else {
			set.Annotations[key] = value
		}
	}
	// a stale set would note the successors of pods that were already replaced
	patch := client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{})
	if err := r.Client.Patch(ctx, set, patch); err != nil {
		return fmt.Errorf("annotate pod set %s: %w", set.Name, err)
	}
	return nil
}
