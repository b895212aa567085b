package kube

import (
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
)

// quotaAliases are the other names under which a quota bounds requests (Kubernetes,
// Resource Quotas: cpu is the same as requests.cpu, memory as requests.memory).
var quotaAliases = map[corev1.ResourceName]corev1.ResourceName{
	corev1.ResourceRequestsCPU: corev1.ResourceCPU, corev1.ResourceRequestsMemory: corev1.ResourceMemory,
}

// QuotaOf is what a list of a quota, such as spec.hard, says of a resource, under
// whichever name: the least of both.
func QuotaOf(list corev1.ResourceList, name corev1.ResourceName) (least resource.Quantity, bounded bool) {
	for _, known := range []corev1.ResourceName{name, quotaAliases[name]} {
		if value, ok := list[known]; ok && (!bounded || value.Cmp(least) < 0) {
			least, bounded = value, true
		}
	}
	return least, bounded
}

// CountsEveryPod reports whether a quota counts all pods of its namespace: it has no scope.
func CountsEveryPod(quota *corev1.ResourceQuota) bool {
	return len(quota.Spec.Scopes) == 0 && (quota.Spec.ScopeSelector == nil || len(quota.Spec.ScopeSelector.MatchExpressions) == 0)
}

// Counts reports whether a quota counts a pod: it is in all of the quota's scopes. The error
// is a scope that is not known.
func Counts(quota *corev1.ResourceQuota, pod *corev1.Pod) (bool, error) {
	var scopes []corev1.ScopedResourceSelectorRequirement
	for _, scope := range quota.Spec.Scopes {
		scopes = append(scopes, corev1.ScopedResourceSelectorRequirement{ScopeName: scope, Operator: corev1.ScopeSelectorOpExists})
	}
	if quota.Spec.ScopeSelector != nil {
		scopes = append(scopes, quota.Spec.ScopeSelector.MatchExpressions...)
	}
	for _, scope := range scopes {
		in, err := inScope(scope, pod)
		if err != nil {
			return false, fmt.Errorf("quota %s/%s: %w", quota.Namespace, quota.Name, err)
		}
		if !in {
			return false, nil
		}
	}
	return true, nil
}

// inScope reports whether a pod is in one scope (Kubernetes, Resource Quotas, Quota scopes).
func inScope(scope corev1.ScopedResourceSelectorRequirement, pod *corev1.Pod) (bool, error) {
	ends := pod.Spec.ActiveDeadlineSeconds != nil && *pod.Spec.ActiveDeadlineSeconds >= 0
	switch scope.ScopeName {
	case corev1.ResourceQuotaScopeTerminating:
		return ends, nil
	case corev1.ResourceQuotaScopeNotTerminating:
		return !ends, nil
	case corev1.ResourceQuotaScopeBestEffort:
		return bestEffort(pod), nil
	case corev1.ResourceQuotaScopeNotBestEffort:
		return !bestEffort(pod), nil
	case corev1.ResourceQuotaScopeCrossNamespacePodAffinity:
		return crossesNamespaces(pod.Spec.Affinity), nil
	case corev1.ResourceQuotaScopePriorityClass:
		return selects(scope, pod.Spec.PriorityClassName)
	case corev1.ResourceQuotaScopeVolumeAttributesClass:
		return false, nil // of claims, never of pods
	}
	return false, fmt.Errorf("the scope %s is not known", scope.ScopeName)
}

// selects reports whether a selector by a name, which may be empty, selects it.
func selects(scope corev1.ScopedResourceSelectorRequirement, name string) (bool, error) {
	switch scope.Operator {
	case corev1.ScopeSelectorOpExists:
		return name != "", nil
	case corev1.ScopeSelectorOpDoesNotExist:
		return name == "", nil
	case corev1.ScopeSelectorOpIn:
		return slices.Contains(scope.Values, name), nil
	case corev1.ScopeSelectorOpNotIn:
		return !slices.Contains(scope.Values, name), nil
	}
	return false, fmt.Errorf("the operator %s is not known", scope.Operator)
}

// bestEffort reports whether no container of a pod states anything of CPU or memory
// (Kubernetes, Pod Quality of Service Classes).
func bestEffort(pod *corev1.Pod) bool {
	for _, c := range slices.Concat(pod.Spec.InitContainers, pod.Spec.Containers) {
		for _, list := range []corev1.ResourceList{c.Resources.Requests, c.Resources.Limits} {
			if !list.Cpu().IsZero() || !list.Memory().IsZero() {
				return false
			}
		}
	}
	return true
}

// crossesNamespaces reports whether an affinity is to pods of named or selected namespaces.
func crossesNamespaces(affinity *corev1.Affinity) bool {
	if affinity == nil {
		return false
	}
	var terms []corev1.PodAffinityTerm
	if a := affinity.PodAffinity; a != nil {
		terms = append(terms, a.RequiredDuringSchedulingIgnoredDuringExecution...)
		for _, weighted := range a.PreferredDuringSchedulingIgnoredDuringExecution {
			terms = append(terms, weighted.PodAffinityTerm)
		}
	}
	if a := affinity.PodAntiAffinity; a != nil {
		terms = append(terms, a.RequiredDuringSchedulingIgnoredDuringExecution...)
		for _, weighted := range a.PreferredDuringSchedulingIgnoredDuringExecution {
			terms = append(terms, weighted.PodAffinityTerm)
		}
	}
	return slices.ContainsFunc(terms, func(t corev1.PodAffinityTerm) bool { return len(t.Namespaces) > 0 || t.NamespaceSelector != nil })
}

// Bound is what the quotas of a namespace come to for one resource.
type Bound struct {
	// Limit is the least that any of them allows, Every the number of quotas among them
	// that count every pod: without one, some pods are bounded by nothing.
	Limit resource.Quantity
	Every int
	// By is the quota that allows the least.
	By string
}

// BoundOf is what quotas come to for a resource of some pods: those count that count
// every pod, or one of these. value picks the list of a quota, such as its spec.hard.
func BoundOf(quotas []corev1.ResourceQuota, pods []corev1.Pod, name corev1.ResourceName, value func(*corev1.ResourceQuota) corev1.ResourceList) (Bound, error) {
	var all Bound
	for i := range quotas {
		quota := &quotas[i]
		limit, bounds := QuotaOf(value(quota), name)
		if !bounds {
			continue
		}
		counts := CountsEveryPod(quota)
		if counts {
			all.Every++
		}
		for j := 0; j < len(pods) && !counts; j++ {
			var err error
			if counts, err = Counts(quota, &pods[j]); err != nil {
				return Bound{}, err
			}
		}
		if counts && (all.By == "" || limit.Cmp(all.Limit) < 0) {
			all.Limit, all.By = limit, quota.Name
		}
	}
	return all, nil
}
