package config

import (
	"maps"
	"slices"
	"strings"
)

// Location is one NGINX location: `location = Path` when exact, else
// `location Path`, of which NGINX takes the longest.
type Location struct {
	Path   string
	Exact  bool
	Target Target
}

// Locations writes the routes as NGINX locations that match by path elements.
// A prefix /api becomes `= /api` and `/api/`; the root becomes `/`.
func (h *Host) Locations() []Location {
	exact := make(map[string]Target)
	prefixes := map[string]Target{"/": h.Fallback}
	for _, route := range h.Routes {
		if route.Exact {
			exact[route.Path] = route.Target
		}
	}
	for _, route := range h.Routes {
		switch {
		case route.Exact:
		case route.Path == "/":
			prefixes["/"] = route.Target
		default:
			if _, taken := exact[route.Path]; !taken {
				exact[route.Path] = route.Target
			}
			prefixes[route.Path+"/"] = route.Target
		}
	}
	h.shadowRedirects(exact)

	var locations []Location
	for _, path := range slices.Sorted(maps.Keys(exact)) {
		locations = append(locations, Location{Path: path, Exact: true, Target: exact[path]})
	}
	for _, path := range slices.Sorted(maps.Keys(prefixes)) {
		locations = append(locations, Location{Path: path, Target: prefixes[path]})
	}
	return locations
}

// shadowRedirects adds `= /a` beside each `= /a/`. Without it NGINX would
// answer /a with a redirect to /a/, because that location is proxied
// (https://nginx.org/en/docs/http/ngx_http_core_module.html#location); the
// Ingress API knows no such redirect, so /a goes where it would go otherwise.
func (h *Host) shadowRedirects(exact map[string]Target) {
	for _, path := range slices.Collect(maps.Keys(exact)) {
		bare := strings.TrimSuffix(path, "/")
		if bare == path || bare == "" {
			continue
		}
		if _, taken := exact[bare]; !taken {
			exact[bare] = h.match(bare)
		}
	}
}
