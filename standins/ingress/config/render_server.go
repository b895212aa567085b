package config

import (
	"regexp"
	"strconv"
	"strings"
)

// servers writes a host as one server block for plain text and one for TLS.
// The host "" always has both: it is the default server of both ports, and takes
// the TLS clients that name no known host.
func (h *Host) servers(opts Options, certificates map[string]Certificate) []directive {
	servers := []directive{h.plainServer(opts)}
	if h.TLS != nil || h.Name == "" {
		servers = append(servers, h.tlsServer(opts, certificates))
	}
	return servers
}

func (h *Host) plainServer(opts Options) directive {
	body := []directive{h.listen(opts.HTTPListen), h.serverName()}
	if h.Redirect {
		port := ""
		if opts.RedirectPort != 443 {
			port = ":" + strconv.Itoa(opts.RedirectPort)
		}
		body = append(body, simple("return", "301", "https://$host"+port+"$request_uri"))
	} else {
		body = append(body, h.locations()...)
	}
	return block("server", nil, body...)
}

func (h *Host) tlsServer(opts Options, certificates map[string]Certificate) directive {
	body := []directive{h.listen(opts.HTTPSListen, "ssl", "http2"), h.serverName()}
	if h.TLS == nil || h.TLS.Certificate == nil {
		// NGINX sends the alert unrecognized_name (RFC 6066, section 3). A request
		// for such a host may still come in on a connection that was opened for
		// another one.
		body = append(body, simple("ssl_reject_handshake", "on"))
		return block("server", nil, append(body, h.misdirected()...)...)
	}
	certificate := *h.TLS.Certificate
	path := certificatePath(opts, certificate)
	certificates[path] = certificate
	body = append(body,
		simple("ssl_certificate", path+".crt"),
		simple("ssl_certificate_key", path+".key"),
	)
	return block("server", nil, append(body, h.locations()...)...)
}

// misdirected answers a request on a connection that was opened for another host:
// 404 for a host that nobody claims, as F5's default server does, and for one
// without a usable certificate 421, which tells the client to open a connection
// of its own (RFC 9110, section 15.5.20).
func (h *Host) misdirected() []directive {
	if h.TLS == nil {
		return h.locations()
	}
	return []directive{simple("return", "421")}
}

func (h *Host) listen(address string, parameters ...string) directive {
	args := append([]string{address}, parameters...)
	if h.Name == "" {
		args = append(args, "default_server")
	}
	return simple("listen", args...)
}

// serverName writes wildcards as regular expressions, because NGINX's own
// wildcards stand for any number of labels and the Ingress API's for one.
func (h *Host) serverName() directive {
	switch {
	case h.Name == "":
		return simple("server_name", "_")
	case strings.HasPrefix(h.Name, wildcardPrefix):
		rest := strings.TrimPrefix(h.Name, wildcardPrefix)
		return simple("server_name", `~^[^.]+\.`+regexp.QuoteMeta(rest)+`$`)
	default:
		return simple("server_name", h.Name)
	}
}

func (h *Host) locations() []directive {
	var directives []directive
	for _, location := range h.Locations() {
		args := []string{location.Path}
		if location.Exact {
			args = []string{"=", location.Path}
		}
		directives = append(directives, block("location", args, location.Target.directive()))
	}
	return directives
}

func (t Target) directive() directive {
	if t.Upstream == "" {
		return simple("return", strconv.Itoa(t.Status))
	}
	return simple("proxy_pass", "http://"+t.Upstream)
}
