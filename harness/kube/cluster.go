package kube

import (
	"context"
	"fmt"
	"time"

	chaosv1alpha1 "github.com/chaos-mesh/chaos-mesh/api/v1alpha1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/kubernetes"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// Cluster is a connection to one cluster.
type Cluster struct {
	// Client reads, writes and watches every kind that the platform uses.
	client.WithWatch
	Config  *rest.Config
	Clients kubernetes.Interface
	Dialer  *Dialer
}

// Connect returns a connection to the cluster of config. Requests are limited so
// that a suite cannot starve the cluster's own components.
func Connect(config *rest.Config) (*Cluster, error) {
	config = rest.CopyConfig(config)
	config.QPS, config.Burst = 100, 200
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{clientgoscheme.AddToScheme, chaosv1alpha1.AddToScheme} {
		if err := add(scheme); err != nil {
			return nil, fmt.Errorf("register the kinds of the platform: %w", err)
		}
	}
	// What an API server advises is for who wrote an object, not for who judges it.
	config.WarningHandler = rest.NoWarnings{}
	watching, err := client.NewWithWatch(config, client.Options{Scheme: scheme})
	if err != nil {
		return nil, fmt.Errorf("connect to the cluster: %w", err)
	}
	clients, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, fmt.Errorf("connect to the cluster: %w", err)
	}
	return &Cluster{WithWatch: watching, Config: config, Clients: clients, Dialer: NewDialer(config, clients)}, nil
}

// Remove deletes an object and waits until it is gone, finalizers included. An
// object that is not there is no error.
func (c *Cluster) Remove(ctx context.Context, object client.Object, timeout time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	if err := c.Delete(ctx, object, client.GracePeriodSeconds(0)); err != nil {
		return client.IgnoreNotFound(err)
	}
	return c.awaitGone(ctx, object)
}

// AwaitGone waits until an object that somebody deletes is gone. One of the same name
// that was made since then is another, if the object has its UID.
func (c *Cluster) AwaitGone(ctx context.Context, object client.Object, timeout time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	return c.awaitGone(ctx, object)
}

func (c *Cluster) awaitGone(ctx context.Context, object client.Object) error {
	uid := object.GetUID()
	err := c.await(ctx, object, func(gone bool) (bool, error) {
		return gone || uid != "" && object.GetUID() != uid, nil
	})
	if apierrors.IsNotFound(err) {
		return nil
	}
	return err
}

// listOf returns an empty list for the object's kind, to watch it with.
func (c *Cluster) listOf(object client.Object) (client.ObjectList, error) {
	kind, err := c.GroupVersionKindFor(object)
	if err != nil {
		return nil, fmt.Errorf("find the kind of an object: %w", err)
	}
	if _, untyped := object.(*unstructured.Unstructured); untyped {
		list := &unstructured.UnstructuredList{}
		list.SetGroupVersionKind(kind.GroupVersion().WithKind(kind.Kind + "List"))
		return list, nil
	}
	made, err := c.Scheme().New(schema.GroupVersionKind{Group: kind.Group, Version: kind.Version, Kind: kind.Kind + "List"})
	if err != nil {
		return nil, fmt.Errorf("find the list of %s: %w", kind.Kind, err)
	}
	list, ok := made.(client.ObjectList)
	if !ok {
		return nil, fmt.Errorf("%sList is no list", kind.Kind)
	}
	return list, nil
}
