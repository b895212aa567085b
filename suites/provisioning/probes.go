package provisioning

import (
	"fmt"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	corev1 "k8s.io/api/core/v1"

	"assay.dev/assay/harness/expect"
	"assay.dev/assay/harness/kube"
)

var (
	// ready holds this process's probe pods by namespace. They are made when a
	// check first needs one, and serve until the suite ends.
	ready = map[string]*corev1.Pod{}
	// made holds every probe pod that was asked for, ready or not.
	made []*corev1.Pod
)

// removeProbes removes this process's probe pods.
func removeProbes(ctx SpecContext) {
	GinkgoHelper()
	var wait sync.WaitGroup
	for _, pod := range made {
		wait.Go(func() {
			defer GinkgoRecover()
			expect.Subject{What: "removal of " + pod.Namespace + "/" + pod.Name, From: kubernetesAPI}.
				NoError(p.Cluster.Remove(ctx, pod, timeouts.ObjectDeleted.Duration))
		})
	}
	wait.Wait()
}

// probes returns a ready pod to connect from for each namespace.
func probes(ctx SpecContext, namespaces ...string) []*corev1.Pod {
	GinkgoHelper()
	pods := make([]*corev1.Pod, len(namespaces))
	for i, namespace := range namespaces {
		if pods[i] = ready[namespace]; pods[i] != nil {
			continue
		}
		pod := kube.ProbePod(namespace, fmt.Sprintf("assay-probe-%s-%d", p.Unique(), len(made)))
		made = append(made, pod) // known to the cleanup before it is there
		pods[i] = pod
		expect.Subject{What: "probe pod in " + namespace, From: kubernetesAPI, Object: pod}.NoError(p.Cluster.Create(ctx, pod))
	}
	for i, namespace := range namespaces {
		if ready[namespace] == nil {
			expect.Subject{What: "probe pod in " + namespace, From: kubernetesAPI, Object: pods[i]}.
				NoError(p.Cluster.AwaitPodReady(ctx, pods[i], timeouts.PodReady.Duration))
			ready[namespace] = pods[i]
		}
	}
	return pods
}
