package ocisim_test

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"assay.dev/assay/infra/ocisim"
)

const vcns = "/20160918/vcns"

func TestSignature(t *testing.T) {
	tests := map[string]struct {
		method  string
		change  func(req *http.Request)
		want    int
		message string
	}{
		"read":  {method: http.MethodGet, change: func(*http.Request) {}, want: http.StatusOK},
		"write": {method: http.MethodPost, change: func(*http.Request) {}, want: http.StatusOK},
		"unsigned": {method: http.MethodGet, change: func(req *http.Request) {
			req.Header.Del("Authorization")
		}, want: http.StatusUnauthorized, message: "not signed"},
		"unknown key": {method: http.MethodGet, change: func(req *http.Request) {
			req.Header.Set("Authorization", strings.Replace(req.Header.Get("Authorization"), "emulateduser", "another", 1))
		}, want: http.StatusUnauthorized, message: "key is not known"},
		"another path": {method: http.MethodGet, change: func(req *http.Request) {
			req.URL.Path = "/20160918/subnets"
		}, want: http.StatusUnauthorized, message: "does not match"},
		"another body": {method: http.MethodPost, change: func(req *http.Request) {
			body := []byte(`{"cidrBlock": "10.9.0.0/16"}`)
			req.Body, req.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
		}, want: http.StatusUnauthorized, message: "x-content-sha256"},
		"old date": {method: http.MethodGet, change: func(req *http.Request) {
			req.Header.Set("Date", time.Now().Add(-time.Hour).UTC().Format(http.TimeFormat))
		}, want: http.StatusUnauthorized, message: "clock"},
		"uncovered host": {method: http.MethodGet, change: func(req *http.Request) {
			req.Header.Set("Authorization", strings.Replace(req.Header.Get("Authorization"), " host", "", 1))
		}, want: http.StatusUnauthorized, message: "cover host"},
		"uncovered body": {method: http.MethodPost, change: func(req *http.Request) {
			req.Header.Set("Authorization", strings.Replace(req.Header.Get("Authorization"), " x-content-sha256", "", 1))
		}, want: http.StatusUnauthorized, message: "cover x-content-sha256"},
		"another algorithm": {method: http.MethodGet, change: func(req *http.Request) {
			req.Header.Set("Authorization", strings.Replace(req.Header.Get("Authorization"), "rsa-sha256", "hmac-sha1", 1))
		}, want: http.StatusUnauthorized, message: "algorithm"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			c := newClient(t, ocisim.Options{})
			path, body := vcns+"?compartmentId="+c.credentials.Compartment, fields(nil)
			if test.method == http.MethodPost {
				path, body = vcns, fields{"compartmentId": c.credentials.Compartment, "cidrBlock": "10.0.0.0/16"}
			}
			req := c.request(test.method, path, body)
			test.change(req)
			if got := c.send(req); got.status != test.want || !strings.Contains(string(got.body), test.message) {
				t.Errorf("answered %d %s, want %d with %q", got.status, got.body, test.want, test.message)
			}
		})
	}
}

func TestKeyOfAnotherTenancyIsRefused(t *testing.T) {
	another, err := ocisim.NewCredentials("eu-frankfurt-1")
	if err != nil {
		t.Fatal(err)
	}
	c, stranger := newClient(t, ocisim.Options{}), newClientOf(t, ocisim.Options{}, another)
	stranger.url = c.url
	if got := stranger.call(http.MethodGet, vcns+"?compartmentId=x", nil); got.status != http.StatusUnauthorized {
		t.Errorf("answered %d, want 401", got.status)
	}
}
