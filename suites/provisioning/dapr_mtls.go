package provisioning

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"math/big"
	"net/url"
	"strings"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	corev1 "k8s.io/api/core/v1"

	"assay.dev/assay/harness/expect"
)

// prefaceOfHTTP2 is what a client of gRPC sends first (RFC 9113, 3.4): the
// preface, and a SETTINGS frame without settings.
const prefaceOfHTTP2 = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00"

var _ = p.Checks(func() {
	Describe("Mutual TLS between sidecars", func() {
		p.It("dapr.mutual-tls", func(ctx SpecContext) {
			roots := trustBundle(ctx)
			var wait sync.WaitGroup
			for _, app := range p.Spec.Deployments {
				for _, pod := range podsOf(ctx, app) {
					wait.Go(func() {
						defer GinkgoRecover()
						identity := fmt.Sprintf("/ns/%s/%s", app.Namespace, app.Dapr.AppID)
						presents(ctx, &pod, roots, identity)
						stranger := strangersCertificate(identity)
						refuses(ctx, &pod, "a client without a certificate", &tls.Config{})
						refuses(ctx, &pod, "a client of another authority", &tls.Config{Certificates: []tls.Certificate{stranger}})
						refuses(ctx, &pod, "a client without TLS", nil)
					})
				}
			}
			wait.Wait()
		}, brief)
	})
})

// trustBundle returns the authorities that Dapr's sentry publishes.
func trustBundle(ctx SpecContext) *x509.CertPool {
	GinkgoHelper()
	bundle := named[corev1.ConfigMap](p.Spec.Dapr.Namespace, "dapr-trust-bundle")
	get(ctx, bundle)
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM([]byte(bundle.Data["ca.crt"])) {
		expect.Subject{What: "authorities", From: "trust bundle of sentry", Object: bundle}.AssertThat(false, "at least one certificate", "none")
	}
	return roots
}

// presents fails the check unless a sidecar shows a certificate that sentry
// issued for the identity.
func presents(ctx SpecContext, pod *corev1.Pod, roots *x509.CertPool, identity string) {
	GinkgoHelper()
	subject := expect.Subject{What: "certificate of the sidecar of " + pod.Name, From: "its port for other sidecars"}
	connection, err := dialSidecar(ctx, pod, &tls.Config{})
	subject.NoError(err)
	defer func() { _ = connection.Close() }()
	secured, _ := connection.(*tls.Conn)
	chain := secured.ConnectionState().PeerCertificates
	between := x509.NewCertPool()
	for _, certificate := range chain[1:] {
		between.AddCert(certificate)
	}
	_, err = chain[0].Verify(x509.VerifyOptions{
		Roots: roots, Intermediates: between, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	})
	subject.AssertThat(err == nil, "issued by sentry and valid now", resultOf(err, "issued by sentry and valid now"))
	var identities []string
	for _, uri := range chain[0].URIs {
		if uri.Scheme == "spiffe" {
			identities = append(identities, uri.Path)
		}
	}
	expect.Subject{What: "SPIFFE identity of the sidecar of " + pod.Name, From: "its certificate"}.Is(identities, []string{identity})
}

// refuses fails the check if a sidecar speaks gRPC with a client; nil settings
// are a client without TLS.
func refuses(ctx SpecContext, pod *corev1.Pod, who string, settings *tls.Config) {
	GinkgoHelper()
	subject := expect.Subject{What: who + " at the sidecar of " + pod.Name, From: "its port for other sidecars"}
	connection, err := dialSidecar(ctx, pod, settings)
	if err == nil {
		defer func() { _ = connection.Close() }()
		_, err = io.WriteString(connection, prefaceOfHTTP2)
	}
	var answer [9]byte // the head of the frame that an HTTP/2 server sends first
	if err == nil {
		_, err = io.ReadFull(connection, answer[:])
	}
	if settings == nil {
		// A server of TLS answers with an alert, or not at all.
		spoke := err == nil && answer[3] == 0x4
		subject.AssertThat(!spoke, "refused", resultOf(err, "answered"))
		return
	}
	// An alert of TLS, not a connection that fell for another reason.
	refused := err != nil && strings.Contains(err.Error(), "tls: ")
	subject.AssertThat(refused, "refused with a TLS alert", resultOf(err, "answered"))
}

// dialSidecar opens a connection to the port that sidecars use among each other.
// Whom it meets is for the caller to judge.
func dialSidecar(ctx SpecContext, pod *corev1.Pod, settings *tls.Config) (io.ReadWriteCloser, error) {
	plain, err := p.Cluster.Dialer.DialContext(ctx, "tcp", fmt.Sprintf("%s.%s.pod:%d", pod.Name, pod.Namespace, sidecarInternal))
	if err != nil {
		return nil, err
	}
	if err := plain.SetDeadline(time.Now().Add(timeouts.HTTPRequest.Duration)); err != nil || settings == nil {
		return plain, err
	}
	settings.InsecureSkipVerify = true //nolint:gosec // the chain is verified against sentry's bundle by presents
	settings.NextProtos = []string{"h2"}
	secured := tls.Client(plain, settings)
	if err := secured.HandshakeContext(ctx); err != nil {
		_ = plain.Close()
		return nil, err
	}
	return secured, nil
}

// strangersCertificate claims an identity that nobody gave it.
func strangersCertificate(identity string) tls.Certificate {
	GinkgoHelper()
	subject := expect.Subject{What: "a certificate of another authority", From: "the check"}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	subject.NoError(err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
		URIs:        []*url.URL{{Scheme: "spiffe", Host: "public", Path: identity}},
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	subject.NoError(err)
	return tls.Certificate{Certificate: [][]byte{raw}, PrivateKey: key}
}

// resultOf is the text of an error, or what stands for none.
func resultOf(err error, without string) string {
	if err == nil {
		return without
	}
	return err.Error()
}
