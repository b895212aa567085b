package operator

import (
	"context"
	"errors"
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/record"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"assay.dev/assay/standins/strimzi/api"
	"assay.dev/assay/standins/strimzi/cluster"
	"assay.dev/assay/standins/strimzi/kafkaadmin"
)

// KafkaReconciler brings one Kafka resource at a time to running brokers.
type KafkaReconciler struct {
	Client client.Client
	// Live reads past the cache, where a stale answer would do harm.
	Live     client.Reader
	Recorder record.EventRecorder
	Settings cluster.Settings
	// OperationTimeout is how long to wait for one thing, such as pods to be
	// ready, before the resource is NotReady with TimeoutException. The
	// operator goes on waiting afterwards.
	OperationTimeout time.Duration
	// FullInterval is the time after which a ready cluster is looked at again
	// without cause.
	FullInterval time.Duration
	// Describe asks the brokers behind an address; kafkaadmin.Describe.
	Describe func(ctx context.Context, address string) (*kafkaadmin.View, error)
	// NewCA makes a certificate authority; cluster.NewCA.
	NewCA func(commonName string, now time.Time) (*cluster.CA, error)
	Now   func() time.Time

	applier applier
	stalls  stalls
}

// Reconcile does what can be done now for the resource and tells in its status
// how far it came.
func (r *KafkaReconciler) Reconcile(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	var kafka api.Kafka
	if err := r.Client.Get(ctx, req.NamespacedName, &kafka); err != nil {
		r.stalls.end(req.NamespacedName)
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	if !kafka.DeletionTimestamp.IsZero() {
		// what belongs to the resource goes with it
		return ctrl.Result{}, nil
	}
	if len(kafka.Status.Conditions) == 0 {
		if err := r.writeStatus(ctx, &kafka, cluster.CreatingStatus()); err != nil {
			return ctrl.Result{}, err
		}
	}
	observed, err := r.observe(ctx, &kafka)
	if err != nil {
		return ctrl.Result{}, err
	}
	rendered, err := cluster.New(&kafka, r.Settings, observed)
	if err != nil {
		r.stalls.end(req.NamespacedName)
		log.FromContext(ctx).Info("Refused", "cause", err.Error())
		return ctrl.Result{}, r.writeStatus(ctx, &kafka, cluster.FailedStatus(kafka.Status, kafka.Generation, nil, err))
	}
	done, err := r.converge(ctx, &kafka, rendered, observed)
	return r.report(ctx, &kafka, rendered, done, err)
}

// report turns what converge came to into status and result.
func (r *KafkaReconciler) report(ctx context.Context, kafka *api.Kafka, rendered *cluster.Cluster, done progress, err error) (
	ctrl.Result, error,
) {
	key := client.ObjectKeyFromObject(kafka)
	var refusal *cluster.Error
	switch {
	case errors.As(err, &refusal):
		r.stalls.end(key)
		return ctrl.Result{RequeueAfter: r.FullInterval},
			r.writeStatus(ctx, kafka, cluster.FailedStatus(kafka.Status, kafka.Generation, rendered.Warnings, err))
	case apierrors.IsConflict(err):
		// another writer came first; nothing is wrong with the cluster
		return ctrl.Result{RequeueAfter: firstRetry}, nil
	case err != nil:
		status := cluster.FailedStatus(kafka.Status, kafka.Generation, rendered.Warnings, err)
		return ctrl.Result{}, errors.Join(err, r.writeStatus(ctx, kafka, status))
	case done.waitingFor != "":
		return r.reportWaiting(ctx, kafka, rendered, done)
	}
	r.stalls.end(key)
	return ctrl.Result{RequeueAfter: r.FullInterval},
		r.writeStatus(ctx, kafka, rendered.ReadyStatus(kafka.Generation, done.clusterID))
}

// reportWaiting leaves the status alone, as Strimzi does while a
// reconciliation is under way, until the operation timeout has passed.
func (r *KafkaReconciler) reportWaiting(ctx context.Context, kafka *api.Kafka, rendered *cluster.Cluster, done progress) (
	ctrl.Result, error,
) {
	waited := r.stalls.waited(client.ObjectKeyFromObject(kafka), kafka.Generation, done.waitingFor, r.Now())
	log.FromContext(ctx).V(1).Info("Waiting", "for", done.waitingFor, "detail", done.detail, "since", waited)
	if waited < r.OperationTimeout {
		next := r.OperationTimeout - waited
		if done.recheck > 0 {
			next = min(next, done.recheck)
		}
		return ctrl.Result{RequeueAfter: next}, nil
	}
	message := fmt.Sprintf("Exceeded timeout of %dms while waiting for %s in namespace %s",
		r.OperationTimeout.Milliseconds(), done.waitingFor, kafka.Namespace)
	if done.detail != "" {
		message += ": " + done.detail
	}
	err := &cluster.Error{Reason: cluster.ReasonTimeout, Message: message}
	return ctrl.Result{RequeueAfter: done.recheck},
		r.writeStatus(ctx, kafka, cluster.FailedStatus(kafka.Status, kafka.Generation, rendered.Warnings, err))
}

// writeStatus patches the status when it differs.
func (r *KafkaReconciler) writeStatus(ctx context.Context, kafka *api.Kafka, status api.KafkaStatus) error {
	status.Conditions = api.MergeConditions(kafka.Status.Conditions, status.Conditions, metav1.NewTime(r.Now()))
	if equality.Semantic.DeepEqual(kafka.Status, status) {
		return nil
	}
	before := kafka.DeepCopy()
	kafka.Status = status
	if err := r.Client.Status().Patch(ctx, kafka, client.MergeFrom(before)); err != nil {
		return client.IgnoreNotFound(fmt.Errorf("write status of Kafka %s: %w", kafka.Name, err))
	}
	return nil
}

// observe reads what the existing pod sets were rendered from.
func (r *KafkaReconciler) observe(ctx context.Context, kafka *api.Kafka) (cluster.Observed, error) {
	var observed cluster.Observed
	for name, into := range map[string]**cluster.ObservedComponent{
		cluster.KafkaName(kafka.Name):     &observed.Kafka,
		cluster.ZookeeperName(kafka.Name): &observed.Zookeeper,
	} {
		var set api.StrimziPodSet
		err := r.Client.Get(ctx, client.ObjectKey{Namespace: kafka.Namespace, Name: name}, &set)
		if apierrors.IsNotFound(err) {
			continue
		}
		if err != nil {
			return observed, fmt.Errorf("read pod set %s: %w", name, err)
		}
		storage, err := cluster.DecodeStorage(set.Annotations[cluster.AnnotationStorage])
		if err != nil {
			return observed, fmt.Errorf("pod set %s: %w", name, err)
		}
		*into = &cluster.ObservedComponent{Replicas: int32(len(set.Spec.Pods)), Storage: storage}
	}
	return observed, nil
}
