package kube

import (
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// quotaNamed is a quota that bounds one resource, in some scopes.
func quotaNamed(name string, bounds corev1.ResourceName, most string, scopes ...corev1.ResourceQuotaScope) corev1.ResourceQuota {
	return corev1.ResourceQuota{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec:       corev1.ResourceQuotaSpec{Scopes: scopes, Hard: corev1.ResourceList{bounds: resource.MustParse(most)}},
	}
}

// lasting is a pod without a deadline that requests some CPU.
func lasting() corev1.Pod {
	return corev1.Pod{Spec: corev1.PodSpec{Containers: []corev1.Container{{
		Resources: corev1.ResourceRequirements{Requests: corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("10m")}},
	}}}}
}

// TestScopedAndSecondQuotas has more quotas beside the specified one of 1 CPU
// (kubernetes/kubernetes#138148 and #135411).
func TestScopedAndSecondQuotas(t *testing.T) {
	requests := corev1.ResourceRequestsCPU
	specified := quotaNamed("compute", requests, "1")
	selector := quotaNamed("selector", requests, "100m")
	selector.Spec.ScopeSelector = &corev1.ScopeSelector{MatchExpressions: []corev1.ScopedResourceSelectorRequirement{
		{ScopeName: corev1.ResourceQuotaScopePriorityClass, Operator: corev1.ScopeSelectorOpIn, Values: []string{"high"}},
	}}
	for _, c := range []struct {
		name  string
		also  corev1.ResourceQuota
		limit string
		by    string
	}{
		{"of pods with a deadline", quotaNamed("q", requests, "100m", corev1.ResourceQuotaScopeTerminating), "1", "compute"},
		{"of pods without one, which all are", quotaNamed("q", requests, "100m", corev1.ResourceQuotaScopeNotTerminating), "100m", "q"},
		{"of pods that state nothing", quotaNamed("q", requests, "100m", corev1.ResourceQuotaScopeBestEffort), "1", "compute"},
		{"of pods that state something", quotaNamed("q", requests, "100m", corev1.ResourceQuotaScopeNotBestEffort), "100m", "q"},
		{"of a priority that no pod has", selector, "1", "compute"},
		{"smaller, of every pod", quotaNamed("q", requests, "900m"), "900m", "q"},
		{"smaller, by the other name", quotaNamed("q", corev1.ResourceCPU, "900m"), "900m", "q"},
		{"larger, of every pod", quotaNamed("q", requests, "2"), "1", "compute"},
		{"of something else", quotaNamed("q", corev1.ResourcePods, "3"), "1", "compute"},
	} {
		got, err := BoundOf([]corev1.ResourceQuota{c.also, specified}, []corev1.Pod{lasting()}, requests,
			func(q *corev1.ResourceQuota) corev1.ResourceList { return q.Spec.Hard })
		if err != nil || got.Limit.String() != c.limit || got.By != c.by || got.Every < 1 {
			t.Errorf("%s: %+v, %v, want %s by %s", c.name, got, err, c.limit, c.by)
		}
	}
}

func TestAScopedQuotaAloneBoundsNotEveryPod(t *testing.T) {
	only := quotaNamed("q", corev1.ResourceRequestsCPU, "1", corev1.ResourceQuotaScopeNotTerminating)
	got, err := BoundOf([]corev1.ResourceQuota{only}, []corev1.Pod{lasting()}, corev1.ResourceRequestsCPU,
		func(q *corev1.ResourceQuota) corev1.ResourceList { return q.Spec.Hard })
	if err != nil || got.Every != 0 {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestWhatAQuotaCounts(t *testing.T) {
	deadline := int64(5)
	ending, high, beside, nothing := lasting(), lasting(), lasting(), corev1.Pod{}
	ending.Spec.ActiveDeadlineSeconds = &deadline
	high.Spec.PriorityClassName = "high"
	beside.Spec.Affinity = &corev1.Affinity{PodAntiAffinity: &corev1.PodAntiAffinity{
		RequiredDuringSchedulingIgnoredDuringExecution: []corev1.PodAffinityTerm{{Namespaces: []string{"other"}}},
	}}
	priority := func(operator corev1.ScopeSelectorOperator, values ...string) corev1.ResourceQuota {
		return corev1.ResourceQuota{Spec: corev1.ResourceQuotaSpec{ScopeSelector: &corev1.ScopeSelector{
			MatchExpressions: []corev1.ScopedResourceSelectorRequirement{{ScopeName: corev1.ResourceQuotaScopePriorityClass, Operator: operator, Values: values}},
		}}}
	}
	scoped := func(scopes ...corev1.ResourceQuotaScope) corev1.ResourceQuota {
		return corev1.ResourceQuota{Spec: corev1.ResourceQuotaSpec{Scopes: scopes}}
	}
	plain := lasting()
	for _, c := range []struct {
		name  string
		quota corev1.ResourceQuota
		pod   corev1.Pod
		want  bool
	}{
		{"no scope", scoped(), plain, true},
		{"deadline", scoped(corev1.ResourceQuotaScopeTerminating), ending, true},
		{"no deadline", scoped(corev1.ResourceQuotaScopeTerminating), plain, false},
		{"two scopes, one of them", scoped(corev1.ResourceQuotaScopeTerminating, corev1.ResourceQuotaScopeBestEffort), ending, false},
		{"states nothing", scoped(corev1.ResourceQuotaScopeBestEffort), nothing, true},
		{"affinity across", scoped(corev1.ResourceQuotaScopeCrossNamespacePodAffinity), beside, true},
		{"no affinity", scoped(corev1.ResourceQuotaScopeCrossNamespacePodAffinity), plain, false},
		{"in", priority(corev1.ScopeSelectorOpIn, "high"), high, true},
		{"not in", priority(corev1.ScopeSelectorOpNotIn, "high"), high, false},
		{"exists", priority(corev1.ScopeSelectorOpExists), plain, false},
		{"does not exist", priority(corev1.ScopeSelectorOpDoesNotExist), plain, true},
	} {
		if got, err := Counts(&c.quota, &c.pod); err != nil || got != c.want {
			t.Errorf("%s: %v, %v", c.name, got, err)
		}
	}
	unknown := scoped("Weekend")
	if _, err := Counts(&unknown, &plain); err == nil {
		t.Error("a scope that nobody knows counts as known")
	}
}
