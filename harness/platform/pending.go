package platform

import (
	"context"
	"fmt"
	"io"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
)

// pendingReleases selects the records of Helm's releases whose installing or
// upgrading has not ended.
const pendingReleases = "owner=helm,status in (pending-install,pending-upgrade,pending-rollback)"

// forgetPending deletes the records of releases that a killed up left in the
// middle: Helm refuses to touch a release on which another operation seems to be
// at work, and the lock says that none is. What such an operation had made
// carries the release's name, so that the next one takes it over.
func forgetPending(ctx context.Context, log io.Writer, client kubernetes.Interface) error {
	secrets, err := client.CoreV1().Secrets("").List(ctx, metav1.ListOptions{LabelSelector: pendingReleases})
	if err != nil {
		return fmt.Errorf("find releases that were left in the middle: %w", err)
	}
	for _, secret := range secrets.Items {
		fmt.Fprintf(log, "an earlier run left %s/%s in the middle (%s): it is done again\n",
			secret.Namespace, secret.Labels["name"], secret.Labels["status"])
		if err := client.CoreV1().Secrets(secret.Namespace).Delete(ctx, secret.Name, metav1.DeleteOptions{}); err != nil {
			return fmt.Errorf("remove a release that was left in the middle: %w", err)
		}
	}
	return nil
}
