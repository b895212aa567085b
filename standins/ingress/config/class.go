package config

import (
	"slices"
	"strings"

	networkingv1 "k8s.io/api/networking/v1"
)

// claimed returns the Ingresses of our class, oldest first: where two claim
// the same host and path, the older one has it. The class must exist and name
// our controller; the annotation kubernetes.io/ingress.class is not read.
func claimed(in Input, opts Options) []*networkingv1.Ingress {
	ours := slices.ContainsFunc(in.IngressClasses, func(c *networkingv1.IngressClass) bool {
		return c.Name == opts.ClassName && c.Spec.Controller == opts.ControllerName
	})
	if !ours {
		return nil
	}
	var claimed []*networkingv1.Ingress
	for _, ing := range in.Ingresses {
		if name := ing.Spec.IngressClassName; name != nil && *name == opts.ClassName && ing.DeletionTimestamp == nil {
			claimed = append(claimed, ing)
		}
	}
	slices.SortFunc(claimed, func(a, b *networkingv1.Ingress) int {
		if c := a.CreationTimestamp.Compare(b.CreationTimestamp.Time); c != 0 {
			return c
		}
		return strings.Compare(fullName(a), fullName(b))
	})
	return claimed
}

func fullName(ing *networkingv1.Ingress) string { return ing.Namespace + "/" + ing.Name }
