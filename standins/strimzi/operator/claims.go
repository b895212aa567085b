package operator

import (
	"context"
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"assay.dev/assay/standins/strimzi/cluster"
)

// applyClaims makes volume claims. One that exists and may not be changed, most
// often because its storage class cannot grow volumes, stays as it is with a
// warning under reason: brokers go on with the old volume, as in Strimzi.
func (r *KafkaReconciler) applyClaims(ctx context.Context, c *cluster.Cluster, claims []*corev1.PersistentVolumeClaim, reason string) error {
	for _, claim := range claims {
		err := r.applier.apply(ctx, r.Client, claim)
		if err == nil {
			continue
		}
		if !apierrors.IsForbidden(err) && !apierrors.IsInvalid(err) {
			return err
		}
		version, readErr := currentVersion(ctx, r.Client, claim)
		if readErr != nil {
			return fmt.Errorf("read claim %s: %w", claim.Name, readErr)
		}
		if version == "" {
			return err
		}
		log.FromContext(ctx).Error(err, "Keeping volume claim as it is", "claim", claim.Name)
		cause, _, _ := strings.Cut(err.Error(), "\n") // the server adds a diff
		c.Warn(reason, fmt.Sprintf("Volume claim %s stays as it is: %s", claim.Name, cause))
	}
	return nil
}
