package fault

import (
	"context"
	"errors"
	"fmt"
	"strings"

	chaosv1alpha1 "github.com/chaos-mesh/chaos-mesh/api/v1alpha1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// podKill kills the pods of a target without grace. What owns them makes new ones.
func podKill(lab *Lab, name string, targets ...target) Fault {
	m := &chaosMeshFault{base: base{lab: lab, name: name}, targets: targets}
	var killed []corev1.Pod
	m.describe = func(pods []corev1.Pod) client.Object { return podChaos(chaosv1alpha1.PodKillAction, pods) }
	m.prepared = func(_ context.Context, pods []corev1.Pod) ([]Undo, error) {
		killed = pods
		return nil, nil
	}
	m.proof = func(ctx context.Context) (Proof, error) {
		return lab.sees(ctx, 1, func(ctx context.Context) (string, error) { return lab.away(ctx, killed) })
	}
	return m
}

// away returns a text if all pods are gone or going, by their UIDs.
func (l *Lab) away(ctx context.Context, pods []corev1.Pod) (string, error) {
	var seen []string
	for _, old := range pods {
		var now corev1.Pod
		err := l.Cluster.Get(ctx, client.ObjectKeyFromObject(&old), &now)
		switch {
		case apierrors.IsNotFound(err):
			seen = append(seen, fmt.Sprintf("pod %s/%s (%s) is gone", old.Namespace, old.Name, old.UID))
		case err != nil:
			return "", err
		case now.UID != old.UID:
			seen = append(seen, fmt.Sprintf("pod %s/%s (%s) was replaced by %s", old.Namespace, old.Name, old.UID, now.UID))
		case now.DeletionTimestamp != nil:
			seen = append(seen, fmt.Sprintf("pod %s/%s (%s) is being deleted", old.Namespace, old.Name, old.UID))
		default:
			return "", fmt.Errorf("pod %s/%s (%s) is still there", old.Namespace, old.Name, old.UID)
		}
	}
	if len(seen) == 0 {
		return "", errors.New("no pod was to be killed")
	}
	return strings.Join(seen, "; "), nil
}
