package kube_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"assay.dev/assay/harness/kube"
	"assay.dev/assay/spec"
)

// selfSigned is a certificate for this machine, which is its own authority.
func selfSigned(t *testing.T) (tls.Certificate, []byte) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "brokers"}, NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key},
		pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

func secretOf(name, key string, value []byte) client.Object {
	return &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: "kafka", Name: name}, Data: map[string][]byte{key: value}}
}

// TestTheListenersCertificateAndPasswordComeFromSecrets connects to a broker that wants
// TLS and SCRAM-SHA-512, with each Secret right, wrong and missing.
func TestTheListenersCertificateAndPasswordComeFromSecrets(t *testing.T) {
	certificate, authority := selfSigned(t)
	_, foreign := selfSigned(t)
	broker, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.TLS(&tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}),
		kfake.EnableSASL(), kfake.Superuser("SCRAM-SHA-512", "assay", "s3cret"), kfake.SeedTopics(1, "events"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(broker.Close)
	password := secretOf("assay", "password", []byte("s3cret"))
	for name, tc := range map[string]struct {
		secrets  []client.Object
		listener spec.Listener
		want     string // in the error
	}{
		"as Strimzi has them": {secrets: []client.Object{password, secretOf("logs-cluster-ca-cert", "ca.crt", authority)}},
		"elsewhere": {
			secrets:  []client.Object{secretOf("mine", "pw", []byte("s3cret")), secretOf("mine-ca", "root.pem", authority)},
			listener: spec.Listener{Password: spec.SecretKey{Secret: "mine", Key: "pw"}, CA: spec.SecretKey{Secret: "mine-ca", Key: "root.pem"}},
		},
		"another password":      {secrets: []client.Object{secretOf("assay", "password", []byte("guess")), secretOf("logs-cluster-ca-cert", "ca.crt", authority)}, want: "connect to Kafka"},
		"another authority":     {secrets: []client.Object{password, secretOf("logs-cluster-ca-cert", "ca.crt", foreign)}, want: "certificate"},
		"no certificate at all": {secrets: []client.Object{password, secretOf("logs-cluster-ca-cert", "ca.crt", []byte("PEM"))}, want: "no certificate in PEM"},
		"no password":           {secrets: []client.Object{secretOf("logs-cluster-ca-cert", "ca.crt", authority)}, want: `password of the Kafka user assay: secrets "assay" not found`},
		"an empty password":     {secrets: []client.Object{secretOf("assay", "password", nil), secretOf("logs-cluster-ca-cert", "ca.crt", authority)}, want: "secret kafka/assay has no entry password"},
	} {
		t.Run(name, func(t *testing.T) {
			kafka := spec.Kafka{Name: "logs", Namespace: "kafka", Version: "3.6.0", Bootstrap: broker.ListenAddrs()[0], Listener: tc.listener}
			kafka.Listener.TLS, kafka.Listener.Authentication, kafka.Listener.User = true, spec.ScramSHA512, "assay"
			brokers, err := cluster(tc.secrets...).Brokers(t.Context(), kafka, 5*time.Second)
			brokers.Dialer = nil // the broker is on this machine
			if err == nil {
				err = listsTopic(brokers)
			}
			if tc.want == "" && err != nil || tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want)) {
				t.Errorf("got %v, want %q", err, tc.want)
			}
			if err != nil && strings.Contains(err.Error(), "s3cret") {
				t.Errorf("the password is in the error: %v", err)
			}
		})
	}
}

// listsTopic asks the broker for its topics.
func listsTopic(brokers kube.Brokers) error {
	_, admin, err := brokers.Client()
	if err != nil {
		return err
	}
	defer func() { _ = admin.Close() }() // and the connection with it
	_, err = admin.ListTopics()
	return err
}
