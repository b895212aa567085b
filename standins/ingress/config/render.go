package config

import (
	"path/filepath"
	"strconv"
)

// directives is the whole of nginx.conf. It collects the certificates that are
// named on the way.
func (m *Model) directives(opts Options, certificates map[string]Certificate, id string) []directive {
	return []directive{
		simple("daemon", "off"),
		simple("pid", filepath.Join(opts.RunDir, "nginx.pid")),
		simple("error_log", "stderr", "warn"),
		simple("worker_processes", strconv.Itoa(opts.Workers)),
		simple("worker_shutdown_timeout", millis(opts.ShutdownTimeout)),
		block("events", nil, simple("worker_connections", strconv.Itoa(opts.WorkerConnections))),
		block("http", nil, m.http(opts, certificates, id)...),
	}
}

func (m *Model) http(opts Options, certificates map[string]Certificate, id string) []directive {
	var http []directive
	http = append(http, limits(opts)...)
	http = append(http, accessLog(opts)...)
	http = append(http, clientAddress(opts)...)
	http = append(http, tlsDefaults()...)
	http = append(http, proxying(opts)...)
	for _, upstream := range m.Upstreams {
		http = append(http, upstream.directive())
	}
	for _, host := range m.Hosts {
		http = append(http, host.servers(opts, certificates)...)
	}
	return append(http, statusServer(opts, id))
}

// limits bounds what one client may take, and sizes the tables for the longest
// names that Kubernetes allows.
func limits(opts Options) []directive {
	limits := []directive{
		simple("server_tokens", "off"),
		simple("default_type", "text/html"),
		simple("client_max_body_size", "1m"),
		simple("client_header_timeout", "15s"),
		simple("client_body_timeout", "60s"),
		simple("send_timeout", "60s"),
		simple("keepalive_timeout", "75s"),
		simple("large_client_header_buffers", "4", "16k"),
		simple("server_names_hash_bucket_size", "512"),
		simple("server_names_hash_max_size", "4096"),
		simple("variables_hash_max_size", "2048"),
	}
	// NGINX makes all of these directories at its start, used or not.
	for _, name := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
		limits = append(limits, simple(name+"_temp_path", filepath.Join(opts.TempDir, name)))
	}
	return limits
}

func tlsDefaults() []directive {
	return []directive{
		simple("ssl_protocols", "TLSv1.2", "TLSv1.3"),
		simple("ssl_session_cache", "shared:tls:1m"),
		simple("ssl_session_timeout", "1h"),
		simple("ssl_session_tickets", "off"),
	}
}

// statusServer tells, to this pod alone, which configuration is live.
func statusServer(opts Options, id string) directive {
	return block("server", nil,
		simple("listen", "unix:"+StatusSocket(opts.RunDir)),
		simple("access_log", "off"),
		block("location", []string{"=", StatusPath},
			simple("default_type", "text/plain"),
			simple("return", "200", id),
		),
		block("location", []string{"/"}, simple("return", "404")),
	)
}
