package config

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// ErrRefused marks what NGINX itself refuses, apart from what could not be put
// before it.
var ErrRefused = errors.New("NGINX refuses it")

// Certificate is a certificate chain and its private key, both PEM.
type Certificate struct {
	Chain []byte
	Key   []byte
}

// newCertificate reads a kubernetes.io/tls Secret. The error never shows what
// is in it.
func newCertificate(secret *corev1.Secret) (Certificate, error) {
	c := Certificate{Chain: secret.Data[corev1.TLSCertKey], Key: secret.Data[corev1.TLSPrivateKeyKey]}
	if len(c.Chain) == 0 || len(c.Key) == 0 {
		return Certificate{}, fmt.Errorf("%s or %s is missing or empty", corev1.TLSCertKey, corev1.TLSPrivateKeyKey)
	}
	if _, err := tls.X509KeyPair(c.Chain, c.Key); err != nil {
		return Certificate{}, fmt.Errorf("%s and %s are not a certificate and its key: %w", corev1.TLSCertKey, corev1.TLSPrivateKeyKey, err)
	}
	return c, nil
}

// ID names the certificate by its content: the same pair has the same ID.
func (c Certificate) ID() string {
	sum := sha256.New()
	fmt.Fprintf(sum, "%d\n%s%s", len(c.Chain), c.Chain, c.Key)
	return hex.EncodeToString(sum.Sum(nil)[:16])
}

// warnings tells why clients will not trust a certificate that NGINX can
// serve all the same.
func (c Certificate) warnings(host string, now time.Time) []string {
	pair, err := tls.X509KeyPair(c.Chain, c.Key)
	if err != nil {
		return []string{err.Error()}
	}
	leaf, err := x509.ParseCertificate(pair.Certificate[0])
	if err != nil {
		return []string{err.Error()}
	}
	var warnings []string
	if now.After(leaf.NotAfter) {
		warnings = append(warnings, "the certificate expired at "+leaf.NotAfter.UTC().Format(time.RFC3339))
	}
	if now.Before(leaf.NotBefore) {
		warnings = append(warnings, "the certificate is not valid before "+leaf.NotBefore.UTC().Format(time.RFC3339))
	}
	if host == "" {
		return warnings
	}
	// A wildcard host is covered when any one label in its place is.
	sample := strings.Replace(host, wildcardPrefix, "any.", 1)
	if leaf.VerifyHostname(sample) != nil {
		warnings = append(warnings, "the certificate is not for this host")
	}
	return warnings
}
