package cluster

import (
	"crypto/x509"
	"encoding/pem"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
)

func TestCA(t *testing.T) {
	now := time.Date(2026, 2, 15, 0, 0, 0, 0, time.UTC)
	ca, err := NewCA("cluster-ca v0", now)
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(ca.Cert)
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	if !cert.IsCA || cert.Subject.CommonName != "cluster-ca v0" || cert.Subject.Organization[0] != "io.strimzi" {
		t.Errorf("certificate = %v, CA %v", cert.Subject, cert.IsCA)
	}
	if err := cert.CheckSignatureFrom(cert); err != nil {
		t.Errorf("not self-signed: %v", err)
	}
	if !cert.NotAfter.Equal(now.Add(365 * 24 * time.Hour)) {
		t.Errorf("valid until %s", cert.NotAfter)
	}

	key, crt := render(t).CASecrets(ClusterCAName("todo-kafka"), ca, 0)
	if key.Name != "todo-kafka-cluster-ca" || crt.Name != "todo-kafka-cluster-ca-cert" {
		t.Errorf("secrets %s and %s", key.Name, crt.Name)
	}
	if key.Annotations["strimzi.io/ca-key-generation"] != "0" || crt.Annotations["strimzi.io/ca-cert-generation"] != "0" {
		t.Errorf("generations = %v, %v", key.Annotations, crt.Annotations)
	}
	if _, leaked := crt.Data["ca.key"]; leaked {
		t.Error("the key is in the certificate's secret")
	}
	other, err := NewCA("clients-ca v0", now)
	if err != nil {
		t.Fatal(err)
	}
	otherKey, _ := render(t).CASecrets(ClientsCAName("todo-kafka"), other, 0)
	broken := crt.DeepCopy()
	broken.Data["ca.crt"] = []byte("x")
	for name, tc := range map[string]struct {
		key, cert *corev1.Secret
		now       time.Time
		usable    bool
	}{
		"fresh":           {key, crt, now, true},
		"no key":          {nil, crt, now, false},
		"no certificate":  {key, nil, now, false},
		"not PEM":         {key, broken, now, false},
		"of another pair": {otherKey, crt, now, false},
		"due for renewal": {key, crt, now.Add(336 * 24 * time.Hour), false},
	} {
		t.Run(name, func(t *testing.T) {
			if err := CAUsable(tc.key, tc.cert, tc.now); (err == nil) != tc.usable {
				t.Errorf("CAUsable = %v, want usable %v", err, tc.usable)
			}
		})
	}
}
