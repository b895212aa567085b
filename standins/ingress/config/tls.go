package config

import (
	"fmt"
	"slices"

	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/types"
)

// addTLS gives the Ingress's hosts the certificates of its TLS section. An
// entry without hosts stands for all of them.
func (b *builder) addTLS(ing *networkingv1.Ingress, hosts []*draft) {
	if len(ing.Spec.TLS) == 0 {
		return
	}
	redirect := wantsRedirect(ing)
	b.reportUnusedTLSHosts(ing, hosts)
	for _, d := range hosts {
		secretName, found := tlsSecretFor(ing, d.host.Name)
		if !found {
			continue
		}
		secret := ing.Namespace + "/" + secretName
		if d.tlsOwner != nil {
			if d.tlsSecret != secret {
				b.problem(ing, "TLS secret %q of %s left out: %s claimed the host's TLS first", secretName, hostLabel(d.host), fullName(d.tlsOwner))
			}
			continue
		}
		d.tlsOwner, d.tlsSecret = ing, secret
		d.host.Redirect = redirect
		d.host.TLS = &TLS{}
		certificate, err := b.certificate(ing.Namespace, secretName)
		if err != nil {
			b.problem(ing, "TLS handshakes for %s are refused: %v", hostLabel(d.host), err)
			continue
		}
		d.host.TLS.Certificate = certificate
		for _, warning := range certificate.warnings(d.host.Name, b.opts.Now) {
			b.problem(ing, "TLS secret %q of %s: %s", secretName, hostLabel(d.host), warning)
		}
	}
}

// tlsSecretFor finds the TLS entry for a host: the one that names it before
// one whose wildcard covers it, before one that names no host.
func tlsSecretFor(ing *networkingv1.Ingress, host string) (string, bool) {
	for _, entry := range ing.Spec.TLS {
		if slices.Contains(entry.Hosts, host) {
			return entry.SecretName, true
		}
	}
	for _, entry := range ing.Spec.TLS {
		if slices.ContainsFunc(entry.Hosts, func(h string) bool { return coversHost(h, host) }) {
			return entry.SecretName, true
		}
	}
	for _, entry := range ing.Spec.TLS {
		if len(entry.Hosts) == 0 {
			return entry.SecretName, true
		}
	}
	return "", false
}

func (b *builder) reportUnusedTLSHosts(ing *networkingv1.Ingress, hosts []*draft) {
	for _, entry := range ing.Spec.TLS {
		for _, host := range entry.Hosts {
			if !slices.ContainsFunc(hosts, func(d *draft) bool { return coversHost(host, d.host.Name) }) {
				b.problem(ing, "TLS host %q has no rule in this Ingress and is left out", host)
			}
		}
	}
}

func (b *builder) certificate(namespace, name string) (*Certificate, error) {
	if name == "" {
		return nil, fmt.Errorf("the TLS entry names no secret")
	}
	secret, found := b.secrets[types.NamespacedName{Namespace: namespace, Name: name}]
	if !found {
		return nil, fmt.Errorf("secret %q does not exist in namespace %s, or is not of type kubernetes.io/tls", name, namespace)
	}
	certificate, err := newCertificate(secret)
	if err != nil {
		return nil, fmt.Errorf("secret %q: %w", name, err)
	}
	if b.opts.CheckCertificate != nil {
		if err := b.opts.CheckCertificate(certificate); err != nil {
			return nil, fmt.Errorf("secret %q: %w", name, err)
		}
	}
	return &certificate, nil
}
