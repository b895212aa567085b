package adoption

import (
	"context"
	"fmt"
	"strings"

	authorizationv1 "k8s.io/api/authorization/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"assay.dev/assay/harness/process/refusal"
)

// Allowed asks the cluster whether its user may make, or take away, what an adoption is
// made of, and refuses with what is missing: which verb on which resource.
func Allowed(ctx context.Context, client kubernetes.Interface, verb string, namespaces []string) error {
	asked := []authorizationv1.ResourceAttributes{
		{Verb: verb, Resource: "serviceaccounts", Namespace: metav1.NamespaceSystem},
		{Verb: "patch", Resource: "namespaces", Name: metav1.NamespaceSystem},
		{Verb: verb, Group: "rbac.authorization.k8s.io", Resource: "clusterroles"},
		{Verb: verb, Group: "rbac.authorization.k8s.io", Resource: "clusterrolebindings"},
	}
	if verb == "create" {
		asked = append(asked, authorizationv1.ResourceAttributes{Verb: verb, Resource: "serviceaccounts", Subresource: "token", Namespace: metav1.NamespaceSystem})
	}
	for _, namespace := range namespaces {
		asked = append(asked,
			authorizationv1.ResourceAttributes{Verb: verb, Group: "rbac.authorization.k8s.io", Resource: "roles", Namespace: namespace},
			authorizationv1.ResourceAttributes{Verb: verb, Group: "rbac.authorization.k8s.io", Resource: "rolebindings", Namespace: namespace})
	}
	var missing []string
	for _, attributes := range asked {
		review, err := client.AuthorizationV1().SelfSubjectAccessReviews().Create(ctx,
			&authorizationv1.SelfSubjectAccessReview{Spec: authorizationv1.SelfSubjectAccessReviewSpec{ResourceAttributes: &attributes}}, metav1.CreateOptions{})
		if err != nil {
			return fmt.Errorf("ask the cluster what its user may do: %w", err)
		}
		if !review.Status.Allowed {
			missing = append(missing, right(attributes))
		}
	}
	if len(missing) > 0 {
		return refusal.New("the user of the kubeconfig may not %s: ask for these rights, or take a context of a user who has them", strings.Join(missing, ", "))
	}
	return nil
}

func right(a authorizationv1.ResourceAttributes) string {
	text := a.Verb + " " + a.Resource
	if a.Subresource != "" {
		text += "/" + a.Subresource
	}
	if a.Group != "" {
		text += "." + a.Group
	}
	if a.Namespace != "" {
		text += " in " + a.Namespace
	}
	return text
}
