package kube

import (
	"context"
	"errors"
	"fmt"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// Follow watches all objects of a list's kind that options select, and calls see
// with the state of all of them at first and after each change, until see returns
// true or an error, or the timeout. Changes are not merged: see is called for
// each one. The objects belong to see and must not be changed.
func Follow[T client.Object](ctx context.Context, c *Cluster, list client.ObjectList, timeout time.Duration,
	see func(map[types.UID]T) (bool, error), options ...client.ListOption,
) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	for {
		done, err := followOnce(ctx, c, list, see, options)
		switch {
		case ctx.Err() != nil && !done:
			if err == nil || errors.Is(err, ctx.Err()) {
				return fmt.Errorf("follow %T for %s: %w", list, timeout, ctx.Err())
			}
			return fmt.Errorf("follow %T for %s: %w", list, timeout, err)
		case err != nil && !apierrors.IsResourceExpired(err) && !apierrors.IsGone(err):
			return fmt.Errorf("follow %T: %w", list, err)
		case done:
			return nil
		}
	}
}

// followOnce lists and then watches from there until the watch ends.
func followOnce[T client.Object](ctx context.Context, c *Cluster, list client.ObjectList,
	see func(map[types.UID]T) (bool, error), options []client.ListOption,
) (bool, error) {
	if err := c.List(ctx, list, options...); err != nil {
		return false, err
	}
	all := map[types.UID]T{}
	err := meta.EachListItem(list, func(item runtime.Object) error {
		object, ok := item.DeepCopyObject().(T)
		if !ok {
			return fmt.Errorf("the list holds a %T", item)
		}
		all[object.GetUID()] = object
		return nil
	})
	if err != nil {
		return false, err
	}
	if done, err := see(all); done || err != nil {
		return done, err
	}
	empty, ok := list.DeepCopyObject().(client.ObjectList)
	if !ok {
		return false, fmt.Errorf("%T is no list", list)
	}
	from := &client.ListOptions{}
	from.ApplyOptions(options)
	from.Raw = &metav1.ListOptions{ResourceVersion: list.GetResourceVersion()}
	watcher, err := c.Watch(ctx, empty, from)
	if err != nil {
		return false, err
	}
	defer watcher.Stop()
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
			object, ok := event.Object.(T)
			if !ok {
				continue // a bookmark
			}
			if event.Type == watch.Deleted {
				delete(all, object.GetUID())
			} else {
				all[object.GetUID()] = object
			}
			if done, err := see(all); done || err != nil {
				return done, err
			}
		}
	}
}
