package provisioning

import (
	"bytes"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"slices"
	"time"

	. "github.com/onsi/ginkgo/v2"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"

	"assay.dev/assay/harness/expect"
	"assay.dev/assay/spec"
)

var _ = p.Checks(func() {
	Describe("TLS at the ingress", expect.Requires(spec.IngressAddress), func() {
		p.It("ingress.tls", func(ctx SpecContext) {
			host := p.Spec.Ingress.Host
			served := servedCertificates(ctx, host)
			subject := expect.Subject{What: "certificate for " + host, From: ingressController}
			between := x509.NewCertPool()
			for _, certificate := range served[1:] {
				between.AddCert(certificate)
			}
			_, err := served[0].Verify(x509.VerifyOptions{
				DNSName: host, Roots: authorities(ctx), Intermediates: between, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
			})
			const valid = "valid now, for the host, from its authority"
			subject.AssertThat(err == nil, valid, resultOf(err, valid))
			subject.AssertThat(time.Until(served[0].NotAfter) > timeouts.Suite.Duration, "valid to the end of the run", served[0].NotAfter.String())

			ingress := ingressOf(ctx)
			covered := slices.ContainsFunc(ingress.Spec.TLS, func(t networkingv1.IngressTLS) bool {
				return t.SecretName == p.Spec.Ingress.TLSSecret && slices.Contains(t.Hosts, host)
			})
			expect.Subject{What: "TLS for " + host, From: kubernetesAPI, Object: ingress}.Is(covered, p.Spec.Ingress.TLSEnabled)
		}, brief)

		p.It("ingress.certificate", func(ctx SpecContext) {
			_, stored := tlsSecret(ctx)
			served := servedCertificates(ctx, p.Spec.Ingress.Host)
			expect.Subject{What: "fingerprint of the certificate that is served", From: ingressController}.
				Is(fingerprint(served[0]), fingerprint(stored[0]))
		}, brief)

		p.It("security.tls-secret", func(ctx SpecContext) {
			secret, chain := tlsSecret(ctx)
			expect.Subject{What: "type of Secret " + secret.Name, From: kubernetesAPI, Object: secret}.
				Is(string(secret.Type), string(corev1.SecretTypeTLS))
			pair, err := tls.X509KeyPair(secret.Data[corev1.TLSCertKey], secret.Data[corev1.TLSPrivateKeyKey])
			const belongs = "the key belongs to the certificate"
			expect.Subject{What: "key and certificate of Secret " + secret.Name, From: kubernetesAPI, Object: secret}.
				AssertThat(err == nil && bytes.Equal(pair.Certificate[0], chain[0].Raw), belongs, resultOf(err, belongs))
		}, brief)
	})
})

// servedCertificates are those that the controller shows for a host.
func servedCertificates(ctx SpecContext, host string) []*x509.Certificate {
	GinkgoHelper()
	subject := expect.Subject{What: "TLS handshake for " + host, From: ingressController}
	dialer := tls.Dialer{
		NetDialer: &net.Dialer{Timeout: timeouts.HTTPRequest.Duration},
		Config:    &tls.Config{ServerName: host, InsecureSkipVerify: true}, //nolint:gosec // what is served is verified by the caller
	}
	connection, err := dialer.DialContext(ctx, "tcp", p.Run.Ingress.HTTPS)
	subject.NoError(err)
	defer func() { _ = connection.Close() }()
	secured, _ := connection.(*tls.Conn)
	return secured.ConnectionState().PeerCertificates
}

func fingerprint(certificate *x509.Certificate) string {
	return fmt.Sprintf("%x", sha256.Sum256(certificate.Raw))
}
