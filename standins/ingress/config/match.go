package config

import "strings"

// Match says where a request goes, by the rules of the Ingress API: first the
// host (the exact name, else the wildcard that covers it, else the host ""),
// then, within that host alone, the path. The path is as NGINX sees it:
// decoded, slashes merged, dots resolved. NGINX itself decides by the
// locations that are written from the same routes; tests hold the two
// together.
func (m *Model) Match(host, path string) Target {
	var wildcard *Host
	for _, h := range m.Hosts {
		switch {
		case h.Name == host:
			return h.match(path)
		case coversHost(h.Name, host):
			wildcard = h
		}
	}
	if wildcard != nil {
		return wildcard.match(path)
	}
	return m.Hosts[0].match(path)
}

// match prefers an exact route, then the longest prefix.
func (h *Host) match(path string) Target {
	best, longest := h.Fallback, -1
	for _, route := range h.Routes {
		switch {
		case route.Exact:
			if route.Path == path {
				return route.Target
			}
		case hasPathPrefix(path, route.Path) && len(route.Path) > longest:
			best, longest = route.Target, len(route.Path)
		}
	}
	return best
}

// hasPathPrefix compares by path elements.
func hasPathPrefix(path, prefix string) bool {
	return prefix == "/" || path == prefix || strings.HasPrefix(path, prefix+"/")
}
