package platform

import (
	"context"
	"fmt"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"assay.dev/assay/harness/process/refusal"
)

// errNotOurs is returned for a cluster that must not be touched.
var errNotOurs = refusal.New("the cluster is not the one this platform made")

// identify returns an error unless the cluster is the one with this UID and
// carries the target label.
func identify(ctx context.Context, client kubernetes.Interface, uid string) error {
	namespace, err := client.CoreV1().Namespaces().Get(ctx, metav1.NamespaceSystem, metav1.GetOptions{})
	if err != nil {
		return fmt.Errorf("ask the cluster who it is: %w", err)
	}
	if string(namespace.UID) != uid {
		return fmt.Errorf("%w: kube-system has UID %s, want %s", errNotOurs, namespace.UID, uid)
	}
	if namespace.Labels[TargetLabel] != TargetValue {
		return fmt.Errorf("%w: kube-system does not have the label %s=%s", errNotOurs, TargetLabel, TargetValue)
	}
	return nil
}

// unhealthy lists what is not as it should be: nodes that are not ready and
// workloads with fewer ready pods than wanted.
func unhealthy(ctx context.Context, client kubernetes.Interface) ([]string, error) {
	var found []string
	nodes, err := client.CoreV1().Nodes().List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, fmt.Errorf("list nodes: %w", err)
	}
	for _, node := range nodes.Items {
		if !nodeReady(node) {
			found = append(found, "node "+node.Name+" is not ready")
		}
	}
	apps := client.AppsV1()
	deployments, err := apps.Deployments("").List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, fmt.Errorf("list deployments: %w", err)
	}
	for _, d := range deployments.Items {
		want := replicas(d.Spec.Replicas)
		s := d.Status
		// Old pods count as available until the last of them has made room for a new one.
		if s.ObservedGeneration < d.Generation || s.AvailableReplicas < want || s.UpdatedReplicas < want || s.Replicas > want {
			found = append(found, short("deployment", d.ObjectMeta, d.Status.AvailableReplicas, want))
		}
	}
	sets, err := apps.StatefulSets("").List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, fmt.Errorf("list stateful sets: %w", err)
	}
	for _, s := range sets.Items {
		if want := replicas(s.Spec.Replicas); s.Status.ReadyReplicas < want {
			found = append(found, short("stateful set", s.ObjectMeta, s.Status.ReadyReplicas, want))
		}
	}
	daemons, err := apps.DaemonSets("").List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, fmt.Errorf("list daemon sets: %w", err)
	}
	return append(found, shortDaemons(daemons.Items)...), nil
}

func shortDaemons(daemons []appsv1.DaemonSet) []string {
	var found []string
	for _, d := range daemons {
		if d.Status.NumberReady < d.Status.DesiredNumberScheduled {
			found = append(found, short("daemon set", d.ObjectMeta, d.Status.NumberReady, d.Status.DesiredNumberScheduled))
		}
	}
	return found
}

func nodeReady(node corev1.Node) bool {
	for _, condition := range node.Status.Conditions {
		if condition.Type == corev1.NodeReady {
			return condition.Status == corev1.ConditionTrue
		}
	}
	return false
}

func replicas(wanted *int32) int32 {
	if wanted == nil {
		return 1
	}
	return *wanted
}

func short(kind string, meta metav1.ObjectMeta, ready, want int32) string {
	return fmt.Sprintf("%s %s/%s has %d of %d pods ready", kind, meta.Namespace, meta.Name, ready, want)
}
