package kube

import (
	"context"
	"fmt"
	"reflect"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/watch"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// Await watches an object, which is named by its namespace and name, until
// holds returns true for what it then is. The object is kept up to date while
// waiting; an error of holds ends the wait.
func (c *Cluster) Await(ctx context.Context, object client.Object, timeout time.Duration, holds func() (bool, error)) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	err := c.await(ctx, object, func(gone bool) (bool, error) {
		if gone {
			return false, nil
		}
		return holds()
	})
	if err != nil {
		return fmt.Errorf("wait %s for %T %s: %w", timeout, object, client.ObjectKeyFromObject(object), err)
	}
	return nil
}

// await evaluates holds for the object as it is, and after each change.
func (c *Cluster) await(ctx context.Context, object client.Object, holds func(gone bool) (bool, error)) error {
	key := client.ObjectKeyFromObject(object)
	list, err := c.listOf(object)
	if err != nil {
		return err
	}
	for ctx.Err() == nil {
		watcher, err := c.Watch(ctx, list, client.InNamespace(key.Namespace), client.MatchingFields{"metadata.name": key.Name})
		if err != nil {
			return fmt.Errorf("watch: %w", err)
		}
		// The watch is open before the first look, so that no change is missed.
		err = c.Get(ctx, key, object)
		if client.IgnoreNotFound(err) != nil {
			watcher.Stop()
			return fmt.Errorf("look: %w", err)
		}
		done, err := holds(apierrors.IsNotFound(err))
		if !done && err == nil {
			done, err = follow(ctx, watcher, object, holds)
		}
		watcher.Stop()
		if done || err != nil {
			return err
		}
	}
	return ctx.Err()
}

// follow evaluates holds for each event until the watch ends.
func follow(ctx context.Context, watcher watch.Interface, object client.Object, holds func(gone bool) (bool, error)) (bool, error) {
	for {
		select {
		case <-ctx.Done():
			return false, ctx.Err()
		case event, open := <-watcher.ResultChan():
			if !open {
				return false, nil
			}
			if event.Type == watch.Error {
				return false, apierrors.FromObject(event.Object)
			}
			if event.Type != watch.Deleted {
				reflect.ValueOf(object).Elem().Set(reflect.ValueOf(event.Object).Elem())
			}
			if done, err := holds(event.Type == watch.Deleted); done || err != nil {
				return done, err
			}
		}
	}
}

// AwaitPodReady waits until a pod is ready. A pod that has ended cannot become
// ready: that is an error at once.
func (c *Cluster) AwaitPodReady(ctx context.Context, pod *corev1.Pod, timeout time.Duration) error {
	return c.Await(ctx, pod, timeout, func() (bool, error) {
		if pod.Status.Phase == corev1.PodFailed || pod.Status.Phase == corev1.PodSucceeded {
			return false, fmt.Errorf("the pod has ended: %s %s", pod.Status.Reason, pod.Status.Message)
		}
		return PodReady(pod), nil
	})
}

// PodReady reports whether a pod's condition Ready is true.
func PodReady(pod *corev1.Pod) bool {
	for _, condition := range pod.Status.Conditions {
		if condition.Type == corev1.PodReady {
			return condition.Status == corev1.ConditionTrue
		}
	}
	return false
}
