package quotas

import (
	"context"
	"fmt"

	. "github.com/onsi/ginkgo/v2"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"assay.dev/assay/harness/expect"
	"assay.dev/assay/harness/kube"
)

// observe starts to watch a namespace: its pods, its quotas, and its events. It
// returns once all three have seen how things are.
func observe(ctx context.Context, namespace string) *observation {
	GinkgoHelper()
	ctx, cancel := context.WithCancel(ctx)
	o := &observation{cancel: cancel, refused: []string{}, peak: corev1.ResourceList{}, counted: corev1.ResourceList{}}
	DeferCleanup(cancel)
	started := make(chan struct{}, 3)
	first := func(did *bool) {
		if !*did {
			*did = true
			started <- struct{}{}
		}
	}
	var pods, quotas, events bool
	known := map[types.UID]int32{}
	follow(ctx, o, namespace, &corev1.PodList{}, func(all map[types.UID]*corev1.Pod) (bool, error) {
		o.pods(all)
		first(&pods)
		return false, nil
	})
	follow(ctx, o, namespace, &corev1.ResourceQuotaList{}, func(all map[types.UID]*corev1.ResourceQuota) (bool, error) {
		o.quotas(all)
		first(&quotas)
		return false, nil
	})
	follow(ctx, o, namespace, &corev1.EventList{}, func(all map[types.UID]*corev1.Event) (bool, error) {
		o.events(all, known, events)
		first(&events)
		return false, nil
	})
	for range cap(started) {
		select {
		case <-started:
		case <-ctx.Done():
		}
	}
	return o
}

// follow runs one watch of an observation.
func follow[T client.Object](ctx context.Context, o *observation, namespace string, list client.ObjectList, see func(map[types.UID]T) (bool, error)) {
	o.wait.Go(func() {
		err := kube.Follow(ctx, p.Cluster, list, timeouts.Suite.Duration, see, client.InNamespace(namespace))
		if ctx.Err() == nil { // it ended before it was told to
			o.mu.Lock()
			defer o.mu.Unlock()
			o.lost = append(o.lost, err)
		}
	})
}

func (o *observation) pods(all map[types.UID]*corev1.Pod) {
	var pods []corev1.Pod
	for _, pod := range all {
		pods = append(pods, *pod)
	}
	sums := sum(pods)
	o.mu.Lock()
	defer o.mu.Unlock()
	o.most = max(o.most, len(pods))
	largest(o.peak, sums)
}

func (o *observation) quotas(all map[types.UID]*corev1.ResourceQuota) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, quota := range all {
		if kube.CountsEveryPod(quota) {
			largest(o.counted, quota.Status.Used)
		}
	}
}

// events notes each refusal that is new or repeated since the watch started.
func (o *observation) events(all map[types.UID]*corev1.Event, known map[types.UID]int32, started bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for uid, event := range all {
		if event.Reason != "FailedCreate" || known[uid] >= max(1, event.Count) {
			continue
		}
		known[uid] = max(1, event.Count)
		if started {
			o.refused = append(o.refused, fmt.Sprintf("%s %s: %s", event.InvolvedObject.Kind, event.InvolvedObject.Name, event.Message))
		}
	}
}

// anyRefused reports whether a pod was refused: the rollout need not be waited for then.
func (o *observation) anyRefused() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.refused) > 0
}

// end ends the watches and fails the check if one of them had ended before.
func (o *observation) end() {
	GinkgoHelper()
	o.mu.Lock()
	lost := o.lost
	o.mu.Unlock()
	o.cancel()
	o.wait.Wait()
	for _, err := range lost {
		expect.Subject{What: "observation of the rollout", From: kubernetesAPI}.NoError(err)
	}
}

// largest raises each of the bounded resources in most to what is in seen.
func largest(most, seen corev1.ResourceList) {
	for _, name := range bounded {
		now, ok := seen[name]
		if before := most[name]; ok && now.Cmp(before) > 0 {
			most[name] = now.DeepCopy()
		}
	}
}
