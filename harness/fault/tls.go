package fault

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"time"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// expiredSecret replaces the ingress' certificate by one that has expired.
type expiredSecret struct {
	base
	before []byte
}

func expiredTLSSecret(lab *Lab, name string) Fault {
	return &expiredSecret{base: base{lab: lab, name: name}}
}

func (e *expiredSecret) secret() Undo {
	ingress := e.lab.Spec.Ingress
	return Undo{Version: "v1", Kind: "Secret", Namespace: ingress.Namespace, Name: ingress.TLSSecret}
}

// Prepare implements Fault.
func (e *expiredSecret) Prepare(ctx context.Context) error {
	served, err := e.lab.served(ctx)
	if err != nil {
		return fmt.Errorf("ask the ingress for its certificate before the fault: %w", err)
	}
	if time.Now().After(served.NotAfter) {
		return fmt.Errorf("the ingress serves an expired certificate before the fault, of %s", served.NotAfter)
	}
	e.before = served.Raw
	undos, err := e.lab.save(ctx, e.name, e.secret())
	if err != nil {
		return err
	}
	return e.plan(ctx, nil, undos...)
}

// Inject implements Fault.
func (e *expiredSecret) Inject(ctx context.Context) error {
	certificate, key, err := expired(e.lab.Spec.Ingress.Host)
	if err != nil {
		return err
	}
	where := e.secret()
	var secret corev1.Secret
	if err := e.lab.Cluster.Get(ctx, client.ObjectKey{Namespace: where.Namespace, Name: where.Name}, &secret); err != nil {
		return fmt.Errorf("look at the TLS secret: %w", err)
	}
	before := secret.DeepCopy()
	secret.Data[corev1.TLSCertKey], secret.Data[corev1.TLSPrivateKeyKey] = certificate, key
	if err := e.lab.Cluster.Patch(ctx, &secret, client.MergeFrom(before)); err != nil {
		return fmt.Errorf("replace the TLS secret: %w", err)
	}
	return nil
}

// Proof implements Fault.
func (e *expiredSecret) Proof(ctx context.Context) (Proof, error) {
	return e.lab.sees(ctx, inARow, func(ctx context.Context) (string, error) {
		served, err := e.lab.served(ctx)
		if err != nil {
			return "", err
		}
		if time.Now().Before(served.NotAfter) {
			return "", fmt.Errorf("the ingress serves a certificate that is good until %s", served.NotAfter)
		}
		return fmt.Sprintf("the ingress serves a certificate that expired on %s", served.NotAfter.Format(time.DateTime)), nil
	})
}

// Residue implements Fault: beside the secret, the ingress serves what it served.
func (e *expiredSecret) Residue(ctx context.Context) ([]string, error) {
	served, err := e.lab.served(ctx)
	if err != nil {
		return nil, fmt.Errorf("ask the ingress for its certificate: %w", err)
	}
	if e.before != nil && string(served.Raw) != string(e.before) {
		return []string{"the ingress serves another certificate than before, good until " + served.NotAfter.Format(time.DateTime)}, nil
	}
	return e.base.Residue(ctx)
}

// served is the certificate that the ingress shows. It is looked at, not trusted.
func (l *Lab) served(ctx context.Context) (*x509.Certificate, error) {
	dialer := tls.Dialer{
		NetDialer: &net.Dialer{Timeout: l.Spec.Timeouts.HTTPRequest.Duration},
		Config:    &tls.Config{ServerName: l.Spec.Ingress.Host, InsecureSkipVerify: true}, //nolint:gosec // nothing is sent
	}
	conn, err := dialer.DialContext(ctx, "tcp", l.Ingress.HTTPS)
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close() }()
	return conn.(*tls.Conn).ConnectionState().PeerCertificates[0], nil
}

// expired makes a certificate for a host that was good for a day, a year ago.
func expired(host string) (certificate, key []byte, err error) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, fmt.Errorf("make a key: %w", err)
	}
	since := time.Now().AddDate(-1, 0, 0)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(since.UnixNano()), Subject: pkix.Name{CommonName: host}, DNSNames: []string{host},
		NotBefore: since, NotAfter: since.AddDate(0, 0, 1),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		return nil, nil, fmt.Errorf("make an expired certificate: %w", err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return nil, nil, fmt.Errorf("make an expired certificate: %w", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: raw}),
		pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}), nil
}
