package quotas

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/intstr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"assay.dev/assay/harness/expect"
	"assay.dev/assay/harness/kube"
	"assay.dev/assay/spec"
)

// restartedAt is the annotation by which `kubectl rollout restart` changes a
// template: what is tried here is what operators do.
const restartedAt = "kubectl.kubernetes.io/restartedAt"

var _ = p.Checks(func() {
	Describe("A rollout of all deployments at once", expect.At(spec.Disruptive), func() {
		// Serial: another pod in the namespace would take what the rollout needs.
		p.It("quota.rollout", Serial, Label("disruptive"), func(ctx SpecContext) {
			for _, namespace := range p.Spec.DeploymentNamespaces() {
				rollOut(ctx, namespace)
			}
		}, SpecTimeout(time.Duration(len(p.Spec.DeploymentNamespaces()))*(timeouts.DeploymentAvailable.Duration+3*timeouts.Rollout.Duration)))
	})
})

// rollOut restarts all deployments of a namespace at once.
func rollOut(ctx SpecContext, namespace string) {
	GinkgoHelper()
	settled(ctx, namespace, "deployments before the rollout", timeouts.DeploymentAvailable.Duration, func() bool { return false })
	quiet(ctx, namespace)
	old := podUIDs(ctx, namespace)

	seen := observe(ctx, namespace)
	var wait sync.WaitGroup
	for _, want := range deploymentsIn(namespace) {
		wait.Go(func() {
			defer GinkgoRecover()
			deployment := &appsv1.Deployment{}
			deployment.Namespace, deployment.Name = want.Namespace, want.Name
			patch := fmt.Sprintf(`{"spec":{"template":{"metadata":{"annotations":{%q:%q}}}}}`, restartedAt, time.Now().UTC().Format(time.RFC3339Nano))
			expect.Subject{What: "restart of " + want.Name, From: kubernetesAPI}.
				NoError(p.Cluster.Patch(ctx, deployment, client.RawPatch(types.StrategicMergePatchType, []byte(patch))))
		})
	}
	wait.Wait()
	settled(ctx, namespace, "deployments after the rollout", timeouts.Rollout.Duration, seen.anyRefused)
	if !seen.anyRefused() {
		replaced(ctx, namespace, old)
	}
	seen.end()

	expect.Subject{What: "pods that were refused during the rollout", From: "events of " + namespace}.Is(seen.refused, []string{})
	expect.Subject{What: "pods of " + namespace + " at the same time", From: "the pods"}.
		AssertThat(seen.most >= together(namespace), fmt.Sprintf("at least %d: old and new pods of all", together(namespace)), fmt.Sprint(seen.most))
	for _, quota := range quotasSpecified(namespace) {
		for _, name := range bounded {
			most, peak := hard(quota, name), seen.peak[name]
			expect.Subject{What: fmt.Sprintf("largest %s of %s during the rollout", name, namespace), From: "the pods"}.
				AssertThat(peak.Cmp(most) <= 0, "at most "+most.String(), peak.String())
			counted := seen.counted[name]
			expect.Subject{What: fmt.Sprintf("largest %s of %s during the rollout", name, namespace), From: "status of its quota"}.
				AssertThat(counted.Cmp(most) <= 0 && counted.Sign() > 0, "more than nothing, at most "+most.String(), counted.String())
		}
	}
	notRefused(ctx, namespace)
}

// deploymentsIn are the specified deployments of a namespace.
func deploymentsIn(namespace string) []spec.Deployment {
	return slices.DeleteFunc(slices.Clone(p.Spec.Deployments), func(d spec.Deployment) bool { return d.Namespace != namespace })
}

// quotasSpecified is the specified quota of a namespace, if it has one.
func quotasSpecified(namespace string) []spec.Quota {
	return slices.DeleteFunc(slices.Clone(p.Spec.Quotas), func(q spec.Quota) bool { return q.Namespace != namespace })
}

// settled waits until each deployment of a namespace has all its pods, of its present
// template and available, and no others, or until it is decided that this does not matter.
func settled(ctx SpecContext, namespace, what string, within time.Duration, decided func() bool) {
	GinkgoHelper()
	var left []string
	err := kube.Follow(ctx, p.Cluster, &appsv1.DeploymentList{}, within, func(all map[types.UID]*appsv1.Deployment) (bool, error) {
		byName := map[string]*appsv1.Deployment{}
		for _, deployment := range all {
			byName[deployment.Name] = deployment
		}
		left = nil
		if decided() {
			return true, nil
		}
		for _, want := range deploymentsIn(namespace) {
			n := int32(want.Replicas)
			d := byName[want.Name]
			if d == nil || d.Status.ObservedGeneration < d.Generation || d.Status.UpdatedReplicas != n || d.Status.AvailableReplicas != n || d.Status.Replicas != n {
				left = append(left, want.Name)
			}
		}
		return len(left) == 0, nil
	}, client.InNamespace(namespace))
	subject := expect.Subject{What: what + " in " + namespace, From: "their status"}
	if err != nil {
		subject.AssertThat(false, fmt.Sprintf("complete within %s", within), fmt.Sprintf("%v are not: %v", left, err))
	}
	subject.AssertThat(len(deploymentsIn(namespace)) > 0, "complete", "complete")
}

// quiet waits until no pod of the namespace is on its way out: what an earlier
// rollout leaves behind takes of the quota until it is gone.
func quiet(ctx SpecContext, namespace string) {
	GinkgoHelper()
	var leaving []string
	err := kube.Follow(ctx, p.Cluster, &corev1.PodList{}, timeouts.Rollout.Duration, func(all map[types.UID]*corev1.Pod) (bool, error) {
		leaving = nil
		for _, pod := range all {
			if pod.DeletionTimestamp != nil {
				leaving = append(leaving, pod.Name)
			}
		}
		return len(leaving) == 0, nil
	}, client.InNamespace(namespace))
	expect.Subject{What: "pods of " + namespace + " that are being deleted before the rollout", From: kubernetesAPI}.
		AssertThat(err == nil, "none", fmt.Sprintf("%d %v", len(leaving), leaving))
}

// replaced waits until none of the old pods is left.
func replaced(ctx SpecContext, namespace string, old []types.UID) {
	GinkgoHelper()
	left := 0
	err := kube.Follow(ctx, p.Cluster, &corev1.PodList{}, timeouts.Rollout.Duration, func(all map[types.UID]*corev1.Pod) (bool, error) {
		left = 0
		for uid := range all {
			if slices.Contains(old, uid) {
				left++
			}
		}
		return left == 0, nil
	}, client.InNamespace(namespace))
	expect.Subject{What: fmt.Sprintf("old pods of %s, of which there were %d", namespace, len(old)), From: kubernetesAPI}.
		AssertThat(err == nil && len(old) > 0, "all replaced", fmt.Sprintf("%d left", left))
}

// podUIDs returns the pods that belong to the deployments.
func podUIDs(ctx SpecContext, namespace string) []types.UID {
	GinkgoHelper()
	var uids []types.UID
	for _, want := range deploymentsIn(namespace) {
		pods, err := p.Cluster.PodsOf(ctx, "Deployment", namespace, want.Name)
		expect.Subject{What: "pods of " + want.Name, From: kubernetesAPI}.NoError(err)
		for _, pod := range pods {
			uids = append(uids, pod.UID)
		}
	}
	return uids
}

// together is how many pods there are when all deployments have made their new ones and
// still have their old ones.
func together(namespace string) int {
	surge := intstr.Parse(p.Spec.Rollout.MaxSurge)
	sum := 0
	for _, want := range deploymentsIn(namespace) {
		more, err := intstr.GetScaledValueFromIntOrPercent(&surge, want.Replicas, true)
		expect.Subject{What: "maxSurge", From: "spec/platform.yaml"}.NoError(err)
		sum += want.Replicas + more
	}
	return sum
}

// observation is what watches see of a namespace until they are told to end.
type observation struct {
	cancel context.CancelFunc
	wait   sync.WaitGroup

	mu      sync.Mutex
	lost    []error
	refused []string
	most    int
	peak    corev1.ResourceList
	counted corev1.ResourceList
}
