package nginx

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"

	"assay.dev/assay/standins/ingress/config"
	"assay.dev/assay/standins/ingress/internal/fixture"
)

var later = fixture.Epoch.Add(24 * time.Hour)

func tlsInput(t *testing.T) (in config.Input, a, wild *corev1.Secret) {
	a, wild = fixture.TLSSecret(t, "a", later, "a.example"), fixture.TLSSecret(t, "wild", later, "*.wild.example")
	ing := fixture.Ingress("web", 0, "a.example / P a", "*.wild.example / P b", "plain.example / P c", "broken.example / P d")
	fixture.WithTLS(fixture.WithTLS(fixture.WithTLS(ing, "a", "a.example"), "wild", "*.wild.example"), "broken", "broken.example")
	in = input(ing)
	broken := fixture.TLSSecret(t, "broken", later, "broken.example")
	broken.Data[corev1.TLSCertKey] = []byte("not a certificate")
	in.Secrets = []*corev1.Secret{a, wild, broken}
	return in, a, wild
}

func TestTLSByServerName(t *testing.T) {
	p := newProxy(t)
	in, a, wild := tlsInput(t)
	p.serve(in)

	for host, want := range map[string]struct {
		secret *corev1.Secret
		pod    string
	}{"a.example": {a, "a"}, "x.wild.example": {wild, "b"}} {
		response, saw := p.do(p.client(want.secret), p.request("GET", "https://"+host+"/x", nil))
		if saw.Pod != want.pod || response.ProtoMajor != 2 {
			t.Errorf("%s: pod %q over %s", host, saw.Pod, response.Proto)
		}
		if saw.Header.Get("X-Forwarded-Proto") != "https" || saw.Header.Get("X-Forwarded-Port") != "443" || saw.Host != host {
			t.Errorf("%s: the pod saw %s, %v", host, saw.Host, saw.Header)
		}
	}

	// As F5's controller does: by the alert unrecognized_name, for a host without TLS too.
	for _, host := range []string{"broken.example", "unknown.example", "plain.example", "a.b.wild.example"} {
		client := p.client()
		client.Transport.(*http.Transport).TLSClientConfig.InsecureSkipVerify = true
		err := p.refusal(client, p.request("GET", "https://"+host+"/", nil))
		var refused *net.OpError
		if !errors.As(err, &refused) || !strings.Contains(err.Error(), "unrecognized name") {
			t.Errorf("%s: %v, want a refused handshake", host, err)
		}
	}
}

func TestAClientWithoutAServerNameIsRefused(t *testing.T) {
	p := newProxy(t)
	in, _, _ := tlsInput(t)
	p.serve(in)
	nameless := &tls.Dialer{Config: &tls.Config{InsecureSkipVerify: true}}
	conn, err := nameless.DialContext(p.ctx, "tcp", p.opts.HTTPSListen)
	if err == nil {
		_ = conn.Close()
		t.Error("a handshake for no name was accepted")
	}
}

func TestOneHostsConnectionDoesNotServeAnUnknownHost(t *testing.T) {
	p := newProxy(t)
	in, a, _ := tlsInput(t)
	p.serve(in)
	request := p.request("GET", "https://a.example/", nil)
	request.Host = "unknown.example"
	if response, _ := p.do(p.client(a), request); response.StatusCode != http.StatusNotFound {
		t.Errorf("answered %s, want 404", response.Status)
	}
}

func TestOneHostsConnectionDoesNotServeABrokenHost(t *testing.T) {
	p := newProxy(t)
	in, a, _ := tlsInput(t)
	p.serve(in)
	request := p.request("GET", "https://a.example/", nil)
	request.Host = "broken.example"
	if response, _ := p.do(p.client(a), request); response.StatusCode != http.StatusMisdirectedRequest {
		t.Errorf("answered %s, want 421", response.Status)
	}
}

func TestOldTLSVersionsAreRefused(t *testing.T) {
	p := newProxy(t)
	in, _, _ := tlsInput(t)
	p.serve(in)
	old := &tls.Dialer{Config: &tls.Config{ServerName: "a.example", InsecureSkipVerify: true, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}}
	conn, err := old.DialContext(p.ctx, "tcp", p.opts.HTTPSListen)
	if err == nil {
		_ = conn.Close()
		t.Error("TLS 1.1 was accepted")
	}
}

func TestRedirectToHTTPS(t *testing.T) {
	p := newProxy(t)
	in, a, _ := tlsInput(t)
	p.serve(in)
	client := p.client(a)
	response, _ := p.do(client, p.request("GET", "http://a.example/x%20y?q=1", nil))
	if want := fmt.Sprintf("https://a.example:%d/x%%20y?q=1", p.opts.RedirectPort); response.StatusCode != http.StatusMovedPermanently || response.Header.Get("Location") != want {
		t.Errorf("%s to %q, want 301 to %q", response.Status, response.Header.Get("Location"), want)
	}
	if _, saw := p.do(client, p.request("GET", "http://plain.example/", nil)); saw.Pod != "c" {
		t.Errorf("a host without TLS goes to %q", saw.Pod)
	}
	in.Ingresses[0].Annotations["nginx.org/ssl-redirect"] = "false"
	p.serve(in)
	if _, saw := p.do(client, p.request("GET", "http://a.example/", nil)); saw.Pod != "a" {
		t.Errorf("with the redirect switched off: %q", saw.Pod)
	}
}

func TestARenewedCertificateIsServed(t *testing.T) {
	p := newProxy(t)
	in, a, _ := tlsInput(t)
	p.serve(in)
	renewed := fixture.TLSSecret(t, "a", later, "a.example")
	in.Secrets[0] = renewed
	p.serve(in)
	if p.refusal(p.client(a), p.request("GET", "https://a.example/", nil)) == nil {
		t.Error("the old certificate is still served")
	}
	if _, saw := p.do(p.client(renewed), p.request("GET", "https://a.example/", nil)); saw.Pod != "a" {
		t.Errorf("under the renewed certificate: %q", saw.Pod)
	}
}

func TestCheckCertificate(t *testing.T) {
	p := newProxy(t)
	of := func(s *corev1.Secret) config.Certificate {
		return config.Certificate{Chain: s.Data[corev1.TLSCertKey], Key: s.Data[corev1.TLSPrivateKeyKey]}
	}
	if err := p.CheckCertificate(p.ctx, of(fixture.TLSSecret(t, "s", later, "h"))); err != nil {
		t.Errorf("a good certificate: %v", err)
	}
	t.Setenv("GODEBUG", "rsa1024min=0")
	key, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	short := of(fixture.TLSSecretOf(t, key, "s", later, "h"))
	err = p.CheckCertificate(p.ctx, short)
	want := `NGINX refuses it: SSL_CTX_use_certificate("c.crt") failed (SSL: error:0A00018F:SSL routines::ee key too small)`
	if !errors.Is(err, config.ErrRefused) || err.Error() != want {
		t.Errorf("a certificate with a short key: %v", err)
	}
	cut, cancel := context.WithCancel(p.ctx)
	cancel()
	if err := p.CheckCertificate(cut, short); err == nil || errors.Is(err, config.ErrRefused) {
		t.Errorf("a check that was cut off: %v", err)
	}
}
