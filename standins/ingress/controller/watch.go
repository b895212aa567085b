package controller

import (
	"context"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/util/workqueue"
	"k8s.io/utils/ptr"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
	"sigs.k8s.io/controller-runtime/pkg/source"
)

const (
	// retryFirst and retryLast bound the pause after a step that failed.
	retryFirst = 200 * time.Millisecond
	retryLast  = 30 * time.Second
)

// step is the one request that every change leads to.
var step = reconcile.Request{NamespacedName: types.NamespacedName{Name: "configuration"}}

type queue = workqueue.TypedRateLimitingInterface[reconcile.Request]

// SetupWithManager watches everything that shapes the configuration.
func (r *Reconciler) SetupWithManager(mgr ctrl.Manager) error {
	b := ctrl.NewControllerManagedBy(mgr).Named("ingress").WithOptions(controller.Options{
		MaxConcurrentReconciles: 1,
		// Names must differ for metrics only, and there are none.
		SkipNameValidation: ptr.To(true),
		RateLimiter:        workqueue.NewTypedItemExponentialFailureRateLimiter[reconcile.Request](retryFirst, retryLast),
	})
	for _, object := range []client.Object{
		&networkingv1.Ingress{}, &networkingv1.IngressClass{},
		&corev1.Service{}, &discoveryv1.EndpointSlice{}, &corev1.Secret{},
	} {
		b = b.Watches(object, r.onChange(), builder.WithPredicates(predicate.ResourceVersionChangedPredicate{}))
	}
	// The first step is due even when there is nothing to watch yet. It waits
	// for all of the above to be in the cache.
	b = b.WatchesRawSource(source.Func(func(_ context.Context, q queue) error {
		q.Add(step)
		return nil
	}))
	if err := b.Complete(r); err != nil {
		return fmt.Errorf("setting up the watches: %w", err)
	}
	return nil
}

// onChange asks for a step after the debounce time. Later changes do not put
// it off: the queue keeps the earliest time.
func (r *Reconciler) onChange() handler.EventHandler {
	changed := func(q queue) {
		r.Progress.Changed()
		q.AddAfter(step, r.Debounce)
	}
	return handler.Funcs{
		CreateFunc:  func(_ context.Context, _ event.CreateEvent, q queue) { changed(q) },
		UpdateFunc:  func(_ context.Context, _ event.UpdateEvent, q queue) { changed(q) },
		DeleteFunc:  func(_ context.Context, _ event.DeleteEvent, q queue) { changed(q) },
		GenericFunc: func(_ context.Context, _ event.GenericEvent, q queue) { changed(q) },
	}
}
