package topic

import (
	"context"
	"errors"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"assay.dev/assay/standins/strimzi/api"
)

// managed reports whether the operator may touch the resource's topic.
func managed(resource *api.KafkaTopic) bool {
	return resource.Annotations[annotationManaged] != "false"
}

// finalize deletes the topic of a resource that is being deleted, then lets
// the resource go. A resource that never managed its topic leaves it alone.
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
	if !managed(resource) {
		return "", nil
	}
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

// release gives up a topic that is no longer managed without touching it.
func (r *Reconciler) release(ctx context.Context, resource *api.KafkaTopic) error {
	if err := r.setFinalizer(ctx, resource, false); err != nil {
		return err
	}
	status := *resource.Status.DeepCopy()
	status.Conditions = []api.Condition{{Type: api.ConditionReady, Status: metav1.ConditionTrue}}
	status.TopicName = ""
	return r.writeStatus(ctx, resource, status)
}
