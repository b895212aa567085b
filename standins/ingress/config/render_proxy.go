package config

const (
	// upstreamKeepalive is how many idle connections to the pods of one
	// Service a worker keeps.
	upstreamKeepalive = "16"
	// upstreamIdle closes them before common servers do (Node's default is
	// 5 s): a request other than GET that meets a connection which the pod
	// just closed cannot be repeated, and would fail.
	upstreamIdle = "4s"
)

// proxying is how requests reach pods; it holds for every location.
func proxying(opts Options) []directive {
	return append(proxyMaps(),
		simple("proxy_http_version", "1.1"),
		simple("proxy_connect_timeout", millis(opts.ConnectTimeout)),
		simple("proxy_read_timeout", millis(opts.ReadTimeout)),
		simple("proxy_send_timeout", millis(opts.ReadTimeout)),
		// A pod that went away costs a client nothing: the request goes to
		// another one, unless it was sent already and is not idempotent.
		simple("proxy_next_upstream", "error", "timeout"),
		simple("proxy_next_upstream_tries", "3"),
		simple("proxy_next_upstream_timeout", "15s"),
		// Responses are never spooled to the pod's small disk.
		simple("proxy_max_temp_file_size", "0"),
		simple("proxy_redirect", "off"),
		simple("proxy_set_header", "Host", "$host$client_port"),
		simple("proxy_set_header", "X-Request-ID", "$ingress_request_id"),
		simple("proxy_set_header", "X-Real-IP", "$remote_addr"),
		simple("proxy_set_header", "X-Forwarded-For", "$remote_addr"),
		simple("proxy_set_header", "X-Forwarded-Host", "$host$client_port"),
		simple("proxy_set_header", "X-Forwarded-Port", "$forwarded_port"),
		simple("proxy_set_header", "X-Forwarded-Proto", "$scheme"),
		// Two ways to speak past the headers above: RFC 7239, and CGI's
		// HTTP_PROXY.
		simple("proxy_set_header", "Forwarded", ""),
		simple("proxy_set_header", "Proxy", ""),
		simple("proxy_set_header", "Upgrade", "$upgrade"),
		simple("proxy_set_header", "Connection", "$connection_header"),
		simple("proxy_hide_header", "X-Request-ID"),
		simple("add_header", "X-Request-ID", "$ingress_request_id", "always"),
	)
}

func proxyMaps() []directive {
	return []directive{
		// $host is checked and matched; the port that the client used is only
		// in the header. Pods need both to compare a websocket's Origin.
		block("map", []string{"$http_host", "$client_port"},
			simple("default", ""),
			simple("~(?<port_suffix>:[0-9]{1,5})$", "$port_suffix"),
		),
		block("map", []string{"$scheme$client_port", "$forwarded_port"},
			simple("default", "80"),
			simple("~:(?<port_number>[0-9]+)$", "$port_number"),
			simple("https", "443"),
		),
		// Only websockets may upgrade: h2c would go past the routing.
		block("map", []string{"$http_upgrade", "$upgrade"},
			simple("default", ""),
			simple("~*^websocket$", "websocket"),
		),
		// An empty Connection header keeps upstream connections open.
		block("map", []string{"$upgrade", "$connection_header"},
			simple("default", ""),
			simple("websocket", "upgrade"),
		),
	}
}

func (u Upstream) directive() directive {
	body := make([]directive, 0, len(u.Servers)+2)
	for _, server := range u.Servers {
		body = append(body, simple("server", server.String(), "max_fails=1", "fail_timeout=10s"))
	}
	body = append(body,
		simple("keepalive", upstreamKeepalive),
		simple("keepalive_timeout", upstreamIdle),
	)
	return block("upstream", []string{u.Name}, body...)
}
