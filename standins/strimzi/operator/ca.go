package operator

import (
	"context"
	"fmt"
	"strconv"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"assay.dev/assay/standins/strimzi/cluster"
)

// ensureCA makes the Secrets of a CA, or makes them again, one generation on,
// when they no longer hold a usable one. Nothing in the cluster serves TLS, so
// nothing needs to roll for it.
func (r *KafkaReconciler) ensureCA(ctx context.Context, c *cluster.Cluster, name string) error {
	var key *corev1.Secret
	var cause error
	// the cache may not know yet what was made a moment ago
	for _, reader := range []client.Reader{r.Client, r.Live} {
		var cert *corev1.Secret
		var err error
		if key, err = secret(ctx, reader, c.Namespace, name); err != nil {
			return err
		}
		if cert, err = secret(ctx, reader, c.Namespace, name+"-cert"); err != nil {
			return err
		}
		if cause = cluster.CAUsable(key, cert, r.Now()); cause == nil {
			return nil
		}
	}
	generation := 0
	if key != nil {
		if last, err := strconv.Atoi(key.Annotations[cluster.AnnotationCAKeyGeneration]); err == nil {
			generation = last + 1
		}
	}
	ca, err := r.NewCA(fmt.Sprintf("%s v%d", name[len(c.Name)+1:], generation), r.Now())
	if err != nil {
		return err
	}
	log.FromContext(ctx).Info("Making certificate authority", "name", name, "generation", generation, "cause", cause.Error())
	wantedKey, wantedCert := c.CASecrets(name, ca, generation)
	return r.applier.applyAll(ctx, r.Client, []client.Object{wantedKey, wantedCert})
}

func secret(ctx context.Context, reader client.Reader, namespace, name string) (*corev1.Secret, error) {
	var secret corev1.Secret
	err := reader.Get(ctx, client.ObjectKey{Namespace: namespace, Name: name}, &secret)
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read secret %s: %w", name, err)
	}
	return &secret, nil
}
