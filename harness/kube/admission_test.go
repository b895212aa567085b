package kube

import (
	"errors"
	"slices"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

func TestWhoRefused(t *testing.T) {
	forbidden := func(text string) error {
		return apierrors.NewForbidden(schema.GroupResource{Resource: "pods"}, "p", errors.New(text))
	}
	for _, c := range []struct {
		name    string
		err     error
		by      Refuser
		webhook string
	}{
		{"nobody", nil, Nobody, ""},
		{"quota", forbidden("exceeded quota: compute, requested: requests.cpu=2, used: requests.cpu=1, limited: requests.cpu=1"), ByQuota, ""},
		{"LimitRange", forbidden("maximum cpu usage per Container is 2, but limit is 2001m"), ByLimitRange, ""},
		{"LimitRange of pods", forbidden("maximum memory usage per Pod is 1Gi, but limit is 2Gi"), ByLimitRange, ""},
		{"a webhook that speaks of quotas", apierrors.NewForbidden(schema.GroupResource{}, "", errors.New(`admission webhook "q.example" denied the request: exceeded quota: requests.cpu`)), ByWebhook, "q.example"},
		{"a webhook without dry runs", apierrors.NewBadRequest(`admission webhook "s.example" does not support dry run`), ByDryRun, "s.example"},
		{"a policy", forbidden(`violates PodSecurity "restricted:latest"`), ByOthers, ""},
		{"a name that is taken", apierrors.NewAlreadyExists(schema.GroupResource{Resource: "pods"}, "exceeded quota"), ByOthers, ""},
	} {
		if got := QuotaThatRefused(c.err); got != map[Refuser]string{ByQuota: "compute"}[c.by] {
			t.Errorf("%s: refused by the quota %q", c.name, got)
		}
		if by, webhook := RefusedBy(c.err); by != c.by || webhook != c.webhook {
			t.Errorf("%s: %q %q", c.name, by, webhook)
		}
	}
}

func TestLimitRangesOfOtherTypes(t *testing.T) {
	cpu := func(value string) corev1.ResourceList {
		return corev1.ResourceList{corev1.ResourceCPU: resource.MustParse(value)}
	}
	ranges := []corev1.LimitRange{
		{Spec: corev1.LimitRangeSpec{Limits: []corev1.LimitRangeItem{
			{Type: corev1.LimitTypePod, Max: cpu("1")}, {Type: corev1.LimitTypePersistentVolumeClaim, Default: cpu("3")},
		}}},
		{Spec: corev1.LimitRangeSpec{Limits: []corev1.LimitRangeItem{{Type: corev1.LimitTypeContainer, Default: cpu("500m")}}}},
		{Spec: corev1.LimitRangeSpec{Limits: []corev1.LimitRangeItem{{Type: corev1.LimitTypeContainer, MaxLimitRequestRatio: cpu("10")}}}},
	}
	items := LimitsOf(ranges, corev1.LimitTypeContainer)
	defaults := DefaultsOf(items, func(i corev1.LimitRangeItem) corev1.ResourceList { return i.Default }, corev1.ResourceCPU)
	if len(items) != 2 || !slices.Equal(defaults, []string{"500m"}) {
		t.Errorf("%d items, defaults %v", len(items), defaults)
	}
	ranges[2].Spec.Limits[0].Default = cpu("400m")
	defaults = DefaultsOf(LimitsOf(ranges, corev1.LimitTypeContainer), func(i corev1.LimitRangeItem) corev1.ResourceList { return i.Default }, corev1.ResourceCPU)
	if !slices.Equal(defaults, []string{"500m", "400m"}) {
		t.Errorf("two defaults: %v", defaults)
	}
}
