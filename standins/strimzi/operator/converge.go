package operator

import (
	"context"
	"fmt"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"assay.dev/assay/standins/strimzi/api"
	"assay.dev/assay/standins/strimzi/cluster"
	"assay.dev/assay/standins/strimzi/kafkaadmin"
)

// brokerRecheck is the pause between questions to brokers that did not give
// the hoped-for answer: brokers cannot be watched.
const brokerRecheck = time.Second

// converge goes through the stages in Strimzi's order: ZooKeeper, brokers,
// entity operator. Each must be done before the next starts.
func (r *KafkaReconciler) converge(ctx context.Context, kafka *api.Kafka, c *cluster.Cluster, observed cluster.Observed) (
	progress, error,
) {
	if err := r.checkScaleDown(ctx, c, observed); err != nil {
		return progress{}, err
	}
	for _, name := range []string{cluster.ClusterCAName(c.Name), cluster.ClientsCAName(c.Name)} {
		if err := r.ensureCA(ctx, c, name); err != nil {
			return progress{}, err
		}
	}
	if err := r.applier.applyAll(ctx, r.Client, objects(c.DisruptionBudgets()...)); err != nil {
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
	set := c.ZookeeperPodSet()
	if err := r.applyClaims(ctx, c, c.ZookeeperClaims(), "ZooKeeperStorage"); err != nil {
		return progress{}, err
	}
	if err := r.applier.applyAll(ctx, r.Client, append(wanted, set)); err != nil {
		return progress{}, err
	}
	return r.settle(ctx, set, nil)
}

func (r *KafkaReconciler) convergeKafka(ctx context.Context, c *cluster.Cluster) (progress, error) {
	wanted := objects(c.KafkaServices()...)
	wanted = append(wanted, c.KafkaServiceAccount(), c.KafkaNetworkPolicy())
	wanted = append(wanted, objects(c.KafkaConfigMaps()...)...)
	set := c.KafkaPodSet()
	if err := r.applyClaims(ctx, c, c.KafkaClaims(), "KafkaStorage"); err != nil {
		return progress{}, err
	}
	if err := r.applier.applyAll(ctx, r.Client, append(wanted, set)); err != nil {
		return progress{}, err
	}
	ask := func(ctx context.Context) (*kafkaadmin.View, error) { return r.Describe(ctx, c.AdminBootstrap()) }
	if done, err := r.settle(ctx, set, ask); err != nil || done.waitingFor != "" {
		return done, err
	}
	view, err := ask(ctx)
	if err != nil {
		return progress{waitingFor: "brokers to answer", detail: err.Error(), recheck: brokerRecheck}, nil //nolint:nilerr // a broker that is not up yet is awaited
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
	err := r.applier.applyAll(ctx, r.Client, []client.Object{
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
func (r *KafkaReconciler) checkScaleDown(ctx context.Context, c *cluster.Cluster, observed cluster.Observed) error {
	if observed.Kafka == nil || observed.Kafka.Replicas <= c.Kafka.Replicas {
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
