package operator

import (
	"context"
	"fmt"
	"strings"
	"time"

	"assay.dev/assay/hermetic/strimzi/api"
	"assay.dev/assay/hermetic/strimzi/cluster"
	"assay.dev/assay/hermetic/strimzi/kafkaadmin"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// brokerRecheck is the pause between questions to brokers that did not give
// the hoped-for answer: brokers cannot be watched.
const brokerRecheck = time.Second

// annotationSkipScaleDownCheck lets brokers be removed with their partitions.
const annotationSkipScaleDownCheck = "strimzi.io/skip-broker-scaledown-check"

// converge goes through the stages in Strimzi's order: ZooKeeper, brokers,
// entity operator. Each must be done before the next begins.
func (r *KafkaReconciler) converge(ctx context.Context, kafka *api.Kafka, c *cluster.Cluster, observed cluster.Observed) (
	progress, error,
) {
	if err := r.checkScaleDown(ctx, kafka, c, observed); err != nil {
		return progress{}, err
	}
	for _, name := range []string{cluster.ClusterCAName(c.Name), cluster.ClientsCAName(c.Name)} {
		if err := r.ensureCA(ctx, c, name); err != nil {
			return progress{}, err
		}
	}
	if err := applyAll(ctx, r.Client, objects(c.DisruptionBudgets()...)); err != nil {
		return progress{}, err
	}
	if done, err := r.convergeZookeeper(ctx, c); err != nil || done.waitingFor != "" {
		return done, err
	}
	done, err := r.convergeKafka(ctx, c)
	if err != nil || done.waitingFor != "" {
		return done, err
	}
	operator, err := r.convergeEntityOperator(ctx, c)
	if err != nil || operator.waitingFor != "" {
		return operator, err
	}
	return done, r.prune(ctx, kafka, c)
}

func (r *KafkaReconciler) convergeZookeeper(ctx context.Context, c *cluster.Cluster) (progress, error) {
	wanted := objects(c.ZookeeperServices()...)
	wanted = append(wanted, c.ZookeeperServiceAccount(), c.ZookeeperConfigMap(), c.ZookeeperNetworkPolicy())
	wanted = append(wanted, objects(c.ZookeeperClaims()...)...)
	set := c.ZookeeperPodSet()
	if err := applyAll(ctx, r.Client, append(wanted, set)); err != nil {
		return progress{}, err
	}
	return r.settle(ctx, set, nil)
}

func (r *KafkaReconciler) convergeKafka(ctx context.Context, c *cluster.Cluster) (progress, error) {
	wanted := objects(c.KafkaServices()...)
	wanted = append(wanted, c.KafkaServiceAccount(), c.KafkaNetworkPolicy())
	wanted = append(wanted, objects(c.KafkaConfigMaps()...)...)
	wanted = append(wanted, objects(c.KafkaClaims()...)...)
	set := c.KafkaPodSet()
	if err := applyAll(ctx, r.Client, append(wanted, set)); err != nil {
		return progress{}, err
	}
	ask := func(ctx context.Context) (*kafkaadmin.View, error) { return r.Describe(ctx, c.AdminBootstrap()) }
	if done, err := r.settle(ctx, set, ask); err != nil || done.waitingFor != "" {
		return done, err
	}
	view, err := ask(ctx)
	if err != nil {
		return progress{waitingFor: "brokers to answer", detail: err.Error(), recheck: brokerRecheck}, nil
	}
	if missing := view.Missing(c.Kafka.Replicas); len(missing) > 0 {
		return progress{waitingFor: fmt.Sprintf("brokers %v to join the cluster", missing), recheck: brokerRecheck}, nil
	}
	return progress{clusterID: view.ClusterID}, nil
}

func (r *KafkaReconciler) convergeEntityOperator(ctx context.Context, c *cluster.Cluster) (progress, error) {
	if c.TopicOperator == nil {
		return progress{}, nil
	}
	wanted := c.EntityOperatorDeployment()
	err := applyAll(ctx, r.Client, []client.Object{
		c.EntityOperatorServiceAccount(), c.EntityOperatorRole(), c.TopicOperatorRoleBinding(), wanted,
	})
	if err != nil {
		return progress{}, err
	}
	waiting := progress{waitingFor: "Deployment " + wanted.Name + " to be available"}
	var deployment appsv1.Deployment
	err = r.Client.Get(ctx, client.ObjectKeyFromObject(wanted), &deployment)
	if apierrors.IsNotFound(err) {
		return waiting, nil
	}
	if err != nil {
		return progress{}, fmt.Errorf("read deployment %s: %w", wanted.Name, err)
	}
	current := deployment.Status.ObservedGeneration >= deployment.Generation
	if !current || deployment.Status.UpdatedReplicas < 1 || deployment.Status.AvailableReplicas < 1 {
		return waiting, nil
	}
	return progress{}, nil
}

// checkScaleDown refuses to remove brokers that hold partitions.
func (r *KafkaReconciler) checkScaleDown(ctx context.Context, kafka *api.Kafka, c *cluster.Cluster, observed cluster.Observed) error {
	if observed.Kafka == nil || observed.Kafka.Replicas <= c.Kafka.Replicas ||
		kafka.Annotations[annotationSkipScaleDownCheck] == "true" {
		return nil
	}
	view, err := r.Describe(ctx, c.AdminBootstrap())
	if err != nil {
		return fmt.Errorf("find out which brokers are empty before scaling down: %w", err)
	}
	if occupied := view.Occupied(c.Kafka.Replicas); len(occupied) > 0 {
		return &cluster.Error{Reason: cluster.ReasonInvalidResource, Message: fmt.Sprintf(
			"Cannot scale down Kafka brokers %v because they have assigned partition-replicas. Reassign them first, "+
				"or set spec.kafka.replicas back to %d.", occupied, observed.Kafka.Replicas)}
	}
	return nil
}

// settle restarts the pods of a set that are due, one a call, and tells what it
// waits for. ask is nil for sets whose pods need no leave of the brokers.
func (r *KafkaReconciler) settle(ctx context.Context, wanted *api.StrimziPodSet, ask func(context.Context) (*kafkaadmin.View, error)) (
	progress, error,
) {
	var set api.StrimziPodSet
	err := r.Client.Get(ctx, client.ObjectKeyFromObject(wanted), &set)
	if apierrors.IsNotFound(err) {
		return progress{waitingFor: "StrimziPodSet " + wanted.Name + " to be seen"}, nil
	}
	if err != nil {
		return progress{}, fmt.Errorf("read pod set %s: %w", wanted.Name, err)
	}
	var pods corev1.PodList
	err = r.Client.List(ctx, &pods, client.InNamespace(wanted.Namespace),
		client.MatchingLabels(wanted.Spec.Selector.MatchLabels))
	if err != nil {
		return progress{}, fmt.Errorf("list pods of %s: %w", wanted.Name, err)
	}
	manual, err := r.manualRestarts(ctx, &set, pods.Items)
	if err != nil {
		return progress{}, err
	}
	next := nextStep(wanted, pods.Items, manual, "")
	if next.restart == nil {
		if next.waitingFor != "" {
			return progress{waitingFor: next.waitingFor}, nil
		}
		return progress{}, r.endManualRestart(ctx, &set)
	}
	if ask != nil && podReady(next.restart) {
		view, err := ask(ctx)
		if err != nil {
			return progress{waitingFor: "brokers to answer before a restart", detail: err.Error(), recheck: brokerRecheck}, nil
		}
		controller := cluster.PodName(wanted.Name, view.ControllerID)
		next = nextStep(wanted, pods.Items, manual, controller)
		if endangered := view.Endangered(ordinal(next.restart.Name)); len(endangered) > 0 {
			return progress{
				waitingFor: "all replicas to be in sync before a restart of " + next.restart.Name,
				detail:     "too few of " + strings.Join(endangered, ", "),
				recheck:    brokerRecheck,
			}, nil
		}
	}
	return r.restart(ctx, next)
}
