package topic

import (
	"context"
	"errors"
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"assay.dev/assay/standins/strimzi/api"
	"assay.dev/assay/standins/strimzi/kafkaadmin"
)

// Finalizer holds a KafkaTopic until its topic is deleted.
const Finalizer = "strimzi.io/topic-operator"

// settleDelay is waited when a topic that was just created is not described
// yet.
const settleDelay = 500 * time.Millisecond

// Kafka is what the reconciler needs of the brokers; *kafkaadmin.Topics.
type Kafka interface {
	Describe(name string) (*kafkaadmin.Topic, error)
	Create(name string, partitions, replicas int32, config map[string]string) error
	AlterConfig(name string, set map[string]string, reset []string) error
	AddPartitions(name string, total int32) error
	Delete(name string) error
}

// Reconciler reconciles one KafkaTopic at a time.
type Reconciler struct {
	Client client.Client
	Kafka  Kafka
	// Interval after which a topic is compared again.
	Interval time.Duration
	// Now gives the time of condition transitions.
	Now func() time.Time
}

// Reconcile brings a topic to what its resource says and the resource's status
// to what came of it. Errors of brokers are retried with back-off; a resource
// that asks for the impossible waits for the interval.
func (r *Reconciler) Reconcile(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	var resource api.KafkaTopic
	if err := r.Client.Get(ctx, req.NamespacedName, &resource); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	if !resource.DeletionTimestamp.IsZero() {
		return ctrl.Result{}, r.finalize(ctx, &resource)
	}
	if err := r.setFinalizer(ctx, &resource, true); err != nil {
		return ctrl.Result{}, err
	}
	topic, err := r.converge(ctx, &resource)
	if topic == nil && err == nil {
		return ctrl.Result{RequeueAfter: settleDelay}, nil
	}
	status := *resource.Status.DeepCopy()
	status.Conditions = []api.Condition{condition(err)}
	if err == nil {
		status.TopicName, status.TopicID = resource.NameInKafka(), topic.ID
	}
	if statusErr := r.writeStatus(ctx, &resource, status); statusErr != nil {
		return ctrl.Result{}, errors.Join(err, statusErr)
	}
	var failure *Failure
	if err != nil && !errors.As(err, &failure) {
		return ctrl.Result{}, err
	}
	return ctrl.Result{RequeueAfter: r.Interval}, nil
}

// converge returns the topic as it is afterwards; nil without an error means
// that the broker does not show a topic yet that was just created.
func (r *Reconciler) converge(ctx context.Context, resource *api.KafkaTopic) (*kafkaadmin.Topic, error) {
	want, err := newDesired(resource)
	if err != nil {
		return nil, err
	}
	if previous := resource.Status.TopicName; previous != "" && previous != want.name {
		return nil, notSupported("Changing spec.topicName is not supported")
	}
	owner, err := r.managerOf(ctx, resource)
	if err != nil {
		return nil, err
	}
	if owner.Name != resource.Name {
		return nil, conflictWith(owner)
	}
	have, err := r.Kafka.Describe(want.name)
	if errors.Is(err, kafkaadmin.ErrTopicNotFound) {
		return r.create(ctx, want)
	}
	if err != nil {
		return nil, err
	}
	return have, r.change(ctx, want, have)
}

func (r *Reconciler) create(ctx context.Context, want desired) (*kafkaadmin.Topic, error) {
	err := r.Kafka.Create(want.name, want.partitions, want.replicas, want.config)
	if err != nil && !errors.Is(err, kafkaadmin.ErrTopicExists) {
		return nil, err
	}
	log.FromContext(ctx).Info("Created topic", "topic", want.name, "partitions", want.partitions)
	topic, err := r.Kafka.Describe(want.name)
	if errors.Is(err, kafkaadmin.ErrTopicNotFound) {
		return nil, nil
	}
	return topic, err
}

func (r *Reconciler) change(ctx context.Context, want desired, have *kafkaadmin.Topic) error {
	c := plan(want, have)
	logger := log.FromContext(ctx).WithValues("topic", want.name)
	if len(c.set)+len(c.reset) > 0 {
		if err := r.Kafka.AlterConfig(want.name, c.set, c.reset); err != nil {
			return err
		}
		logger.Info("Changed configuration of topic", "set", c.set, "reset", c.reset)
	}
	if c.partitions > 0 {
		if err := r.Kafka.AddPartitions(want.name, c.partitions); err != nil {
			return err
		}
		logger.Info("Added partitions to topic", "partitions", c.partitions)
	}
	return c.refused
}

// managerOf is the resource that manages the topic of resource: itself, or an
// older one.
func (r *Reconciler) managerOf(ctx context.Context, resource *api.KafkaTopic) (*api.KafkaTopic, error) {
	var all api.KafkaTopicList
	if err := r.Client.List(ctx, &all, client.InNamespace(resource.Namespace)); err != nil {
		return nil, fmt.Errorf("list KafkaTopics of namespace %s: %w", resource.Namespace, err)
	}
	if owner := manager(all.Items, resource.NameInKafka()); owner != nil {
		return owner, nil
	}
	return resource, nil
}

// writeStatus patches the status when it differs.
func (r *Reconciler) writeStatus(ctx context.Context, resource *api.KafkaTopic, status api.KafkaTopicStatus) error {
	status.ObservedGeneration = resource.Generation
	status.Conditions = api.MergeConditions(resource.Status.Conditions, status.Conditions, metav1.NewTime(r.Now()))
	if equality.Semantic.DeepEqual(resource.Status, status) {
		return nil
	}
	before := resource.DeepCopy()
	resource.Status = status
	if err := r.Client.Status().Patch(ctx, resource, client.MergeFrom(before)); err != nil {
		return client.IgnoreNotFound(fmt.Errorf("write status of KafkaTopic %s: %w", resource.Name, err))
	}
	return nil
}

// setFinalizer adds or removes the finalizer.
func (r *Reconciler) setFinalizer(ctx context.Context, resource *api.KafkaTopic, wanted bool) error {
	before := resource.DeepCopy()
	var changed bool
	if wanted {
		changed = controllerutil.AddFinalizer(resource, Finalizer)
	} else {
		changed = controllerutil.RemoveFinalizer(resource, Finalizer)
	}
	if !changed {
		return nil
	}
	// finalizers are a plain list in a merge patch: refuse to overwrite another's change
	patch := client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{})
	if err := r.Client.Patch(ctx, resource, patch); err != nil {
		return client.IgnoreNotFound(fmt.Errorf("finalizer of KafkaTopic %s: %w", resource.Name, err))
	}
	return nil
}
