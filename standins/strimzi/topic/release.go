package topic

import (
	"context"
	"errors"

	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"assay.dev/assay/standins/strimzi/api"
)

// finalize deletes the topic of a resource that is being deleted, then lets
// the resource go. A resource whose topic is an older one's leaves it alone.
func (r *Reconciler) finalize(ctx context.Context, resource *api.KafkaTopic) error {
	if !controllerutil.ContainsFinalizer(resource, Finalizer) {
		return nil
	}
	name, err := r.ownedTopic(ctx, resource)
	if err != nil {
		return err
	}
	if name != "" {
		if err := r.Kafka.Delete(name); err != nil {
			status := *resource.Status.DeepCopy()
			status.Conditions = []api.Condition{condition(err)}
			return errors.Join(err, r.writeStatus(ctx, resource, status))
		}
		log.FromContext(ctx).Info("Deleted topic", "topic", name)
	}
	return r.setFinalizer(ctx, resource, false)
}

// ownedTopic is the topic that goes with the resource, empty for none.
func (r *Reconciler) ownedTopic(ctx context.Context, resource *api.KafkaTopic) (string, error) {
	// a topic name changed since is refused, so the old topic is the resource's
	if name := resource.Status.TopicName; name != "" && name != resource.NameInKafka() {
		return name, nil
	}
	owner, err := r.managerOf(ctx, resource)
	if err != nil {
		return "", err
	}
	if owner.Name != resource.Name {
		return "", nil
	}
	return resource.NameInKafka(), nil
}
