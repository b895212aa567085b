package provisioning

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"net/http"

	. "github.com/onsi/ginkgo/v2"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"

	"assay.dev/assay/harness/expect"
	"assay.dev/assay/harness/kube"
)

// ingressController is where requests through the ingress controller come from.
const ingressController = "the ingress controller"

// ingressOf reads the specified ingress.
func ingressOf(ctx SpecContext) *networkingv1.Ingress {
	GinkgoHelper()
	ingress := named[networkingv1.Ingress](p.Spec.Ingress.Namespace, p.Spec.Ingress.Name)
	get(ctx, ingress)
	return ingress
}

// tlsSecret reads the ingress's TLS secret and returns the certificates in it,
// the server's own first.
func tlsSecret(ctx SpecContext) (*corev1.Secret, []*x509.Certificate) {
	GinkgoHelper()
	secret := named[corev1.Secret](p.Spec.Ingress.Namespace, p.Spec.Ingress.TLSSecret)
	get(ctx, secret)
	subject := expect.Subject{What: "certificate in Secret " + secret.Name, From: kubernetesAPI}
	var chain []*x509.Certificate
	for rest := secret.Data[corev1.TLSCertKey]; ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		certificate, err := x509.ParseCertificate(block.Bytes)
		subject.NoError(err)
		chain = append(chain, certificate)
	}
	if len(chain) == 0 {
		subject.AssertThat(false, "at least one", "none")
	}
	return secret, chain
}

// authorities are those that the TLS secret names for its certificate: its
// ca.crt, or the certificates themselves where they are their own authority.
func authorities(ctx SpecContext) *x509.CertPool {
	GinkgoHelper()
	secret, chain := tlsSecret(ctx)
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(secret.Data["ca.crt"]) {
		for _, certificate := range chain {
			pool.AddCert(certificate)
		}
	}
	return pool
}

// secure asks the ingress controller by HTTPS for a path of a host, whoever its
// certificate says that it is: certificates have checks of their own.
func secure(ctx context.Context, host, path string) (kube.Answer, error) {
	settings := &tls.Config{ServerName: host, InsecureSkipVerify: true} //nolint:gosec // see above
	web := kube.IngressClient(p.Run.Ingress.HTTPS, settings, timeouts.HTTPRequest.Duration)
	return kube.Ask(ctx, web, http.MethodGet, "https://"+host+path, nil, "")
}

// plain asks the ingress controller by HTTP for a path of a host.
func plain(ctx context.Context, host, path string) (kube.Answer, error) {
	web := kube.IngressClient(p.Run.Ingress.HTTP, nil, timeouts.HTTPRequest.Duration)
	return kube.Ask(ctx, web, http.MethodGet, "http://"+host+path, nil, "")
}
