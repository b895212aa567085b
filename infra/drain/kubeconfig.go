package drain

import (
	"context"
	"fmt"
	"time"

	"k8s.io/client-go/kubernetes"

	"assay.dev/assay/harness/kube/target"
)

// identityTimeout bounds the question who the cluster is.
const identityTimeout = 30 * time.Second

// FromKubeconfig makes a client for the cluster of a kubeconfig file once that has
// shown to be the one with this UID and to be marked as a target; see target.Load.
// Neither KUBECONFIG nor the user's own file is looked at, and no command of the
// file is run.
func FromKubeconfig(ctx context.Context, file, uid string) (kubernetes.Interface, error) {
	config, err := target.Load(ctx, file, uid, identityTimeout)
	if err != nil {
		return nil, err
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, fmt.Errorf("connect to the cluster: %w", err)
	}
	return client, nil
}
