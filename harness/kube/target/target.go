// Package target decides which cluster a run may act on. It reads a kubeconfig,
// refuses every one that could lead elsewhere or run something, and asks the
// cluster who it is before anything else is sent to it.
package target

import (
	"context"
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

	"assay.dev/assay/harness/process/refusal"
)

// Label marks, on the namespace kube-system, a cluster that may be acted on. Its
// value is LabelValue.
const (
	Label      = "assay.dev/target"
	LabelValue = "yes"
)

// ErrRefused is wrapped by every error about a kubeconfig or a cluster that must
// not be used, as opposed to one that cannot be reached.
var ErrRefused = refusal.New("refused")

// Load reads the kubeconfig at path and returns the configuration of its cluster
// once that has shown to be the one with this UID, which is the UID of its
// namespace kube-system, and to carry the label. timeout bounds the question.
//
// Errors wrap ErrRefused, or are those of a file or a server that does not
// answer; none carries a credential.
func Load(ctx context.Context, path, uid string, timeout time.Duration) (*rest.Config, error) {
	config, err := Read(path)
	if err != nil {
		return nil, err
	}
	if err := Verify(ctx, config, uid, timeout); err != nil {
		return nil, fmt.Errorf("kubeconfig %s: %w", path, err)
	}
	return config, nil
}

// Verify asks the cluster of config who it is.
func Verify(ctx context.Context, config *rest.Config, uid string, timeout time.Duration) error {
	if uid == "" {
		return refuse("no UID was recorded for the cluster; without one the cluster cannot be identified")
	}
	asking := rest.CopyConfig(config)
	asking.Timeout = timeout
	client, err := kubernetes.NewForConfig(asking)
	if err != nil {
		return refuse("it gives no usable connection: %v", err)
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	namespace, err := client.CoreV1().Namespaces().Get(ctx, metav1.NamespaceSystem, metav1.GetOptions{})
	if err != nil {
		return fmt.Errorf("ask the cluster at %s who it is: %w", config.Host, err)
	}
	if string(namespace.UID) != uid {
		return refuse("the cluster at %s is another cluster: its kube-system has UID %s, want %s", config.Host, namespace.UID, uid)
	}
	if namespace.Labels[Label] != LabelValue {
		return refuse("the cluster at %s is not marked as a target: its kube-system does not have the label %s=%s", config.Host, Label, LabelValue)
	}
	return nil
}

func refuse(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrRefused, fmt.Sprintf(format, args...))
}
