package kube

import (
	"regexp"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
)

// Refuser is what in the API server refused an object.
type Refuser string

// The refusers. A webhook is of whoever configured it: it is asked before quotas are
// (Kubernetes, Admission Controllers), so that behind its refusal nobody sees theirs.
const (
	Nobody       Refuser = ""
	ByQuota      Refuser = "quota"
	ByLimitRange Refuser = "LimitRange"
	ByWebhook    Refuser = "webhook"
	ByDryRun     Refuser = "webhook without dry runs"
	ByOthers     Refuser = "something else"
)

// webhookDenial starts the refusal of a webhook (k8s.io/apiserver, admission/plugin/webhook/errors).
var webhookDenial = regexp.MustCompile(`admission webhook "([^"]*)" (denied the request|does not support dry run)`)

// usagePer is in the refusal of a LimitRange (kubernetes, plugin/pkg/admission/limitranger).
var usagePer = regexp.MustCompile(`(maximum|minimum) \S+ usage per (Container|Pod) is`)

// RefusedBy tells who refused an object, and the webhook's name where it was one.
func RefusedBy(err error) (by Refuser, webhook string) {
	if err == nil {
		return Nobody, ""
	}
	if match := webhookDenial.FindStringSubmatch(err.Error()); match != nil {
		if strings.HasPrefix(match[2], "denied") {
			return ByWebhook, match[1]
		}
		return ByDryRun, match[1]
	}
	switch {
	case !apierrors.IsForbidden(err):
		return ByOthers, ""
	case strings.Contains(err.Error(), "exceeded quota"):
		return ByQuota, ""
	case usagePer.MatchString(err.Error()):
		return ByLimitRange, ""
	}
	return ByOthers, ""
}

// LimitsOf are the items of LimitRanges for one type of object. A LimitRange of pods or of
// claims says nothing of containers.
func LimitsOf(ranges []corev1.LimitRange, kind corev1.LimitType) []corev1.LimitRangeItem {
	var items []corev1.LimitRangeItem
	for _, limitRange := range ranges {
		for _, item := range limitRange.Spec.Limits {
			if item.Type == kind {
				items = append(items, item)
			}
		}
	}
	return items
}

// DefaultsOf are the different values that items declare for one default. Items that
// declare none leave it to the others.
func DefaultsOf(items []corev1.LimitRangeItem, list func(corev1.LimitRangeItem) corev1.ResourceList, name corev1.ResourceName) []string {
	var all []string
	for _, item := range items {
		if value, ok := list(item)[name]; ok && !slices.Contains(all, Amount(value)) {
			all = append(all, Amount(value))
		}
	}
	return all
}

// refusingQuota is in the refusal of a quota (k8s.io/apiserver, admission/plugin/resourcequota).
var refusingQuota = regexp.MustCompile(`exceeded quota: ([^,]+),`)

// QuotaThatRefused is the name of the quota that refused an object, empty if none did.
func QuotaThatRefused(err error) string {
	if by, _ := RefusedBy(err); by != ByQuota {
		return ""
	}
	if match := refusingQuota.FindStringSubmatch(err.Error()); match != nil {
		return match[1]
	}
	return ""
}
