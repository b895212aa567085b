package cluster

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// caValidity and caRenewal are Strimzi's defaults.
const (
	caValidity = 365 * 24 * time.Hour
	caRenewal  = 30 * 24 * time.Hour
	caKeyBits  = 2048
)

// Keys in the Secrets of a CA.
const (
	CAKey  = "ca.key"
	CACert = "ca.crt"
)

// CA is a certificate authority, PEM encoded.
type CA struct {
	Cert []byte
	Key  []byte // PKCS #8
}

// NewCA makes a self-signed authority that is valid for a year.
func NewCA(commonName string, now time.Time) (*CA, error) {
	key, err := rsa.GenerateKey(rand.Reader, caKeyBits)
	if err != nil {
		return nil, fmt.Errorf("generate key of %s: %w", commonName, err)
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, fmt.Errorf("draw serial number of %s: %w", commonName, err)
	}
	template := &x509.Certificate{
		SerialNumber:          serial,
		Subject:               pkix.Name{Organization: []string{"io.strimzi"}, CommonName: commonName},
		NotBefore:             now.Add(-time.Minute), // clocks differ
		NotAfter:              now.Add(caValidity),
		IsCA:                  true,
		BasicConstraintsValid: true,
		MaxPathLenZero:        true,
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, fmt.Errorf("sign %s: %w", commonName, err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("encode key of %s: %w", commonName, err)
	}
	return &CA{
		Cert: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
		Key:  pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER}),
	}, nil
}

// CAUsable reports whether the two Secrets of a CA still make one: both there,
// certificate and key readable and of one pair, and not due for renewal.
func CAUsable(key, cert *corev1.Secret, now time.Time) error {
	if key == nil || cert == nil {
		return fmt.Errorf("secret missing")
	}
	block, _ := pem.Decode(cert.Data[CACert])
	if block == nil {
		return fmt.Errorf("%s of secret %s is not PEM", CACert, cert.Name)
	}
	parsed, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return fmt.Errorf("%s of secret %s: %w", CACert, cert.Name, err)
	}
	block, _ = pem.Decode(key.Data[CAKey])
	if block == nil {
		return fmt.Errorf("%s of secret %s is not PEM", CAKey, key.Name)
	}
	private, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return fmt.Errorf("%s of secret %s: %w", CAKey, key.Name, err)
	}
	if rsaKey, ok := private.(*rsa.PrivateKey); !ok || !rsaKey.PublicKey.Equal(parsed.PublicKey) {
		return fmt.Errorf("%s of secret %s does not belong to the certificate", CAKey, key.Name)
	}
	if now.Add(caRenewal).After(parsed.NotAfter) {
		return fmt.Errorf("certificate of secret %s ends on %s", cert.Name, parsed.NotAfter.Format(time.RFC3339))
	}
	return nil
}

// CASecrets are the Secrets of a CA: NAME with the key and NAME-cert with the
// certificate, the generation of both counted from 0 in annotations.
func (c *Cluster) CASecrets(name string, ca *CA, generation int) (key, cert *corev1.Secret) {
	key = c.secret(name, map[string][]byte{CAKey: ca.Key})
	key.Annotations = map[string]string{AnnotationCAKeyGeneration: fmt.Sprint(generation)}
	cert = c.secret(name+"-cert", map[string][]byte{CACert: ca.Cert})
	cert.Annotations = map[string]string{AnnotationCACertGeneration: fmt.Sprint(generation)}
	return key, cert
}

// Annotations that count how often a CA was renewed.
const (
	AnnotationCAKeyGeneration  = "strimzi.io/ca-key-generation"
	AnnotationCACertGeneration = "strimzi.io/ca-cert-generation"
)

func (c *Cluster) secret(name string, data map[string][]byte) *corev1.Secret {
	return &corev1.Secret{
		TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "Secret"},
		ObjectMeta: c.meta(name, c.labels("strimzi", typeCA)),
		Type:       corev1.SecretTypeOpaque,
		Data:       data,
	}
}
