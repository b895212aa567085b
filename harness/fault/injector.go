package fault

import (
	"context"
	"fmt"
	"strings"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"assay.dev/assay/spec"
)

// restartedAt is the annotation by which kubectl restarts a deployment.
const restartedAt = "kubectl.kubernetes.io/restartedAt"

// injectorOutage takes Dapr's sidecar injector away and rolls a worker out: its
// new pods must be refused, or they would run without a sidecar.
type injectorOutage struct {
	base
	injector target
	rolled   target
	undo     Undo
	revision string
}

func injectorOutageDuringRollout(lab *Lab, name string, rolled, injector target) Fault {
	return &injectorOutage{base: base{lab: lab, name: name}, rolled: rolled, injector: injector}
}

// Prepare implements Fault.
func (i *injectorOutage) Prepare(ctx context.Context) error {
	injector := i.injector
	found, err := i.lab.deployment(ctx, injector)
	if err != nil {
		return err
	}
	if found.Spec.Replicas == nil || *found.Spec.Replicas == 0 {
		return fmt.Errorf("the injector is scaled to nothing already")
	}
	pods, err := i.lab.pods(ctx, injector, i.rolled)
	if err != nil {
		return err
	}
	i.undo = scaling(injector, injector.name, *found.Spec.Replicas)
	return i.plan(ctx, names(pods), i.undo)
}

// Inject implements Fault. The rollout starts only when no injector is left.
func (i *injectorOutage) Inject(ctx context.Context) error {
	if err := i.lab.scaleTo(ctx, i.undo, "0"); err != nil {
		return err
	}
	injector := i.injector
	selector, err := i.lab.selector(ctx, injector)
	if err != nil {
		return err
	}
	_, err = i.lab.sees(ctx, 1, func(ctx context.Context) (string, error) {
		var pods corev1.PodList
		if err := i.lab.Cluster.List(ctx, &pods, client.InNamespace(injector.namespace), selector); err != nil {
			return "", err
		}
		if len(pods.Items) > 0 {
			return "", fmt.Errorf("%d pods of the injector are left", len(pods.Items))
		}
		return "no injector is left", nil
	})
	if err != nil {
		return err
	}
	patch := fmt.Appendf(nil, `{"spec":{"template":{"metadata":{"annotations":{%q:%q}}}}}`, restartedAt, time.Now().Format(time.RFC3339Nano))
	rolled, err := i.lab.deployment(ctx, i.rolled)
	if err != nil {
		return err
	}
	i.revision = rolled.Annotations[revisionAnnotation]
	if err := i.lab.Cluster.Patch(ctx, rolled, client.RawPatch(types.MergePatchType, patch)); err != nil {
		return fmt.Errorf("roll %s out: %w", i.rolled, err)
	}
	return nil
}

// revisionAnnotation is where Kubernetes counts a deployment's revisions.
const revisionAnnotation = "deployment.kubernetes.io/revision"

// Proof implements Fault: the new revision's pods are refused, or they run
// without a sidecar; both need that nobody injects.
func (i *injectorOutage) Proof(ctx context.Context) (Proof, error) {
	return i.lab.sees(ctx, 1, func(ctx context.Context) (string, error) {
		var sets appsv1.ReplicaSetList
		if err := i.lab.Cluster.List(ctx, &sets, client.InNamespace(i.rolled.namespace)); err != nil {
			return "", err
		}
		for _, set := range sets.Items {
			if !ownedBy(&set, i.rolled.name) || set.Annotations[revisionAnnotation] == i.revision || set.Status.Replicas > 0 {
				continue
			}
			for _, condition := range set.Status.Conditions {
				if condition.Type == appsv1.ReplicaSetReplicaFailure && strings.Contains(condition.Message, "webhook") {
					return "a new pod is refused: " + condition.Message, nil
				}
			}
		}
		pods, err := i.lab.pods(ctx, i.rolled)
		if err != nil {
			return "", err
		}
		for n := range pods {
			if containerStatus(&pods[n], spec.DaprContainer) == nil {
				return fmt.Sprintf("pod %s/%s runs without a sidecar", pods[n].Namespace, pods[n].Name), nil
			}
		}
		return "", fmt.Errorf("no pod of %s was refused", i.rolled)
	})
}

func ownedBy(set *appsv1.ReplicaSet, deployment string) bool {
	for _, owner := range set.OwnerReferences {
		if owner.Name == deployment {
			return true
		}
	}
	return false
}
