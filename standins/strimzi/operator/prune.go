package operator

import (
	"context"
	"fmt"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"assay.dev/assay/standins/strimzi/api"
	"assay.dev/assay/standins/strimzi/cluster"
)

// prune deletes what the resource no longer asks for and what belongs to it:
// the configuration, and claims with deleteClaim, of brokers that were scaled
// away, and the entity operator after its section was removed.
func (r *KafkaReconciler) prune(ctx context.Context, kafka *api.Kafka, c *cluster.Cluster) error {
	wanted := map[string]bool{
		cluster.KafkaName(c.Name): true, cluster.ZookeeperName(c.Name): true, c.ZookeeperConfigMap().Name: true,
	}
	for _, config := range c.KafkaConfigMaps() {
		wanted[config.Name] = true
	}
	for _, claim := range append(c.KafkaClaims(), c.ZookeeperClaims()...) {
		wanted[claim.Name] = true
	}
	if c.TopicOperator != nil {
		wanted[cluster.EntityOperatorName(c.Name)] = true
		wanted[cluster.TopicOperatorRoleBindingName(c.Name)] = true
	}
	for _, list := range []client.ObjectList{
		&corev1.ConfigMapList{}, &corev1.PersistentVolumeClaimList{}, &appsv1.DeploymentList{},
		&rbacv1.RoleBindingList{}, &rbacv1.RoleList{}, &corev1.ServiceAccountList{},
	} {
		if err := r.pruneList(ctx, kafka, list, wanted); err != nil {
			return err
		}
	}
	return nil
}

func (r *KafkaReconciler) pruneList(ctx context.Context, kafka *api.Kafka, list client.ObjectList, wanted map[string]bool) error {
	err := r.Client.List(ctx, list, client.InNamespace(kafka.Namespace), client.MatchingLabels{
		cluster.LabelKind: cluster.KindKafka, cluster.LabelCluster: kafka.Name,
	})
	if err != nil {
		return fmt.Errorf("list what belongs to %s: %w", kafka.Name, err)
	}
	items, err := meta.ExtractList(list)
	if err != nil {
		return fmt.Errorf("list what belongs to %s: %w", kafka.Name, err)
	}
	for _, item := range items {
		object, ok := item.(client.Object)
		if !ok || wanted[object.GetName()] || !metav1.IsControlledBy(object, kafka) {
			continue
		}
		if err := r.Client.Delete(ctx, object); err != nil && !apierrors.IsNotFound(err) {
			return fmt.Errorf("delete %T %s: %w", object, object.GetName(), err)
		}
		log.FromContext(ctx).Info("Deleted what is no longer wanted", "type", fmt.Sprintf("%T", object), "name", object.GetName())
	}
	return nil
}
