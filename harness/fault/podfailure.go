package fault

import (
	"context"
	"fmt"

	chaosv1alpha1 "github.com/chaos-mesh/chaos-mesh/api/v1alpha1"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"assay.dev/assay/harness/kube"
)

// podFailure makes a pod's containers run an image that does nothing, so that the
// pod exists and is of no use.
func podFailure(lab *Lab, name string, t target) *chaosMeshFault {
	m := &chaosMeshFault{base: base{lab: lab, name: name}, targets: []target{t}}
	var images []Undo
	m.describe = func(pods []corev1.Pod) client.Object { return podChaos(chaosv1alpha1.PodFailureAction, pods) }
	m.prepared = func(_ context.Context, pods []corev1.Pod) ([]Undo, error) {
		images = nil
		for i := range pods {
			undo, err := reimaging(&pods[i])
			if err != nil {
				return nil, err
			}
			images = append(images, undo)
		}
		return images, nil
	}
	m.proof = func(ctx context.Context) (Proof, error) {
		return lab.sees(ctx, 1, func(ctx context.Context) (string, error) { return lab.useless(ctx, images) })
	}
	return m
}

// useless returns a text if the pods run other images than theirs and are not ready.
func (l *Lab) useless(ctx context.Context, images []Undo) (string, error) {
	text := ""
	for _, undo := range images {
		pod, wrong, err := l.misimaged(ctx, undo)
		if err != nil {
			return "", err
		}
		if pod == nil || len(wrong) == 0 {
			return "", fmt.Errorf("pod %s/%s runs its own images", undo.Namespace, undo.Name)
		}
		if kube.PodReady(pod) {
			return "", fmt.Errorf("pod %s/%s is ready", undo.Namespace, undo.Name)
		}
		text += fmt.Sprintf("pod %s/%s runs another image in %d containers and is not ready; ", pod.Namespace, pod.Name, len(wrong))
	}
	return text, nil
}
