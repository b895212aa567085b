package config

import (
	"fmt"
	"net/url"
	"strings"

	networkingv1 "k8s.io/api/networking/v1"
)

// maxPathBytes keeps a path well below the 4096 bytes that NGINX allows for
// one parameter of its configuration, also when every byte is escaped.
const maxPathBytes = 1024

// rfc3986 holds the characters that a URL path may have unencoded (RFC 3986,
// section 3.3), beside letters and digits.
const rfc3986 = "-._~!$&'()*+,;=:@/%"

// parsePath reads one path of an Ingress into the form in which NGINX sees
// request paths: percent-decoded. The Prefix type ignores a trailing slash.
// ImplementationSpecific is treated as Prefix, an empty path as the root.
func parsePath(p networkingv1.HTTPIngressPath) (path string, exact bool, err error) {
	kind := networkingv1.PathTypeImplementationSpecific
	if p.PathType != nil {
		kind = *p.PathType
	}
	switch kind {
	case networkingv1.PathTypeExact:
		exact = true
	case networkingv1.PathTypePrefix, networkingv1.PathTypeImplementationSpecific:
	default:
		return "", false, fmt.Errorf("path %q has the unknown pathType %q", p.Path, kind)
	}
	path, err = decodePath(p.Path)
	if err != nil {
		return "", false, err
	}
	if !exact && path != "/" {
		path = strings.TrimSuffix(path, "/")
	}
	return path, exact, nil
}

func decodePath(raw string) (string, error) {
	if raw == "" {
		return "/", nil
	}
	if !strings.HasPrefix(raw, "/") {
		return "", fmt.Errorf("path %q does not start with '/'", raw)
	}
	if len(raw) > maxPathBytes {
		return "", fmt.Errorf("path %q… is longer than %d bytes", raw[:32], maxPathBytes)
	}
	for i := range len(raw) {
		if !isPathByte(raw[i]) {
			return "", fmt.Errorf("path %q has the character %q, which a URL must carry percent-encoded", raw, raw[i])
		}
	}
	path, err := url.PathUnescape(raw)
	if err != nil {
		return "", fmt.Errorf("path %q is not percent-encoded as RFC 3986 requires: %w", raw, err)
	}
	for i := range len(path) {
		if path[i] < 0x20 || path[i] == 0x7f {
			return "", fmt.Errorf("path %q has a control character", raw)
		}
	}
	// NGINX matches after it merged slashes and resolved dots, so these could
	// never match a request.
	if strings.Contains(path, "//") || strings.Contains(path+"/", "/./") || strings.Contains(path+"/", "/../") {
		return "", fmt.Errorf("path %q has '//', '/./' or '/../', which no request matches", raw)
	}
	return path, nil
}

func isPathByte(b byte) bool {
	switch {
	case 'a' <= b && b <= 'z', 'A' <= b && b <= 'Z', '0' <= b && b <= '9':
		return true
	default:
		return strings.IndexByte(rfc3986, b) >= 0
	}
}
