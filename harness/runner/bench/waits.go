package bench

import (
	"context"
	"fmt"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"assay.dev/assay/harness/kube"
	"assay.dev/assay/harness/runs/benchresults"
	"assay.dev/assay/spec"
)

// times is how often each kind of wait is measured.
const times = 7

// waits measures each kind of wait that the suites use, in a namespace of its own.
func waits(ctx context.Context, cluster *kube.Cluster, timeouts spec.Timeouts) (_ []benchresults.Figure, err error) {
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{
		Name: fmt.Sprintf("assay-bench-%d", time.Now().UnixNano()), Labels: map[string]string{kube.ManagedByLabel: kube.ManagedBy},
	}}
	defer func() {
		gone := cluster.Remove(context.WithoutCancel(ctx), namespace, timeouts.NamespaceDeleted.Duration)
		if err == nil && gone != nil {
			err = fmt.Errorf("remove the namespace of the measurement: %w", gone)
		}
	}()
	if err := cluster.Create(ctx, namespace); err != nil {
		return nil, fmt.Errorf("make the namespace of the measurement: %w", err)
	}
	b := &bench{Cluster: cluster, timeouts: timeouts, namespace: namespace.Name}
	var list []benchresults.Figure
	var all []time.Duration
	for _, kind := range []struct {
		name    string
		measure func(context.Context, int) (time.Duration, error)
	}{
		{"a pod to become ready (watch)", b.podReady},
		{"an object to be gone (watch)", b.removed},
		{"a set of objects to change (watch)", b.followed},
		{"what cannot be watched (poll)", b.polled},
	} {
		var losses []time.Duration
		for i := range times {
			loss, err := kind.measure(ctx, i)
			if err != nil {
				return nil, fmt.Errorf("measure a wait for %s: %w", kind.name, err)
			}
			losses = append(losses, max(0, loss))
		}
		all = append(all, losses...)
		list = append(list, figure("lost by a wait for "+kind.name+", median of "+fmt.Sprint(times), median(losses)))
	}
	list = append(list, figure(fmt.Sprintf("lost by any wait, median of %d", len(all)), median(all)))
	return list, nil
}

func figure(name string, loss time.Duration) benchresults.Figure {
	return benchresults.Figure{Name: name, Value: loss.Seconds(), Bound: mostLoss.Seconds(), Unit: "s"}
}

// median is the middle of a list that is not empty.
func median[N ~int64 | ~float64](list []N) N {
	sorted := slices.Sorted(slices.Values(list))
	middle := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[middle]
	}
	return (sorted[middle-1] + sorted[middle]) / 2
}
