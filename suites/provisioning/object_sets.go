package provisioning

import (
	. "github.com/onsi/ginkgo/v2"
	admissionv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"assay.dev/assay/harness/expect"
	"assay.dev/assay/harness/kube"
	"assay.dev/assay/spec"
)

var _ = p.Checks(func() {
	Describe("Objects of the platform", func() {
		expect.Each(p, "objects.{kind}", func(ctx SpecContext, kind spec.ObjectKind) {
			surplus, err := p.Cluster.Surplus(ctx, p.Spec, kind, installed(ctx))
			subject := expect.Subject{What: kind.Plural + " that no chart, no controller and no entry of allowed accounts for", From: kubernetesAPI}
			subject.NoError(err)
			if kind.Kind == "Ingress" {
				surplus = append(surplus, foreignIngresses(ctx)...)
			}
			subject.Is(surplus, []string{})
		}, brief)

		p.It("objects.webhooks", func(ctx SpecContext) {
			expect.Subject{What: "webhooks that no chart accounts for", From: kubernetesAPI}.Is(foreignWebhooks(ctx, installed(ctx)), []string{})
		}, brief)
	})
})

func installed(ctx SpecContext) kube.Installed {
	GinkgoHelper()
	all, err := p.Cluster.Installed(ctx)
	expect.Subject{What: "what Helm has installed", From: "its releases"}.NoError(err)
	return all
}

// foreignIngresses are those of other namespaces for the host of the platform.
func foreignIngresses(ctx SpecContext) []string {
	GinkgoHelper()
	var all networkingv1.IngressList
	expect.Subject{What: "Ingresses of all namespaces", From: kubernetesAPI}.NoError(p.Cluster.List(ctx, &all))
	var foreign []string
	for _, ingress := range all.Items {
		for _, rule := range ingress.Spec.Rules {
			if rule.Host == p.Spec.Ingress.Host && ingress.Namespace != p.Spec.Ingress.Namespace {
				foreign = append(foreign, ingress.Namespace+"/"+ingress.Name)
			}
		}
	}
	return foreign
}

// foreignWebhooks are those that select a namespace of the platform.
func foreignWebhooks(ctx SpecContext, known kube.Installed) []string {
	GinkgoHelper()
	subject := expect.Subject{What: "admission webhooks", From: kubernetesAPI}
	var mutating admissionv1.MutatingWebhookConfigurationList
	subject.NoError(p.Cluster.List(ctx, &mutating))
	var validating admissionv1.ValidatingWebhookConfigurationList
	subject.NoError(p.Cluster.List(ctx, &validating))
	var foreign []string
	add := func(kind, configuration, webhook string, selector *metav1.LabelSelector) {
		installed := known.Has(schema.GroupKind{Group: admissionv1.GroupName, Kind: kind}, "", configuration)
		if !installed && !p.Spec.Allows(kind, "", configuration) && selectsOwn(ctx, selector) {
			foreign = append(foreign, configuration+"/"+webhook)
		}
	}
	for _, c := range mutating.Items {
		for _, w := range c.Webhooks {
			add("MutatingWebhookConfiguration", c.Name, w.Name, w.NamespaceSelector)
		}
	}
	for _, c := range validating.Items {
		for _, w := range c.Webhooks {
			add("ValidatingWebhookConfiguration", c.Name, w.Name, w.NamespaceSelector)
		}
	}
	return foreign
}

// selectsOwn reports whether a selector matches a namespace of the platform.
func selectsOwn(ctx SpecContext, of *metav1.LabelSelector) bool {
	GinkgoHelper()
	selector, err := metav1.LabelSelectorAsSelector(of)
	expect.Subject{What: "namespace selector", From: kubernetesAPI}.NoError(err)
	for _, name := range p.Spec.OwnNamespaces() {
		namespace := named[corev1.Namespace]("", name)
		get(ctx, namespace)
		if of == nil || selector.Matches(labels.Set(namespace.Labels)) {
			return true
		}
	}
	return false
}
