package config

import (
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"
)

const wildcardPrefix = "*."

// checkHost accepts what the Ingress API calls a host: a DNS name, a wildcard
// for exactly one leading label, or nothing for every host. The API server
// checks this too; here it keeps anything else out of nginx.conf.
func checkHost(host string) error {
	if host == "" {
		return nil
	}
	var faults []string
	if strings.HasPrefix(host, wildcardPrefix) {
		faults = validation.IsWildcardDNS1123Subdomain(host)
	} else {
		faults = validation.IsDNS1123Subdomain(host)
	}
	if len(faults) > 0 {
		return fmt.Errorf("host %q is not a DNS name: %s", host, strings.Join(faults, "; "))
	}
	return nil
}

// coversHost reports whether pattern, a host or a wildcard, stands for host. A
// wildcard stands for one label: *.example.com covers a.example.com, and
// neither example.com nor a.b.example.com.
func coversHost(pattern, host string) bool {
	if pattern == host {
		return true
	}
	if !strings.HasPrefix(pattern, wildcardPrefix) || strings.HasPrefix(host, wildcardPrefix) {
		return false
	}
	label, rest, found := strings.Cut(host, ".")
	return found && label != "" && rest == strings.TrimPrefix(pattern, wildcardPrefix)
}
