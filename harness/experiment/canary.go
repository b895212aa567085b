package experiment

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
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

	mu    sync.Mutex
	birds []corev1.Pod
	// spent are the nodes that were in a blast radius: what happened to a canary
	// there was allowed, and is no part of what it has to stay like from then on.
	spent map[string]bool
}

// NewCanaries makes the canaries and waits until they are ready. They go with
// their namespace, which Close removes; call it also if this returns an error.
func NewCanaries(ctx context.Context, cluster *kube.Cluster, timeouts spec.Timeouts) (*Canaries, error) {
	c := &Canaries{cluster: cluster, timeouts: timeouts, spent: map[string]bool{}}
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
		pod := canary(fmt.Sprintf("canary-%d", len(c.birds)), node.Name)
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

// canary is a pod that does nothing on a node.
func canary(name, node string) *corev1.Pod {
	pod := fault.Idle(CanaryNamespace, name, fault.CanaryLabel)
	pod.Spec.NodeName = node
	return pod
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
	err := c.renew(ctx, blast)
	if err == nil {
		err = wait.PollUntilContextCancel(ctx, c.timeouts.PollInterval.Duration, true, func(ctx context.Context) (bool, error) {
			var pods corev1.PodList
			if err := c.cluster.List(ctx, &pods, client.InNamespace(CanaryNamespace)); err != nil {
				return false, fmt.Errorf("the canaries cannot be seen: %w", err)
			}
			return false, c.hurt(pods.Items, blast)
		})
	}
	if ctx.Err() == nil {
		return err
	}
	return nil // the watch was ended
}

// renew takes the canaries as they are now on nodes that were in an earlier blast
// radius, and makes those again that went with their node. Those of this blast are
// left alone.
func (c *Canaries) renew(ctx context.Context, blast []string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := range c.birds {
		node := c.birds[i].Spec.NodeName
		if slices.Contains(blast, "node/"+node) {
			c.spent[node] = true
			continue
		}
		if !c.spent[node] {
			continue
		}
		pod := &corev1.Pod{}
		err := c.cluster.Get(ctx, client.ObjectKeyFromObject(&c.birds[i]), pod)
		if apierrors.IsNotFound(err) {
			pod = canary(c.birds[i].Name, node)
			err = c.cluster.Create(ctx, pod)
		}
		if err == nil {
			err = c.cluster.AwaitPodReady(ctx, pod, c.timeouts.PodReady.Duration)
		}
		if err != nil {
			return fmt.Errorf("renew canary %s: %w", c.birds[i].Name, err)
		}
		c.birds[i] = *pod
		delete(c.spent, node)
	}
	return nil
}

// hurt says which canary is not as it was.
func (c *Canaries) hurt(pods []corev1.Pod, blast []string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
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
