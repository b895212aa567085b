package bench

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"assay.dev/assay/harness/kube"
	"assay.dev/assay/spec"
)

// bench measures waits in one namespace.
type bench struct {
	*kube.Cluster
	timeouts  spec.Timeouts
	namespace string
}

// pollEvery is how often the truth is looked at where it is not known from the start:
// far more often than a suite could.
const pollEvery = 5 * time.Millisecond

// podReady is the time between a pod being Ready in the API and Await saying so.
// A second look, many times a second, is what says when it was.
func (b *bench) podReady(ctx context.Context, i int) (time.Duration, error) {
	pod := kube.ProbePod(b.namespace, fmt.Sprintf("ready-%d", i))
	if err := b.Create(ctx, pod); err != nil {
		return 0, err
	}
	truth := b.truth(ctx, func(ctx context.Context) (bool, error) {
		var now corev1.Pod
		err := b.Get(ctx, client.ObjectKeyFromObject(pod), &now)
		return kube.PodReady(&now), err
	})
	waiting := pod.DeepCopy()
	err := b.AwaitPodReady(ctx, waiting, b.timeouts.PodReady.Duration)
	noticed := time.Now()
	return since(noticed, <-truth, err)
}

// removed is the time between an object being gone from the API and Remove saying
// so.
func (b *bench) removed(ctx context.Context, i int) (time.Duration, error) {
	pod := kube.ProbePod(b.namespace, fmt.Sprintf("ready-%d", i)) // the one that podReady has made
	truth := b.truth(ctx, func(ctx context.Context) (bool, error) {
		var now corev1.Pod
		err := b.Get(ctx, client.ObjectKeyFromObject(pod), &now)
		return apierrors.IsNotFound(err), client.IgnoreNotFound(err)
	})
	err := b.Remove(ctx, pod, b.timeouts.ObjectDeleted.Duration)
	noticed := time.Now()
	return since(noticed, <-truth, err)
}

// followed is the time between a change being accepted and Follow seeing it.
func (b *bench) followed(ctx context.Context, i int) (time.Duration, error) {
	name := fmt.Sprintf("followed-%d", i)
	changed := b.changeLater(ctx, name)
	err := kube.Follow(ctx, b.Cluster, &corev1.ConfigMapList{}, b.timeouts.APIRequest.Duration, func(all map[types.UID]*corev1.ConfigMap) (bool, error) {
		for _, object := range all {
			if object.Name == name {
				return true, nil
			}
		}
		return false, nil
	}, client.InNamespace(b.namespace))
	noticed := time.Now()
	return since(noticed, <-changed, err)
}

// polled is the time between a change being accepted and a Poll finding it.
func (b *bench) polled(ctx context.Context, i int) (time.Duration, error) {
	name := fmt.Sprintf("polled-%d", i)
	changed := b.changeLater(ctx, name)
	wait := kube.Poll{Every: b.timeouts.PollInterval.Duration, Within: b.timeouts.APIRequest.Duration}
	err := wait.Until(ctx, func(ctx context.Context) error {
		return b.Get(ctx, client.ObjectKey{Namespace: b.namespace, Name: name}, &corev1.ConfigMap{})
	})
	noticed := time.Now()
	return since(noticed, <-changed, err)
}

// moment is when something came true, or why that is not known.
type moment struct {
	at  time.Time
	err error
}

// since is what a wait lost, if both it and the truth ended well.
func since(noticed time.Time, truth moment, err error) (time.Duration, error) {
	return noticed.Sub(truth.at), errors.Join(err, truth.err)
}

// truth looks until something holds, and returns when the first look that saw it
// was sent.
func (b *bench) truth(ctx context.Context, holds func(context.Context) (bool, error)) <-chan moment {
	result := make(chan moment, 1)
	go func() {
		ctx, cancel := context.WithTimeout(ctx, b.timeouts.PodReady.Duration)
		defer cancel()
		tick := time.NewTicker(pollEvery)
		defer tick.Stop()
		for {
			sent := time.Now()
			ok, err := holds(ctx)
			if ok || err != nil {
				result <- moment{sent, err}
				return
			}
			<-tick.C
		}
	}()
	return result
}

// changes numbers the delays, so that changes meet polls at different moments.
var changes atomic.Int64

// changeLater makes an object after a while, and returns when it was accepted.
func (b *bench) changeLater(ctx context.Context, name string) <-chan moment {
	const step, most = 37 * time.Millisecond, 10
	delay := 4*step + time.Duration(changes.Add(1)%most)*step
	result := make(chan moment, 1)
	go func() {
		select {
		case <-time.After(delay):
		case <-ctx.Done():
		}
		err := b.Create(ctx, &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: b.namespace, Name: name}})
		result <- moment{time.Now(), err}
	}()
	return result
}
