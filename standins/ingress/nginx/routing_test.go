package nginx

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"assay.dev/assay/standins/ingress/config"
	"assay.dev/assay/standins/ingress/internal/fixture"
)

// TestRealNGINXRoutesAsTheModelSays sends every path to every host of a
// configuration that has all kinds of rules, and compares with config.Match,
// which the tests of that package hold to the Ingress API.
func TestRealNGINXRoutesAsTheModelSays(t *testing.T) {
	p := newProxy(t)
	ing := fixture.Ingress("web", 0,
		"todo.example / P a", "todo.example /api P b",
		"exact.example /foo E a", "exact.example /bar/ E b", "exact.example /foo/deep P c",
		"deep.example /aaa P a", "deep.example /aaa/bbb P b", "deep.example /aaa/bbb/ E c", "deep.example /q;x={1}$uri P d",
		"deep.example /with%20space P e", "deep.example /quote%22;%7D P d", "deep.example /$host E e", "deep.example /back%5Cslash P c",
		"*.wild.example / P c", "one.wild.example /x P d", "- /any P e", "spec.example /impl I a",
	)
	// Not a valid path as it stands, and left out by the model.
	model := p.serve(input(ing))

	hosts := []string{"todo.example", "exact.example", "deep.example", "one.wild.example", "two.wild.example", "a.b.wild.example", "wild.example", "spec.example", "unknown.example", "TODO.example"}
	paths := []string{"/", "/api", "/api/", "/api/tasks", "/apix", "/foo", "/foo/", "/foo/deep", "/foo/deep/x", "/foo/deepx", "/bar", "/bar/", "/bar/x", "/aaa", "/aaa/", "/aaa/bbb", "/aaa/bbb/", "/aaa/bbb/c", "/aaa/bbbc",
		"/with space", "/with space/x", `/quote";}`, "/$host", "/deep.example", `/back\slash`, "/x", "/x/y", "/any", "/any/x", "/impl/x", "/implx", "/API"}
	for _, host := range hosts {
		for _, path := range paths {
			want := model.Match(strings.ToLower(host), path)
			target := (&url.URL{Path: path}).EscapedPath()
			status, saw := p.raw(host, target+"?q=1")
			if got := targetSeen(status, saw); got != want {
				t.Errorf("%s%s went to %+v, want %+v", host, path, got, want)
			}
			if status == 200 && saw.URI != target+"?q=1" {
				t.Errorf("%s%s reached the pod as %q", host, path, saw.URI)
			}
		}
	}
}

func targetSeen(status int, saw seen) config.Target {
	if status != 200 {
		return config.Target{Status: status}
	}
	return config.Target{Upstream: "todo-app." + saw.Pod + ".80"}
}

func TestPathsAreMatchedDecodedAndPassedOnAsTheyCame(t *testing.T) {
	p := newProxy(t)
	p.serve(input(fixture.Ingress("web", 0, "h / P a", "h /api P b")))
	for target, pod := range map[string]string{
		"/%61pi/x":       "b",
		"//api//x":       "b",
		"/x/../api/y":    "b",
		"/api/../other":  "a",
		"/api%2Fx":       "b",
		"/api?next=/%20": "b",
	} {
		status, saw := p.raw("h", target)
		if status != 200 || saw.Pod != pod || saw.URI != target {
			t.Errorf("%s: status %d, pod %q, as %q; want pod %q", target, status, saw.Pod, saw.URI, pod)
		}
	}
}

func TestNGINXsOwnAnswers(t *testing.T) {
	p := newProxy(t)
	in := input(fixture.Ingress("web", 0, "h /empty P empty", "h / P a"))
	in.Services = append(in.Services, fixture.Service("empty"))
	p.serve(in)

	if status, _ := p.raw("h", "/empty/x"); status != 503 {
		t.Errorf("without endpoints: %d, want 503", status)
	}
	if status, _ := p.raw("unknown", "/"); status != 404 {
		t.Errorf("unknown host: %d, want 404", status)
	}
	for size, want := range map[int]int{1 << 20: 200, 1<<20 + 1: 413} {
		request := p.request("POST", "http://h/upload", strings.NewReader(strings.Repeat("x", size)))
		if response, _ := p.do(p.client(), request); response.StatusCode != want {
			t.Errorf("a body of %d bytes: %s, want %d", size, response.Status, want)
		}
	}
	response, _ := p.do(p.client(), p.request("GET", "http://unknown/", nil))
	if got := response.Header.Get("Server"); got != "nginx" {
		t.Errorf("the Server header is %q, want it without a version", got)
	}
	if fmt.Sprint(response.Header["X-Request-Id"]) == "[]" {
		t.Error("an answer of NGINX's own has no request id")
	}
}
