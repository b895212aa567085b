package kube

import (
	"context"
	"errors"
	"fmt"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"assay.dev/assay/spec"
)

// ingressesFrom are the Ingresses of other namespaces for the host of the platform.
func (c *Cluster) ingressesFrom(ctx context.Context, s *spec.Spec) ([]string, error) {
	var all networkingv1.IngressList
	if err := c.List(ctx, &all); err != nil {
		return nil, fmt.Errorf("list the Ingresses of all namespaces: %w", err)
	}
	var foreign []string
	for _, ingress := range all.Items {
		for _, rule := range ingress.Spec.Rules {
			if rule.Host == s.Ingress.Host && ingress.Namespace != s.Ingress.Namespace {
				foreign = append(foreign, ingress.Namespace+"/"+ingress.Name)
			}
		}
	}
	return foreign, nil
}

// SurplusWebhooks lists the admission webhooks that select a namespace of the platform and
// that nobody accounts for, as configuration/webhook.
func (c *Cluster) SurplusWebhooks(ctx context.Context, s *spec.Spec, installed Installed) ([]string, error) {
	var mutating admissionv1.MutatingWebhookConfigurationList
	var validating admissionv1.ValidatingWebhookConfigurationList
	if err := errors.Join(c.List(ctx, &mutating), c.List(ctx, &validating)); err != nil {
		return nil, fmt.Errorf("list the admission webhooks: %w", err)
	}
	own, err := c.labelsOf(ctx, s.OwnNamespaces())
	if err != nil {
		return nil, err
	}
	var surplus []string
	add := func(kind, configuration, webhook string, selector *metav1.LabelSelector) error {
		if installed.Has(schema.GroupKind{Group: admissionv1.GroupName, Kind: kind}, "", configuration) || s.Allows(kind, "", configuration) {
			return nil
		}
		selects, err := selectsAny(selector, own)
		if err != nil {
			return fmt.Errorf("namespaces of the webhook %s: %w", webhook, err)
		}
		if selects {
			surplus = append(surplus, configuration+"/"+webhook)
		}
		return nil
	}
	var failures []error
	for _, configuration := range mutating.Items {
		for _, w := range configuration.Webhooks {
			failures = append(failures, add("MutatingWebhookConfiguration", configuration.Name, w.Name, w.NamespaceSelector))
		}
	}
	for _, configuration := range validating.Items {
		for _, w := range configuration.Webhooks {
			failures = append(failures, add("ValidatingWebhookConfiguration", configuration.Name, w.Name, w.NamespaceSelector))
		}
	}
	return surplus, errors.Join(failures...)
}

// labelsOf are the labels of each namespace that is there.
func (c *Cluster) labelsOf(ctx context.Context, namespaces []string) ([]labels.Set, error) {
	var all []labels.Set
	for _, name := range namespaces {
		var namespace corev1.Namespace
		if err := c.Get(ctx, client.ObjectKey{Name: name}, &namespace); client.IgnoreNotFound(err) != nil {
			return nil, fmt.Errorf("read the labels of the namespace %s: %w", name, err)
		} else if err == nil {
			all = append(all, namespace.Labels)
		}
	}
	return all, nil
}

// selectsAny reports whether a selector matches one of some labels. None selects all.
func selectsAny(of *metav1.LabelSelector, all []labels.Set) (bool, error) {
	if of == nil {
		return len(all) > 0, nil
	}
	selector, err := metav1.LabelSelectorAsSelector(of)
	if err != nil {
		return false, err
	}
	for _, set := range all {
		if selector.Matches(set) {
			return true, nil
		}
	}
	return false, nil
}
