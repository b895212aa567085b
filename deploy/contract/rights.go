package contract

import (
	"slices"

	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
)

// granted are the rules that bindings give to service accounts, by
// NAMESPACE/NAME. A right in one namespace counts like one in all: where the
// accounts may act, the charts' values decide.
type granted map[string][]rbacv1.PolicyRule

// grants reads roles and their bindings.
func grants(objects []unstructured.Unstructured) granted {
	roles := map[string][]rbacv1.PolicyRule{}
	for _, object := range objects {
		if object.GetKind() != "Role" && object.GetKind() != "ClusterRole" {
			continue
		}
		var role rbacv1.Role // a ClusterRole has its rules at the same place
		if runtime.DefaultUnstructuredConverter.FromUnstructured(object.Object, &role) == nil {
			roles[roleKey(object.GetKind(), object.GetNamespace(), object.GetName())] = role.Rules
		}
	}
	accounts := granted{}
	for _, object := range objects {
		if object.GetKind() != "RoleBinding" && object.GetKind() != "ClusterRoleBinding" {
			continue
		}
		var binding rbacv1.RoleBinding
		if runtime.DefaultUnstructuredConverter.FromUnstructured(object.Object, &binding) != nil {
			continue
		}
		for _, subject := range binding.Subjects {
			if subject.Kind == rbacv1.ServiceAccountKind {
				account := subject.Namespace + "/" + subject.Name
				accounts[account] = append(accounts[account], roles[roleKey(binding.RoleRef.Kind, binding.Namespace, binding.RoleRef.Name)]...)
			}
		}
	}
	return accounts
}

func roleKey(kind, namespace, name string) string {
	if kind == "ClusterRole" {
		namespace = ""
	}
	return kind + "/" + namespace + "/" + name
}

// allow reports whether an account may do something, as Kubernetes' RBAC decides
// it for all objects of a resource.
func (g granted) allow(account, group, resource, verb string) bool {
	matches := func(list []string, want string) bool {
		return slices.Contains(list, want) || slices.Contains(list, rbacv1.ResourceAll)
	}
	return slices.ContainsFunc(g[account], func(rule rbacv1.PolicyRule) bool {
		return len(rule.ResourceNames) == 0 && matches(rule.APIGroups, group) && matches(rule.Resources, resource) && matches(rule.Verbs, verb)
	})
}
