package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"assay.dev/assay/spec/schemas"
)

// deliver delivers bytes as the sidecar does, and returns what it is told.
func deliver(c *counter, raw []byte, change func(*http.Request)) (int, string) {
	r := httptest.NewRequest(http.MethodPost, "/stock", bytes.NewReader(raw))
	r.RemoteAddr = "127.0.0.1:40000"
	r.Header.Set("dapr-api-token", "secret")
	change(r)
	w := httptest.NewRecorder()
	c.guarded(w, r)
	return w.Code, strings.TrimSpace(w.Body.String())
}

func asItIs(*http.Request) {}

func newCounter() *counter {
	return &counter{token: "secret", seen: map[string]bool{}, results: map[string]int{}}
}

// TestTheCounterTakesWhatItsSpecificationAdmits, each event once, and nothing else.
func TestTheCounterTakesWhatItsSpecificationAdmits(t *testing.T) {
	set, err := schemas.Load(os.DirFS("../schemas"))
	if err != nil {
		t.Fatal(err)
	}
	c := newCounter()
	valid := set.Examples("stock-event")[0].Raw
	for range 2 {
		if code, body := deliver(c, valid, asItIs); code != http.StatusOK || body != `{"status":"SUCCESS"}` {
			t.Errorf("a valid event: %d %s", code, body)
		}
	}
	for _, v := range set.Variants("stock-event") {
		if code, body := deliver(c, v.Raw, asItIs); code != http.StatusOK || body != `{"status":"DROP"}` {
			t.Errorf("%s: %d %s", v.Name, code, body)
		}
	}
	if c.results["counted"] != 1 || c.results["repeated"] != 1 || c.results["dropped"] != len(set.Variants("stock-event")) {
		t.Errorf("counted %v", c.results)
	}
}

// TestNobodyElseDelivers: neither who brings no token, nor another pod or application.
func TestNobodyElseDelivers(t *testing.T) {
	for want, change := range map[int]func(*http.Request){
		http.StatusUnauthorized: func(r *http.Request) { r.Header.Del("dapr-api-token") },
		http.StatusForbidden:    func(r *http.Request) { r.RemoteAddr = "10.0.0.7:40000" },
		http.StatusNotFound:     func(r *http.Request) { r.URL.Path = "/somewhere" },
	} {
		if code, body := deliver(newCounter(), nil, change); code != want {
			t.Errorf("%d %s, want %d", code, body, want)
		}
	}
	if code, _ := deliver(newCounter(), nil, func(r *http.Request) { r.Header.Set("dapr-caller-app-id", "ledger") }); code != http.StatusForbidden {
		t.Errorf("an invocation is answered with %d", code)
	}
}
