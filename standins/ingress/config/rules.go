package config

import (
	"fmt"
	"slices"

	networkingv1 "k8s.io/api/networking/v1"
)

// addRules adds the routes of an Ingress and returns the hosts of its rules.
func (b *builder) addRules(ing *networkingv1.Ingress) []*draft {
	var hosts []*draft
	for _, rule := range ing.Spec.Rules {
		if err := checkHost(rule.Host); err != nil {
			b.problem(ing, "rule left out: %v", err)
			continue
		}
		d := b.host(rule.Host)
		if !slices.Contains(hosts, d) {
			hosts = append(hosts, d)
		}
		if rule.HTTP == nil {
			continue
		}
		for _, path := range rule.HTTP.Paths {
			b.addRoute(ing, d, path)
		}
	}
	return hosts
}

func (b *builder) addRoute(ing *networkingv1.Ingress, d *draft, p networkingv1.HTTPIngressPath) {
	path, exact, err := parsePath(p)
	if err != nil {
		b.problem(ing, "path of %s left out: %v", hostLabel(d.host), err)
		return
	}
	key := routeKey{path: path, exact: exact}
	if owner, taken := d.routeOwners[key]; taken {
		b.problem(ing, "path %q of %s left out: %s claimed it first", path, hostLabel(d.host), fullName(owner))
		return
	}
	d.routeOwners[key] = ing
	target, err := b.backends.resolve(ing.Namespace, &p.Backend)
	if err != nil {
		b.problem(ing, "path %q of %s answers %d: %v", path, hostLabel(d.host), target.Status, err)
	}
	d.host.Routes = append(d.host.Routes, Route{Path: path, Exact: exact, Target: target})
}

// addDefaultBackend makes spec.defaultBackend the fallback of the Ingress's
// own hosts, or of every unclaimed host when it has no rules.
func (b *builder) addDefaultBackend(ing *networkingv1.Ingress, hosts []*draft) {
	if ing.Spec.DefaultBackend == nil {
		return
	}
	if len(ing.Spec.Rules) == 0 {
		hosts = []*draft{b.host("")}
	}
	target, err := b.backends.resolve(ing.Namespace, ing.Spec.DefaultBackend)
	if err != nil {
		b.problem(ing, "the default backend answers %d: %v", target.Status, err)
	}
	for _, d := range hosts {
		if d.fallbackOwner != nil {
			b.problem(ing, "default backend of %s left out: %s claimed it first", hostLabel(d.host), fullName(d.fallbackOwner))
			continue
		}
		d.fallbackOwner, d.host.Fallback = ing, target
	}
}

func hostLabel(h *Host) string {
	if h.Name == "" {
		return "any other host"
	}
	return h.Name
}

func (b *builder) problem(ing *networkingv1.Ingress, format string, args ...any) {
	p := Problem{Ingress: ing, Message: fmt.Sprintf(format, args...)}
	if !slices.Contains(b.problems, p) {
		b.problems = append(b.problems, p)
	}
}
