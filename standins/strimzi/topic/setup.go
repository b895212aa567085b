package topic

import (
	"context"
	"time"

	"k8s.io/client-go/util/workqueue"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"assay.dev/assay/standins/strimzi/api"
)

// Back-off of retries while brokers cannot be reached.
const (
	firstRetry = 500 * time.Millisecond
	lastRetry  = 10 * time.Second
)

// SetupWithManager registers the reconciler. Its own status writes do not wake
// it; a change of one resource wakes the others of the same topic, because it
// may end their conflict.
func (r *Reconciler) SetupWithManager(mgr ctrl.Manager) error {
	relevant := predicate.Or[client.Object](
		predicate.GenerationChangedPredicate{},
		predicate.AnnotationChangedPredicate{},
		predicate.LabelChangedPredicate{},
	)
	return ctrl.NewControllerManagedBy(mgr).
		Named("kafkatopic").
		For(&api.KafkaTopic{}, builder.WithPredicates(relevant)).
		Watches(&api.KafkaTopic{}, handler.EnqueueRequestsFromMapFunc(r.siblings), builder.WithPredicates(relevant)).
		WithOptions(controller.Options{
			RateLimiter: workqueue.NewTypedItemExponentialFailureRateLimiter[reconcile.Request](firstRetry, lastRetry),
		}).
		Complete(r)
}

// siblings are the other resources for the topic of changed.
func (r *Reconciler) siblings(ctx context.Context, changed client.Object) []reconcile.Request {
	topic, ok := changed.(*api.KafkaTopic)
	if !ok {
		return nil
	}
	var all api.KafkaTopicList
	if err := r.Client.List(ctx, &all, client.InNamespace(topic.Namespace)); err != nil {
		log.FromContext(ctx).Error(err, "List KafkaTopics", "namespace", topic.Namespace)
		return nil
	}
	var requests []reconcile.Request
	for i := range all.Items {
		other := &all.Items[i]
		if other.Name != topic.Name && other.NameInKafka() == topic.NameInKafka() {
			requests = append(requests, reconcile.Request{NamespacedName: client.ObjectKeyFromObject(other)})
		}
	}
	return requests
}
