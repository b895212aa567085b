package operator

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"assay.dev/assay/standins/strimzi/api"
	"assay.dev/assay/standins/strimzi/cluster"
)

// restartRevision is the reason of the event that tells of a restart, as Strimzi names it.
const restartRevision = "PodHasOldRevision"

// step is the next thing to do about the pods of a set: restart one, wait for
// what waitingFor says, or, with neither, nothing.
type step struct {
	restart    *corev1.Pod
	waitingFor string
}

// nextStep decides on one restart at a time. A pod is due when its revision is
// not the wanted one. A due pod that is not ready goes first, as nothing is lost by it and it may never become ready
// otherwise; a ready one goes only when every other pod is ready. The pod named
// last, if any, goes after all others.
func nextStep(set *api.StrimziPodSet, pods []corev1.Pod, last string) step {
	existing := map[string]*corev1.Pod{}
	for i := range pods {
		existing[pods[i].Name] = &pods[i]
	}
	var missing, unready []string
	var due []*corev1.Pod
	for i := range set.Spec.Pods {
		wanted := &set.Spec.Pods[i]
		pod := existing[wanted.Name]
		delete(existing, wanted.Name)
		if pod == nil || !pod.DeletionTimestamp.IsZero() {
			missing = append(missing, wanted.Name)
			continue
		}
		old := pod.Annotations[cluster.AnnotationRevision] != wanted.Annotations[cluster.AnnotationRevision]
		switch {
		case old && !podReady(pod):
			return step{restart: pod}
		case old:
			due = append(due, pod)
		case !podReady(pod):
			unready = append(unready, pod.Name)
		}
	}
	switch {
	case len(missing) > 0:
		return step{waitingFor: fmt.Sprintf("pods %s to be created", strings.Join(missing, ", "))}
	case len(unready) > 0:
		return step{waitingFor: fmt.Sprintf("pods %s to be ready", strings.Join(unready, ", "))}
	case len(existing) > 0:
		return step{waitingFor: fmt.Sprintf("%d pods to be removed", len(existing))}
	case len(due) == 0:
		return step{}
	}
	next := slices.IndexFunc(due, func(pod *corev1.Pod) bool { return pod.Name != last })
	if next < 0 {
		next = 0
	}
	return step{restart: due[next]}
}
