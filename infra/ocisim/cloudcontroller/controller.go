// Package cloudcontroller is the cloud controller of a cluster that stands behind the
// emulated OCI: it gives Services of type LoadBalancer an address and records their
// load balancers in the emulator, as OCI's cloud controller does with real ones
// (https://github.com/oracle/oci-cloud-controller-manager, docs/load-balancer-annotations.md).
//
// The address is that of a node, whose kube-proxy takes in what is for the load
// balancer. It changes where the only ready pods of a Service with the external traffic
// policy Local move to another node; that of a real load balancer stays.
package cloudcontroller

import (
	"context"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	corelisters "k8s.io/client-go/listers/core/v1"
	discoverylisters "k8s.io/client-go/listers/discovery/v1"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/util/workqueue"

	"assay.dev/assay/infra/ocisim"
)

const (
	// Bounds of the time after which what failed is tried again.
	minRetry, maxRetry = 200 * time.Millisecond, 5 * time.Second
	// callTimeout bounds what is done for one Service.
	callTimeout = 30 * time.Second
)

// Balancers are the load balancers of the cloud; *ocisim.Server implements it.
type Balancers interface {
	PutLoadBalancer(asked ocisim.ServiceBalancer) (id string, err error)
	RemoveLoadBalancer(name string)
}

type controller struct {
	client    kubernetes.Interface
	balancers Balancers
	log       func(format string, args ...any)
	queue     workqueue.TypedRateLimitingInterface[cache.ObjectName]
	services  corelisters.ServiceLister
	slices    discoverylisters.EndpointSliceLister
	nodes     corelisters.NodeLister
}

// Run serves the Services of a cluster until ctx ends. What fails is logged and tried
// again. The error says that nothing could be watched.
func Run(ctx context.Context, client kubernetes.Interface, balancers Balancers, log func(format string, args ...any)) error {
	factory := informers.NewSharedInformerFactory(client, 0)
	services, endpoints, nodes := factory.Core().V1().Services(), factory.Discovery().V1().EndpointSlices(), factory.Core().V1().Nodes()
	c := &controller{
		client: client, balancers: balancers, log: log,
		queue: workqueue.NewTypedRateLimitingQueue(
			workqueue.NewTypedItemExponentialFailureRateLimiter[cache.ObjectName](minRetry, maxRetry)),
		services: services.Lister(), slices: endpoints.Lister(), nodes: nodes.Lister(),
	}
	for informer, handle := range map[cache.SharedIndexInformer]func(any){
		services.Informer(): c.serviceChanged, endpoints.Informer(): c.endpointsChanged, nodes.Informer(): c.nodeChanged,
	} {
		_, err := informer.AddEventHandler(cache.ResourceEventHandlerFuncs{
			AddFunc: handle, UpdateFunc: func(_, now any) { handle(now) }, DeleteFunc: handle,
		})
		if err != nil {
			return fmt.Errorf("watch the cluster's services: %w", err)
		}
	}
	watching, stop := context.WithCancel(ctx)
	factory.Start(watching.Done())
	defer factory.Shutdown() // waits for the informers
	defer stop()
	factory.WaitForCacheSync(ctx.Done())
	ended := context.AfterFunc(ctx, c.queue.ShutDown)
	defer ended()
	for c.next(ctx) {
	}
	return nil
}

// next serves one Service that has changed, and reports whether there may be more.
func (c *controller) next(ctx context.Context) bool {
	name, ended := c.queue.Get()
	if ended {
		return false
	}
	defer c.queue.Done(name)
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	if err := c.reconcile(ctx, name); err != nil {
		c.log("load balancer of %s: %v", name, err)
		c.queue.AddRateLimited(name)
		return true
	}
	c.queue.Forget(name)
	return true
}

func (c *controller) serviceChanged(object any) {
	if name, err := cache.DeletionHandlingObjectToName(object); err == nil {
		c.queue.Add(name)
	}
}

func (c *controller) endpointsChanged(object any) {
	if gone, ok := object.(cache.DeletedFinalStateUnknown); ok {
		object = gone.Obj
	}
	if slice, ok := object.(*discoveryv1.EndpointSlice); ok && slice.Labels[discoveryv1.LabelServiceName] != "" {
		c.queue.Add(cache.NewObjectName(slice.Namespace, slice.Labels[discoveryv1.LabelServiceName]))
	}
}

// nodeChanged looks at all Services that have a load balancer: it may have led to that
// node.
func (c *controller) nodeChanged(any) {
	services, err := c.services.List(everything)
	if err != nil {
		return // a lister of a cache has no errors
	}
	for _, service := range services {
		if service.Spec.Type == corev1.ServiceTypeLoadBalancer {
			c.queue.Add(cache.MetaObjectToName(service))
		}
	}
}
