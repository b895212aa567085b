package fault

import (
	"context"
	"encoding/json"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// reimaging is the step that gives a pod's containers their images back.
func reimaging(pod *corev1.Pod) (Undo, error) {
	images := map[string]string{}
	for _, container := range append(pod.Spec.InitContainers, pod.Spec.Containers...) {
		images[container.Name] = container.Image
	}
	content, err := json.Marshal(images)
	if err != nil {
		return Undo{}, fmt.Errorf("write down the images of %s/%s: %w", pod.Namespace, pod.Name, err)
	}
	u := inside(reimage, pod)
	u.Value = string(content)
	return u, nil
}

// misimaged returns the pod, and the names of its containers that run another
// image than they should. A pod that is gone has none.
func (l *Lab) misimaged(ctx context.Context, u Undo) (*corev1.Pod, map[string]string, error) {
	want := map[string]string{}
	if err := json.Unmarshal([]byte(u.Value), &want); err != nil {
		return nil, nil, fmt.Errorf("read the images of %s/%s: %w", u.Namespace, u.Name, err)
	}
	pod := &corev1.Pod{}
	err := l.Cluster.Get(ctx, client.ObjectKey{Namespace: u.Namespace, Name: u.Name}, pod)
	if err != nil {
		return nil, nil, client.IgnoreNotFound(err)
	}
	wrong := map[string]string{}
	if string(pod.UID) != u.UID {
		return pod, wrong, nil
	}
	for _, container := range append(pod.Spec.InitContainers, pod.Spec.Containers...) {
		if image := want[container.Name]; image != "" && image != container.Image {
			wrong[container.Name] = image
		}
	}
	return pod, wrong, nil
}

func (l *Lab) reimage(ctx context.Context, u Undo) error {
	pod, wrong, err := l.misimaged(ctx, u)
	if err != nil || len(wrong) == 0 {
		return err
	}
	before := pod.DeepCopy()
	for _, containers := range [][]corev1.Container{pod.Spec.InitContainers, pod.Spec.Containers} {
		for i := range containers {
			if image := wrong[containers[i].Name]; image != "" {
				containers[i].Image = image
			}
		}
	}
	if err := l.Cluster.Patch(ctx, pod, client.StrategicMergeFrom(before)); err != nil {
		return fmt.Errorf("give %s/%s its images back: %w", u.Namespace, u.Name, err)
	}
	return nil
}

func (l *Lab) unimaged(ctx context.Context, u Undo) ([]string, error) {
	_, wrong, err := l.misimaged(ctx, u)
	var found []string
	for container := range wrong {
		found = append(found, fmt.Sprintf("container %s of pod %s/%s runs another image", container, u.Namespace, u.Name))
	}
	return found, err
}
