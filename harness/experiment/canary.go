package experiment

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"assay.dev/assay/harness/fault"
	"assay.dev/assay/harness/kube"
	"assay.dev/assay/spec"
)

// CanaryNamespace lets faults in as the platform's own namespaces do: nothing but
// the aim of the faults protects what is in it.
const CanaryNamespace = "assay-canary"

// Canaries are pods that no fault aims at, one on each worker.
type Canaries struct {
	cluster  *kube.Cluster
	timeouts spec.Timeouts
	birds    []corev1.Pod
}

// NewCanaries makes the canaries and waits until they are ready. They go with
// their namespace, which Close removes; call it also if this returns an error.
func NewCanaries(ctx context.Context, cluster *kube.Cluster, timeouts spec.Timeouts) (*Canaries, error) {
	c := &Canaries{cluster: cluster, timeouts: timeouts}
	if err := cluster.Remove(ctx, canaryNamespace(), timeouts.NamespaceDeleted.Duration); err != nil {
		return c, fmt.Errorf("remove the canaries of an earlier run: %w", err)
	}
	if err := cluster.Create(ctx, canaryNamespace()); err != nil {
		return c, fmt.Errorf("make a namespace for canaries: %w", err)
	}
	var nodes corev1.NodeList
	if err := cluster.List(ctx, &nodes); err != nil {
		return c, fmt.Errorf("list the nodes: %w", err)
	}
	for _, node := range nodes.Items {
		if len(node.Spec.Taints) > 0 {
			continue
		}
		pod := fault.Idle(CanaryNamespace, fmt.Sprintf("canary-%d", len(c.birds)), fault.CanaryLabel)
		pod.Spec.NodeName = node.Name
		if err := cluster.Create(ctx, pod); err != nil {
			return c, fmt.Errorf("make a canary: %w", err)
		}
		c.birds = append(c.birds, *pod)
	}
	if len(c.birds) == 0 {
		return c, errors.New("no node takes a canary")
	}
	for i := range c.birds {
		if err := cluster.AwaitPodReady(ctx, &c.birds[i], timeouts.PodReady.Duration); err != nil {
			return c, fmt.Errorf("make a canary: %w", err)
		}
	}
	return c, nil
}

func canaryNamespace() *corev1.Namespace {
	return &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{
		Name: CanaryNamespace, Annotations: fault.Injectable(), Labels: fault.Labels(fault.CanaryLabel),
	}}
}

// Close removes the canaries.
func (c *Canaries) Close(ctx context.Context) error {
	return c.cluster.Remove(ctx, canaryNamespace(), c.timeouts.NamespaceDeleted.Duration)
}

// Watch implements Guard. A canary on a node that is in the blast radius may be hurt.
func (c *Canaries) Watch(ctx context.Context, blast []string) error {
	tick := time.NewTicker(c.timeouts.PollInterval.Duration)
	defer tick.Stop()
	for {
		var pods corev1.PodList
		err := c.cluster.List(ctx, &pods, client.InNamespace(CanaryNamespace))
		if err == nil {
			err = c.hurt(pods.Items, blast)
		} else if ctx.Err() == nil {
			err = fmt.Errorf("the canaries cannot be seen: %w", err)
		}
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// hurt says which canary is not as it was.
func (c *Canaries) hurt(pods []corev1.Pod, blast []string) error {
	for i := range c.birds {
		old := &c.birds[i]
		if slices.Contains(blast, "node/"+old.Spec.NodeName) {
			continue
		}
		at := slices.IndexFunc(pods, func(pod corev1.Pod) bool { return pod.UID == old.UID })
		switch {
		case at < 0:
			return fmt.Errorf("canary %s (%s) is gone", old.Name, old.UID)
		case pods[at].DeletionTimestamp != nil || !kube.PodReady(&pods[at]):
			return fmt.Errorf("canary %s is not ready", old.Name)
		case restarts(&pods[at]) != restarts(old):
			return fmt.Errorf("canary %s was restarted", old.Name)
		}
	}
	return nil
}

func restarts(pod *corev1.Pod) int32 {
	var n int32
	for _, status := range pod.Status.ContainerStatuses {
		n += status.RestartCount
	}
	return n
}
