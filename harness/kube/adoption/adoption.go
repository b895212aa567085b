// Package adoption takes over a cluster that somebody else made, or a cloud. It makes sure
// that the cluster may be acted on, pins which one it is, and writes a kubeconfig that
// holds nothing but the way to the cluster and a token of the run's own: it runs
// no command, works where the cloud's command line tool is missing, and expires.
package adoption

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	authenticationv1 "k8s.io/api/authentication/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"

	"assay.dev/assay/harness/kube/target"
	"assay.dev/assay/harness/process/refusal"
)

// account is the name of the service account whose token the run uses; its cluster
// role binding has the same name. Two runs may adopt one cluster behind an emulator,
// and one that ends must not take the other one's rights.
func account(run string) string { return "assay-run-" + strings.ToLower(run) }

var (
	// ErrNotMarked is wrapped by what Take returns for a cluster without the label.
	ErrNotMarked = refusal.New("the cluster is not marked as one that may be acted on")
	// ErrOther is wrapped by what Take returns for another cluster than the pinned one.
	ErrOther = refusal.New("this is another cluster than the one that was adopted")
)

// Options say how a cluster is adopted.
type Options struct {
	// Run is the run's random ID, which no other run has; see inventory.Run.
	Run string
	// Pinned is the UID of the cluster that was adopted before; empty the first time.
	Pinned types.UID
	// Mark lets Take set the label. Only for a cluster that the run itself has made.
	Mark bool
	// TTL is how long the token lasts; the API server may shorten it.
	TTL time.Duration
	// Rights are what the run may do, those for namespaces in each of Namespaces.
	Rights     Rights
	Namespaces []string
	// Notes say whose the adoption is, for whoever finds it in the cluster. They become
	// annotations.
	Notes map[string]string
}

// Adoption is what Take found and made.
type Adoption struct {
	// UID of the namespace kube-system, which lives as long as the cluster.
	UID types.UID
	// Token of the run's service account, a secret.
	Token string
	// Expires is when Token does.
	Expires time.Time
}

// Take checks that the cluster is the pinned one and may be acted on, and makes
// the run's service account. When it fails it leaves nothing but the label.
func Take(ctx context.Context, client kubernetes.Interface, opts Options) (_ Adoption, err error) {
	if opts.Run == "" {
		return Adoption{}, errors.New("claim a cluster: the run has no ID")
	}
	uid, err := identify(ctx, client, opts)
	if err != nil {
		return Adoption{}, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, Drop(context.WithoutCancel(ctx), client, opts.Run, opts.Namespaces))
		}
	}()
	if err := makeAccount(ctx, client, opts); err != nil {
		return Adoption{}, err
	}
	seconds := int64(opts.TTL.Seconds())
	answer, err := client.CoreV1().ServiceAccounts(metav1.NamespaceSystem).CreateToken(ctx, account(opts.Run),
		&authenticationv1.TokenRequest{Spec: authenticationv1.TokenRequestSpec{ExpirationSeconds: &seconds}}, metav1.CreateOptions{})
	if err != nil {
		return Adoption{}, fmt.Errorf("ask for the run's token: %w", err)
	}
	return Adoption{UID: uid, Token: answer.Status.Token, Expires: answer.Status.ExpirationTimestamp.Time}, nil
}

// identify returns the cluster's UID, unless it is another cluster or must not be
// touched.
func identify(ctx context.Context, client kubernetes.Interface, opts Options) (types.UID, error) {
	namespaces := client.CoreV1().Namespaces()
	namespace, err := namespaces.Get(ctx, metav1.NamespaceSystem, metav1.GetOptions{})
	if err != nil {
		return "", fmt.Errorf("ask the cluster who it is: %w", err)
	}
	if opts.Pinned != "" && namespace.UID != opts.Pinned {
		return "", fmt.Errorf("%w: kube-system has UID %s, want %s", ErrOther, namespace.UID, opts.Pinned)
	}
	if namespace.Labels[target.Label] == target.LabelValue {
		return namespace.UID, nil
	}
	if !opts.Mark {
		return "", fmt.Errorf("%w: kube-system does not have the label %s=%s", ErrNotMarked, target.Label, target.LabelValue)
	}
	patch := fmt.Appendf(nil, `{"metadata":{"uid":%q,"labels":{%q:%q}}}`, namespace.UID, target.Label, target.LabelValue)
	if _, err := namespaces.Patch(ctx, metav1.NamespaceSystem, types.StrategicMergePatchType, patch, metav1.PatchOptions{}); err != nil {
		return "", fmt.Errorf("mark the cluster: %w", err)
	}
	return namespace.UID, nil
}

// GiveUp removes the run's service account from the pinned cluster; see Drop. Another
// cluster is left alone, and the error wraps ErrOther.
func GiveUp(ctx context.Context, client kubernetes.Interface, run string, pinned types.UID, namespaces ...string) error {
	namespace, err := client.CoreV1().Namespaces().Get(ctx, metav1.NamespaceSystem, metav1.GetOptions{})
	if err != nil {
		return fmt.Errorf("ask the cluster who it is: %w", err)
	}
	if pinned == "" || namespace.UID != pinned {
		return fmt.Errorf("%w: kube-system has UID %s, want %q", ErrOther, namespace.UID, pinned)
	}
	return Drop(ctx, client, run, namespaces)
}

// Unmark removes the label that Take has set from the pinned cluster, unless another run
// has adopted the cluster meanwhile.
func Unmark(ctx context.Context, client kubernetes.Interface, run string, pinned types.UID) error {
	others, err := Others(ctx, client, run)
	if err != nil || len(others) > 0 {
		return err
	}
	patch := fmt.Appendf(nil, `{"metadata":{"uid":%q,"labels":{%q:null}}}`, pinned, target.Label)
	if _, err := client.CoreV1().Namespaces().Patch(ctx, metav1.NamespaceSystem, types.StrategicMergePatchType, patch, metav1.PatchOptions{}); err != nil {
		return fmt.Errorf("remove the mark of the cluster: %w", err)
	}
	return nil
}
