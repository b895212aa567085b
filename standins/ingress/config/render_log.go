package config

// accessLog writes one JSON object a request. It has the path without the
// query, and neither cookies nor authorization: those may be secrets.
func accessLog(opts Options) []directive {
	const format = `{"time":"$time_iso8601","request_id":"$ingress_request_id","client":"$remote_addr",` +
		`"scheme":"$scheme","host":"$host","method":"$request_method","path":"$uri","protocol":"$server_protocol",` +
		`"status":$status,"bytes":$body_bytes_sent,"seconds":$request_time,` +
		`"service":"$proxy_host","pod":"$upstream_addr","pod_status":"$upstream_status","pod_seconds":"$upstream_response_time"}`
	return []directive{
		// A client's own request id is kept when it is harmless in logs and
		// headers, so that a trace can start before the proxy.
		block("map", []string{"$http_x_request_id", "$ingress_request_id"},
			simple("default", "$request_id"),
			simple("~^[A-Za-z0-9._-]{1,128}$", "$http_x_request_id"),
		),
		simple("log_format", "access", "escape=json", format),
		simple("access_log", opts.AccessLog, "access"),
	}
}

// clientAddress takes the client's address from trusted proxies only.
func clientAddress(opts Options) []directive {
	if len(opts.TrustedProxies) == 0 {
		return nil
	}
	directives := []directive{
		simple("real_ip_header", "X-Forwarded-For"),
		simple("real_ip_recursive", "on"),
	}
	for _, prefix := range opts.TrustedProxies {
		directives = append(directives, simple("set_real_ip_from", prefix.String()))
	}
	return directives
}
