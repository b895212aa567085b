package main

import (
	"io"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestDefaultsAreValid(t *testing.T) {
	s, err := parse(nil, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if s.className != "nginx" || s.controllerName != "nginx.org/ingress-controller" || s.debounce > 100*time.Millisecond || len(s.watchNamespaces) != 0 || s.publishService.Name != "" {
		t.Errorf("defaults are %+v", s)
	}
}

func TestFlags(t *testing.T) {
	s, err := parse([]string{
		"-watch-namespaces=todo-app, other,", "-publish-service=ingress-nginx/controller",
		"-status-addresses=192.0.2.1,lb.example", "-trusted-proxies=10.0.0.0/24,fd00::/8",
	}, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(s.watchNamespaces, list{"todo-app", "other"}) || s.publishService.String() != "ingress-nginx/controller" ||
		!slices.Equal(s.statusAddresses, list{"192.0.2.1", "lb.example"}) ||
		!slices.Equal(s.trustedProxies, prefixes{netip.MustParsePrefix("10.0.0.0/24"), netip.MustParsePrefix("fd00::/8")}) {
		t.Errorf("settings are %+v", s)
	}
}

func TestWrongFlagsAreRefusedWithTheReason(t *testing.T) {
	for arg, want := range map[string]string{
		"-publish-service=controller":  "is not NAMESPACE/NAME",
		"-trusted-proxies=10.0.0.1":    "is no CIDR such as",
		"-workers=0":                   "must be at least 1",
		"-redirect-port=0":             "is no port",
		"-debounce=-1s":                "must not be negative",
		"-read-timeout=0s":             "must be at least 1ms",
		"extra":                        "unexpected argument",
		"-no-such-flag":                "not defined",
		"-connect-timeout=fast":        "invalid value",
		"-publish-service=a/b/c":       "is not NAMESPACE/NAME",
		"-worker-connections=1":        "at least 16",
		"-worker-shutdown-timeout=-1h": "must be at least 1ms",
		"-drain-delay=-5s":             "must not be negative",
	} {
		if _, err := parse([]string{arg}, io.Discard); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", arg, err, want)
		}
	}
}
