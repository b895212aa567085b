package fault

import (
	"context"
	"fmt"

	chaosv1alpha1 "github.com/chaos-mesh/chaos-mesh/api/v1alpha1"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// containerKill kills one container of a pod; the pod stays and starts it again.
func containerKill(lab *Lab, name string, t target, container string) Fault {
	m := &chaosMeshFault{base: base{lab: lab, name: name}, targets: []target{t}}
	var before []corev1.Pod
	m.describe = func(pods []corev1.Pod) client.Object {
		return podChaos(chaosv1alpha1.ContainerKillAction, pods, container)
	}
	m.prepared = func(_ context.Context, pods []corev1.Pod) ([]Undo, error) {
		before = pods
		return nil, running(pods, container)
	}
	m.proof = func(ctx context.Context) (Proof, error) {
		return lab.sees(ctx, 1, func(ctx context.Context) (string, error) { return lab.restarted(ctx, before, container) })
	}
	return m
}

// running wants each pod to run a container.
func running(pods []corev1.Pod, container string) error {
	for i := range pods {
		if status := containerStatus(&pods[i], container); status == nil || status.State.Running == nil {
			return fmt.Errorf("pod %s/%s does not run a container %s", pods[i].Namespace, pods[i].Name, container)
		}
	}
	return nil
}

// containerStatus finds a container's status, native sidecars included.
func containerStatus(pod *corev1.Pod, name string) *corev1.ContainerStatus {
	for _, statuses := range [][]corev1.ContainerStatus{pod.Status.ContainerStatuses, pod.Status.InitContainerStatuses} {
		for i := range statuses {
			if statuses[i].Name == name {
				return &statuses[i]
			}
		}
	}
	return nil
}

// restarted returns a text if the container that ran in each pod has ended, while
// the pod itself is still the same.
func (l *Lab) restarted(ctx context.Context, pods []corev1.Pod, container string) (string, error) {
	text := ""
	for i := range pods {
		old := containerStatus(&pods[i], container)
		var now corev1.Pod
		if err := l.Cluster.Get(ctx, client.ObjectKeyFromObject(&pods[i]), &now); err != nil {
			return "", err
		}
		if now.UID != pods[i].UID {
			return "", fmt.Errorf("pod %s/%s was replaced", now.Namespace, now.Name)
		}
		status := containerStatus(&now, container)
		if status == nil || status.ContainerID == old.ContainerID && status.State.Terminated == nil {
			return "", fmt.Errorf("container %s of pod %s/%s still runs", container, now.Namespace, now.Name)
		}
		text += fmt.Sprintf("container %s of pod %s/%s, %.25s…, has ended (restarts %d → %d); ",
			container, now.Namespace, now.Name, old.ContainerID, old.RestartCount, status.RestartCount)
	}
	return text, nil
}
