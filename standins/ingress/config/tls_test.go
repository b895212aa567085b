package config

import (
	"errors"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"

	"assay.dev/assay/standins/ingress/internal/fixture"
)

func hostOf(t *testing.T, m *Model, name string) *Host {
	t.Helper()
	for _, h := range m.Hosts {
		if h.Name == name {
			return h
		}
	}
	t.Fatalf("no host %q", name)
	return nil
}

func TestTLSByHost(t *testing.T) {
	later := epoch.Add(24 * time.Hour)
	exact, wildcard := fixture.TLSSecret(t, "exact", later, "a.example"), fixture.TLSSecret(t, "wildcard", later, "*.b.example")
	ing := fixture.Ingress("web", 0, "a.example / P a", "x.b.example / P a", "*.b.example / P a", "plain.example / P a")
	fixture.WithTLS(fixture.WithTLS(ing, "wildcard", "*.b.example"), "exact", "a.example")
	in := cluster(ing)
	in.Secrets = []*corev1.Secret{exact, wildcard}

	model := Build(in, testOptions(t))
	wantMessages(t, model)
	for host, secret := range map[string]*corev1.Secret{"a.example": exact, "x.b.example": wildcard, "*.b.example": wildcard} {
		h := hostOf(t, model, host)
		if h.TLS == nil || h.TLS.Certificate == nil || string(h.TLS.Certificate.Chain) != string(secret.Data[corev1.TLSCertKey]) {
			t.Errorf("%s has not the certificate of secret %s", host, secret.Name)
		}
		if !h.Redirect {
			t.Errorf("%s does not redirect to https", host)
		}
	}
	if h := hostOf(t, model, "plain.example"); h.TLS != nil || h.Redirect {
		t.Error("a host that no TLS entry names has TLS")
	}
}

func TestTLSEntryWithoutHostsStandsForAll(t *testing.T) {
	in := cluster(fixture.WithTLS(fixture.Ingress("web", 0, "a.example / P a", "- / P b"), "any"))
	in.Secrets = []*corev1.Secret{fixture.TLSSecret(t, "any", epoch.Add(time.Hour), "a.example")}
	model := Build(in, testOptions(t))
	wantMessages(t, model)
	for _, h := range model.Hosts {
		if h.TLS == nil || h.TLS.Certificate == nil {
			t.Errorf("host %q has no certificate", h.Name)
		}
	}
}

func TestUnusableTLSSecretsRefuseHandshakesOfTheirHostOnly(t *testing.T) {
	good := fixture.TLSSecret(t, "good", epoch.Add(time.Hour), "h")
	other := fixture.TLSSecret(t, "other", epoch.Add(time.Hour), "h")
	mixed := good.DeepCopy()
	mixed.Data[corev1.TLSPrivateKeyKey] = other.Data[corev1.TLSPrivateKeyKey]
	garbage := good.DeepCopy()
	garbage.Data[corev1.TLSCertKey] = []byte("top secret bytes; } server {")
	empty := good.DeepCopy()
	delete(empty.Data, corev1.TLSPrivateKeyKey)
	opaque := good.DeepCopy()
	opaque.Type = corev1.SecretTypeOpaque
	foreign := good.DeepCopy()
	foreign.Namespace = "kafka"

	tests := []struct {
		name   string
		secret *corev1.Secret
		ref    string
		want   string
	}{
		{"missing", nil, "good", "does not exist"},
		{"not named", good, "", "names no secret"},
		{"key of another certificate", mixed, "good", "not a certificate and its key"},
		{"garbage", garbage, "good", "not a certificate and its key"},
		{"no key", empty, "good", "tls.key is missing or empty"},
		{"wrong type", opaque, "good", "not of type kubernetes.io/tls"},
		{"other namespace", foreign, "good", "does not exist in namespace todo-app"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in := cluster(fixture.WithTLS(fixture.Ingress("web", 0, "h / P a"), tt.ref, "h"), fixture.Ingress("fine", 1, "fine / P b"))
			if tt.secret != nil {
				in.Secrets = []*corev1.Secret{tt.secret}
			}
			model := Build(in, testOptions(t))
			wantMessages(t, model, tt.want)
			if strings.Contains(model.Problems[0].Message, "top secret") {
				t.Error("the message shows the secret")
			}
			if h := hostOf(t, model, "h"); h.TLS == nil || h.TLS.Certificate != nil || !h.Redirect {
				t.Errorf("host is %+v, want TLS without a certificate", h)
			}
			if got := model.Match("fine", "/"); got != to("b") {
				t.Errorf("the other host leads to %+v", got)
			}
		})
	}
}

func TestCertificateThatNGINXRefuses(t *testing.T) {
	opts := testOptions(t)
	opts.CheckCertificate = func(Certificate) error { return errors.New("ee key too small") }
	in := cluster(fixture.WithTLS(fixture.Ingress("web", 0, "h / P a"), "s", "h"))
	in.Secrets = []*corev1.Secret{fixture.TLSSecret(t, "s", epoch.Add(time.Hour), "h")}
	model := Build(in, opts)
	wantMessages(t, model, `TLS handshakes for h are refused: secret "s": ee key too small`)
	if hostOf(t, model, "h").TLS.Certificate != nil {
		t.Error("the refused certificate is used")
	}
}

func TestCertificatesThatClientsWillNotTrustAreServedWithAWarning(t *testing.T) {
	in := cluster(
		fixture.WithTLS(fixture.Ingress("expired", 0, "a.example / P a"), "expired", "a.example"),
		fixture.WithTLS(fixture.Ingress("name", 1, "b.example / P a"), "name", "b.example"),
		fixture.WithTLS(fixture.Ingress("early", 2, "*.c.example / P a"), "early", "*.c.example"),
	)
	in.Secrets = []*corev1.Secret{
		fixture.TLSSecret(t, "expired", epoch.Add(-time.Minute), "a.example"),
		fixture.TLSSecret(t, "name", epoch.Add(time.Hour), "other.example"),
		fixture.TLSSecret(t, "early", epoch.Add(time.Hour), "*.c.example"),
	}
	opts := testOptions(t)
	model := Build(in, opts)
	wantMessages(t, model, "expired at 2026-02-15T11:59:00Z", "not for this host")
	if hostOf(t, model, "a.example").TLS.Certificate == nil {
		t.Error("the expired certificate is not served")
	}
	opts.Now = epoch.Add(-2 * time.Hour)
	wantMessages(t, Build(in, opts), "not valid before", "not valid before", "not for this host", "not valid before")
}

func TestTLSConflictsAndLeftOvers(t *testing.T) {
	older := fixture.WithTLS(fixture.Ingress("older", 0, "h / P a"), "one", "h", "unused.example")
	younger := fixture.WithTLS(fixture.Ingress("younger", 1, "h /x P b"), "two", "h")
	in := cluster(younger, older)
	in.Secrets = []*corev1.Secret{fixture.TLSSecret(t, "one", epoch.Add(time.Hour), "h"), fixture.TLSSecret(t, "two", epoch.Add(time.Hour), "h")}
	model := Build(in, testOptions(t))
	wantMessages(t, model,
		`older: TLS host "unused.example" has no rule`,
		`younger: TLS secret "two" of h left out: todo-app/older claimed the host's TLS first`)
}

func TestRedirectCanBeSwitchedOff(t *testing.T) {
	for value, want := range map[string]bool{"false": false, "true": true, "0": false} {
		for _, annotation := range redirectAnnotations {
			ing := fixture.WithTLS(fixture.Ingress("web", 0, "h / P a"), "s", "h")
			ing.Annotations[annotation] = value
			in := cluster(ing)
			in.Secrets = []*corev1.Secret{fixture.TLSSecret(t, "s", epoch.Add(time.Hour), "h")}
			model := Build(in, testOptions(t))
			if got := hostOf(t, model, "h").Redirect; got != want {
				t.Errorf("%s: %q gives redirect %v", annotation, value, got)
			}
		}
	}
}
