package config

import (
	"testing"

	networkingv1 "k8s.io/api/networking/v1"

	"assay.dev/assay/standins/ingress/internal/fixture"
)

func TestPathsMatchAsTheIngressAPISays(t *testing.T) {
	// The examples of the Ingress documentation, and the cases around them.
	tests := []struct {
		name   string
		rules  []string
		routed map[string]Target
	}{
		{"prefix root", []string{"h / P a"}, map[string]Target{"/": to("a"), "/x": to("a"), "/x/y": to("a")}},
		{"exact", []string{"h /foo E a"}, map[string]Target{"/foo": to("a"), "/bar": notFound, "/foo/": notFound, "/foo/x": notFound, "/": notFound, "/Foo": notFound}},
		{"exact with slash", []string{"h /foo/ E a"}, map[string]Target{"/foo": notFound, "/foo/": to("a"), "/foo/x": notFound}},
		{"prefix", []string{"h /foo P a"}, map[string]Target{"/foo": to("a"), "/foo/": to("a"), "/foo/x": to("a"), "/foox": notFound, "/fo": notFound}},
		{"prefix with slash", []string{"h /foo/ P a"}, map[string]Target{"/foo": to("a"), "/foo/": to("a"), "/foo/x": to("a"), "/foox": notFound}},
		{"prefix by elements", []string{"h /aaa/bb P a"}, map[string]Target{"/aaa/bbb": notFound, "/aaa/bb/ccc": to("a"), "/aaa/bb": to("a"), "/aaa/bb/": to("a"), "/aaa": notFound}},
		{"longest prefix", []string{"h / P a", "h /aaa P b", "h /aaa/bbb P c"}, map[string]Target{"/aaa/bbb/ccc": to("c"), "/aaa/bbb": to("c"), "/aaa/ccc": to("b"), "/aaab": to("a"), "/ccc": to("a")}},
		{"longest prefix, other order", []string{"h /aaa/bbb P c", "h /aaa P b", "h / P a"}, map[string]Target{"/aaa/bbb/ccc": to("c"), "/aaa/ccc": to("b"), "/ccc": to("a")}},
		{"exact before prefix", []string{"h /foo P a", "h /foo E b"}, map[string]Target{"/foo": to("b"), "/foo/": to("a"), "/foo/x": to("a")}},
		{"exact with slash beside prefix", []string{"h /foo P a", "h /foo/ E b"}, map[string]Target{"/foo": to("a"), "/foo/": to("b"), "/foo/x": to("a")}},
		{"exact with slash below root", []string{"h / P a", "h /foo/ E b"}, map[string]Target{"/foo": to("a"), "/foo/": to("b")}},
		{"implementation specific is prefix", []string{"h /foo I a"}, map[string]Target{"/foo/x": to("a"), "/foox": notFound}},
		{"the spec's table", []string{"h / P a", "h /api P b"}, map[string]Target{"/": to("a"), "/api": to("b"), "/api/tasks": to("b"), "/apix": to("a"), "/index.html": to("a")}},
		{"percent-encoded", []string{"h /a%20b P a", "h /%C3%A9 E b"}, map[string]Target{"/a b/c": to("a"), "/é": to("b")}},
		{"port by name", []string{"h / P a:http"}, map[string]Target{"/": to("a")}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			model := Build(cluster(fixture.Ingress("web", 0, tt.rules...)), testOptions(t))
			wantMessages(t, model)
			for path, want := range tt.routed {
				if got := model.Match("h", path); got != want {
					t.Errorf("Match(%q) = %+v, want %+v", path, got, want)
				}
				if got := nginxLocation(model.Hosts[1], path); got != want {
					t.Errorf("NGINX's location of %q leads to %+v, want %+v", path, got, want)
				}
			}
		})
	}
}

// nginxLocation chooses a location as NGINX documents it for locations without
// regular expressions: the exact one, else the longest prefix by characters.
// It fails requests that NGINX would redirect because a slash is missing.
func nginxLocation(h *Host, path string) Target {
	best, longest := Target{}, -1
	for _, l := range h.Locations() {
		switch {
		case l.Exact && l.Path == path:
			return l.Target
		case !l.Exact && len(l.Path) <= len(path) && path[:len(l.Path)] == l.Path && len(l.Path) > longest:
			best, longest = l.Target, len(l.Path)
		}
	}
	for _, l := range h.Locations() {
		if l.Path == path+"/" && l.Target.Upstream != "" {
			return Target{Status: 301}
		}
	}
	return best
}

func TestHostsMatchAsTheIngressAPISays(t *testing.T) {
	model := Build(cluster(
		fixture.Ingress("web", 0, "foo.example / P a", "*.foo.example / P b", "bar.foo.example /x P c", "- / P d"),
	), testOptions(t))
	wantMessages(t, model)
	tests := []struct {
		host, path string
		want       Target
	}{
		{"foo.example", "/", to("a")},
		{"baz.foo.example", "/", to("b")},
		{"baz.bar.foo.example", "/", to("d")}, // a wildcard is one label
		{"bar.foo.example", "/x", to("c")},
		{"bar.foo.example", "/", notFound}, // the exact host is chosen before the path
		{"other.example", "/", to("d")},
		{"", "/", to("d")},
	}
	for _, tt := range tests {
		if got := model.Match(tt.host, tt.path); got != tt.want {
			t.Errorf("Match(%q, %q) = %+v, want %+v", tt.host, tt.path, got, tt.want)
		}
	}
}

func TestDefaultBackend(t *testing.T) {
	catchAll := fixture.Ingress("catch-all", 0)
	catchAll.Spec.DefaultBackend = fixture.Backend("a")
	own := fixture.Ingress("own", 1, "h /x P b")
	own.Spec.DefaultBackend = fixture.Backend("c")
	noPaths := fixture.Ingress("no-paths", 2)
	noPaths.Spec.DefaultBackend = fixture.Backend("d")
	noPaths.Spec.Rules = []networkingv1.IngressRule{{Host: "n"}}
	late := fixture.Ingress("late", 3)
	late.Spec.DefaultBackend = fixture.Backend("e")

	model := Build(cluster(late, noPaths, own, catchAll), testOptions(t))
	wantMessages(t, model, "late: default backend of any other host left out: todo-app/catch-all claimed it first")
	for _, tt := range []struct {
		host, path string
		want       Target
	}{
		{"unknown", "/", to("a")}, {"h", "/x", to("b")}, {"h", "/y", to("c")}, {"n", "/", to("d")},
	} {
		if got := model.Match(tt.host, tt.path); got != tt.want {
			t.Errorf("Match(%q, %q) = %+v, want %+v", tt.host, tt.path, got, tt.want)
		}
	}
}

func TestTheOldestIngressWins(t *testing.T) {
	young := fixture.Ingress("a-young", 60, "h / P b", "h /only-young P b")
	old := fixture.Ingress("z-old", 0, "h / P a")
	for _, in := range []Input{cluster(young, old), cluster(old, young)} {
		model := Build(in, testOptions(t))
		wantMessages(t, model, `a-young: path "/" of h left out: todo-app/z-old claimed it first`)
		if got := model.Match("h", "/"); got != to("a") {
			t.Errorf("the conflicting path leads to %+v", got)
		}
		if got := model.Match("h", "/only-young"); got != to("b") {
			t.Errorf("the other path of the younger Ingress leads to %+v", got)
		}
	}
}

func TestIngressesOfOneAgeAreOrderedByName(t *testing.T) {
	a, b := fixture.Ingress("a", 0, "h / P a"), fixture.Ingress("b", 0, "h / P b")
	for _, in := range []Input{cluster(a, b), cluster(b, a)} {
		model := Build(in, testOptions(t))
		wantMessages(t, model, "b: ")
		if got := model.Match("h", "/"); got != to("a") {
			t.Errorf("the path leads to %+v", got)
		}
	}
}

func TestOnlyIngressesOfOurClass(t *testing.T) {
	other := fixture.Ingress("other", 0, "other / P a")
	*other.Spec.IngressClassName = "traefik"
	none := fixture.Ingress("none", 0, "none / P a")
	none.Spec.IngressClassName = nil
	in := cluster(other, none, fixture.Ingress("ours", 0, "ours / P a"))

	if model := Build(in, testOptions(t)); len(model.Ingresses) != 1 || model.Ingresses[0].Name != "ours" || len(model.Hosts) != 2 {
		t.Errorf("honoured %d Ingresses and %d hosts", len(model.Ingresses), len(model.Hosts))
	}
	in.IngressClasses[0].Spec.Controller = "k8s.io/ingress-nginx"
	if model := Build(in, testOptions(t)); len(model.Ingresses) != 0 {
		t.Error("honoured an Ingress whose class belongs to another controller")
	}
	in.IngressClasses = nil
	if model := Build(in, testOptions(t)); len(model.Ingresses) != 0 {
		t.Error("honoured an Ingress whose class does not exist")
	}
}

func TestUnhonouredAnnotationsAreReported(t *testing.T) {
	ing := fixture.Ingress("web", 0, "h / P a")
	ing.Annotations = map[string]string{
		"nginx.org/server-snippets":                  "return 200;",
		"nginx.ingress.kubernetes.io/rewrite-target": "/", "nginx.org/websocket-services": "a",
		"nginx.org/ssl-redirect": "false",
		"example.com/other":      "x",
	}
	model := Build(cluster(ing), testOptions(t))
	wantMessages(t, model, "does not honour: nginx.ingress.kubernetes.io/rewrite-target, nginx.org/server-snippets")
}
