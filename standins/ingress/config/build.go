package config

import (
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/types"
)

// Build makes the model of a snapshot. It never fails: what cannot be honoured
// is left out and named in Model.Problems, so that one faulty Ingress takes
// nothing from the others. Nothing is honoured of an Ingress that is rejected.
func Build(in Input, opts Options) *Model {
	b := &builder{
		opts:     opts,
		backends: newBackends(in),
		secrets:  make(map[types.NamespacedName]*corev1.Secret, len(in.Secrets)),
		hosts:    make(map[string]*draft),
	}
	for _, secret := range in.Secrets {
		if secret.Type == corev1.SecretTypeTLS {
			b.secrets[types.NamespacedName{Namespace: secret.Namespace, Name: secret.Name}] = secret
		}
	}
	b.host("")
	ingresses := claimed(in, opts)
	for _, ing := range ingresses {
		b.add(ing)
	}
	model := &Model{Ingresses: ingresses, Problems: b.problems}
	for _, name := range slices.Sorted(maps.Keys(b.hosts)) {
		model.Hosts = append(model.Hosts, b.hosts[name].host)
	}
	for _, name := range slices.Sorted(maps.Keys(b.backends.upstreams)) {
		model.Upstreams = append(model.Upstreams, b.backends.upstreams[name])
	}
	return model
}

type builder struct {
	opts     Options
	backends *backends
	secrets  map[types.NamespacedName]*corev1.Secret
	hosts    map[string]*draft
	problems []Problem
}

// draft is a host with the Ingresses that own its parts: whoever came first
// (the oldest) keeps what it claimed.
type draft struct {
	host          *Host
	routeOwners   map[routeKey]*networkingv1.Ingress
	fallbackOwner *networkingv1.Ingress
	tlsOwner      *networkingv1.Ingress
	tlsSecret     string
}

type routeKey struct {
	path  string
	exact bool
}

func (b *builder) host(name string) *draft {
	if d, found := b.hosts[name]; found {
		return d
	}
	d := &draft{
		host:        &Host{Name: name, Fallback: notFound},
		routeOwners: make(map[routeKey]*networkingv1.Ingress),
	}
	b.hosts[name] = d
	return d
}

func (b *builder) add(ing *networkingv1.Ingress) {
	if reasons := rejections(ing); len(reasons) > 0 {
		b.problems = append(b.problems, Problem{Ingress: ing, Message: strings.Join(reasons, "; "), Rejected: true})
		return
	}
	hosts := b.addRules(ing)
	b.addDefaultBackend(ing, hosts)
	b.addTLS(ing, hosts)
	if names := unhonoured(ing); len(names) > 0 {
		b.problem(ing, "annotations that this controller does not honour: %s", strings.Join(names, ", "))
	}
}
