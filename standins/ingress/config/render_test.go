package config

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/utils/ptr"

	"assay.dev/assay/standins/ingress/internal/fixture"
)

// parseConf reads nginx.conf by the rules of NGINX's own tokenizer
// (ngx_conf_read_token), independently of how the text was written.
func parseConf(t *testing.T, conf string) []directive {
	t.Helper()
	rest := conf
	tree := parseBlock(t, &rest, false)
	if strings.TrimSpace(rest) != "" {
		t.Fatalf("text after the end: %q", rest)
	}
	return tree
}

func parseBlock(t *testing.T, rest *string, inner bool) []directive {
	t.Helper()
	tree := []directive{}
	var words []string
	for *rest != "" {
		c := (*rest)[0]
		switch {
		case strings.IndexByte(" \t\r\n", c) >= 0:
			*rest = (*rest)[1:]
		case c == '#':
			t.Fatalf("a comment in the configuration: %q", *rest)
		case c == ';':
			*rest = (*rest)[1:]
			tree = append(tree, directive{name: words[0], args: words[1:]})
			words = nil
		case c == '{':
			*rest = (*rest)[1:]
			tree = append(tree, directive{name: words[0], args: words[1:], block: parseBlock(t, rest, true)})
			words = nil
		case c == '}':
			if !inner || len(words) > 0 {
				t.Fatalf("unexpected } before %q", *rest)
			}
			*rest = (*rest)[1:]
			return tree
		default:
			words = append(words, parseWord(t, rest))
		}
	}
	if inner {
		t.Fatal("a block is not closed")
	}
	return tree
}

func parseWord(t *testing.T, rest *string) string {
	t.Helper()
	s := *rest
	var out strings.Builder
	closing := byte(0)
	if s[0] == '"' || s[0] == '\'' {
		closing, s = s[0], s[1:]
	}
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s):
			i++
			switch s[i] {
			case '"', '\'', '\\':
				out.WriteByte(s[i])
			case 't':
				out.WriteByte('\t')
			case 'r':
				out.WriteByte('\r')
			case 'n':
				out.WriteByte('\n')
			default:
				out.WriteByte('\\')
				out.WriteByte(s[i])
			}
		case closing != 0 && s[i] == closing:
			*rest = s[i+1:]
			if *rest != "" && strings.IndexByte(" \t\r\n;{)", (*rest)[0]) < 0 {
				t.Fatalf("NGINX would refuse %q after a closing quote", (*rest)[:1])
			}
			return out.String()
		case closing == 0 && strings.IndexByte(" \t\r\n;{", s[i]) >= 0:
			*rest = s[i:]
			return out.String()
		default:
			out.WriteByte(s[i])
		}
	}
	t.Fatalf("a word does not end: %q", *rest)
	return ""
}

func find(tree []directive, path ...string) []directive {
	var found []directive
	for _, d := range tree {
		if d.name != path[0] {
			continue
		}
		if len(path) == 1 {
			found = append(found, d)
		} else {
			found = append(found, find(d.block, path[1:]...)...)
		}
	}
	return found
}

func first(tree []directive, name string) string {
	if found := find(tree, name); len(found) > 0 {
		return strings.Join(found[0].args, " ")
	}
	return ""
}

// server returns the block that listens on port for a server_name.
func server(t *testing.T, tree []directive, port, name string) []directive {
	t.Helper()
	for _, s := range find(tree, "http", "server") {
		if strings.HasPrefix(first(s.block, "listen"), port) && first(s.block, "server_name") == name {
			return s.block
		}
	}
	t.Fatalf("no server for %s on %s", name, port)
	return nil
}

func locations(server []directive) map[string]string {
	out := make(map[string]string)
	for _, l := range find(server, "location") {
		out[strings.Join(l.args, " ")] = l.block[0].name + " " + l.block[0].args[0]
	}
	return out
}

func TestEveryWordSurvivesNGINXsTokenizer(t *testing.T) {
	words := []string{"", "plain", "two words", `quo"te`, `back\slash`, `end\`, `\"`, `\n`, `'`, "{", "}", ";", "#", "$var", "${var}", "é", "a;}\nserver{", "tab\t", "~^[^.]+\\.x$"}
	for _, word := range words {
		got := parseConf(t, text([]directive{block("a", []string{word}, simple("b", word, word)), simple("c", word)}))
		want := []directive{
			{name: "a", args: []string{word}, block: []directive{{name: "b", args: []string{word, word}}}},
			{name: "c", args: []string{word}},
		}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(directive{})); diff != "" {
			t.Errorf("%q (-want +got):\n%s", word, diff)
		}
	}
}

func FuzzQuote(f *testing.F) {
	f.Add(`"; } evil {`)
	f.Fuzz(func(t *testing.T, word string) {
		got := parseConf(t, text([]directive{simple("a", word)}))
		if len(got) != 1 || len(got[0].args) != 1 || got[0].args[0] != word {
			t.Errorf("%q came back as %q", word, got)
		}
	})
}

func TestHostileValuesStayOutOfTheConfiguration(t *testing.T) {
	hostile := []string{
		"x; } server { listen 9999; }", "x\nreturn 200 pwned;", `x" { } location "/y`, `x\`, "x{}", "x#", "$request_body", "x y", "../../etc", "\x00", "x'", "${ssl_client_raw_cert}",
	}
	for _, value := range hostile {
		ing := fixture.Ingress("web", 0, "h / P a")
		ing.Spec.Rules = append(ing.Spec.Rules, networkingv1.IngressRule{Host: value, IngressRuleValue: ing.Spec.Rules[0].IngressRuleValue})
		for _, kind := range []networkingv1.PathType{networkingv1.PathTypeExact, networkingv1.PathTypePrefix, networkingv1.PathTypeImplementationSpecific, networkingv1.PathType(value)} {
			p := fixture.Path("/"+value, "E", "a")
			p.PathType = ptr.To(kind)
			ing.Spec.Rules[0].HTTP.Paths = append(ing.Spec.Rules[0].HTTP.Paths, p)
		}
		byName := fixture.Path("/name", "P", "a")
		byName.Backend.Service.Name = value
		byPort := fixture.Path("/port", "P", "a")
		byPort.Backend.Service.Port = networkingv1.ServiceBackendPort{Name: value}
		ing.Spec.Rules[0].HTTP.Paths = append(ing.Spec.Rules[0].HTTP.Paths, byName, byPort)
		ing.Annotations = map[string]string{"nginx.org/server-snippets": value}
		fixture.WithTLS(ing, value, value, "h")
		evilService, evilSecret := fixture.Service(value), fixture.TLSSecret(t, value, epoch.Add(time.Hour), "h")
		in := cluster(ing)
		in.Services = append(in.Services, evilService)
		in.EndpointSlices = append(in.EndpointSlices, fixture.Endpoints(value, fixture.Pod("10.0.0.6", "rs"), fixture.Pod(value, "rs")))
		in.Secrets = []*corev1.Secret{evilSecret}

		opts := testOptions(t)
		bundle := Build(in, opts).Bundle(opts)
		tree := parseConf(t, string(bundle.Conf))
		if got := len(find(tree, "http", "server")); got != 5 {
			t.Errorf("%q: %d servers, want the two defaults, two of h and the status server", value, got)
		}
		for _, s := range find(tree, "http", "server") {
			if l := first(s.block, "listen"); !strings.HasPrefix(l, "8080") && !strings.HasPrefix(l, "8443 ssl") && l != "unix:/run/test/status.sock" {
				t.Errorf("%q: a server listens on %q", value, l)
			}
			for _, l := range find(s.block, "location") {
				if len(l.args) > 2 || len(l.block) > 2 || !slices.Contains([]string{"proxy_pass", "return", "default_type"}, l.block[0].name) {
					t.Errorf("%q: location %q holds %v", value, l.args, l.block)
				}
			}
		}
		for _, u := range find(tree, "http", "upstream") {
			if u.args[0] != "todo-app.a.80" {
				t.Errorf("%q: upstream %q", value, u.args)
			}
		}
	}
}

func TestPathsThatCannotBeHonoured(t *testing.T) {
	for _, p := range []string{"relative", "/a b", "/a\"b", "/a{1}", "/%zz", "/%0a", "/a/../b", "/a//b", "/a/.", "/%2e%2e/x", "/" + strings.Repeat("x", maxPathBytes)} {
		for _, kind := range []string{"E", "P", "I"} {
			if got, _, err := parsePath(fixture.Path(p, kind, "a")); err == nil {
				t.Errorf("path %.40q (%s) was taken as %q", p, kind, got)
			}
		}
	}
	if got, exact, err := parsePath(networkingv1.HTTPIngressPath{}); got != "/" || exact || err != nil {
		t.Errorf("the empty path is %q, %v, %v", got, exact, err)
	}
}

func TestServersOfOneTLSHost(t *testing.T) {
	opts := testOptions(t)
	opts.RedirectPort = 30443
	in := cluster(fixture.WithTLS(fixture.Ingress("web", 0, "todo.example / P a", "todo.example /api P b", "*.todo.example / P c"), "s", "todo.example"))
	in.Secrets = []*corev1.Secret{fixture.TLSSecret(t, "s", epoch.Add(time.Hour), "todo.example")}
	bundle := Build(in, opts).Bundle(opts)
	tree := parseConf(t, string(bundle.Conf))

	plain := server(t, tree, "8080", "todo.example")
	if got := first(plain, "return"); got != "301 https://$host:30443$request_uri" || len(find(plain, "location")) != 0 {
		t.Errorf("plain text answers %q", got)
	}
	secure := server(t, tree, "8443 ssl http2", "todo.example")
	want := map[string]string{
		"= /api": "proxy_pass http://todo-app.b.80",
		"/api/":  "proxy_pass http://todo-app.b.80",
		"/":      "proxy_pass http://todo-app.a.80",
	}
	if diff := cmp.Diff(want, locations(secure)); diff != "" {
		t.Errorf("locations (-want +got):\n%s", diff)
	}
	crt, key := first(secure, "ssl_certificate"), first(secure, "ssl_certificate_key")
	base := strings.TrimSuffix(crt, ".crt")
	if base+".key" != key {
		t.Errorf("certificate %q and key %q", crt, key)
	}
	if got := bundle.Certificates[base]; string(got.Chain) != string(in.Secrets[0].Data[corev1.TLSCertKey]) {
		t.Error("the named certificate file is not the secret's")
	}
	server(t, tree, "8080", `~^[^.]+\.todo\.example$`)
	if strings.Contains(string(bundle.Conf), "PRIVATE KEY") {
		t.Error("the configuration holds a private key")
	}
}

func TestDefaultServersAndRefusedHandshakes(t *testing.T) {
	opts := testOptions(t)
	tree := parseConf(t, string(Build(cluster(fixture.WithTLS(fixture.Ingress("web", 0, "h / P a"), "missing", "h")), opts).Bundle(opts).Conf))
	for _, port := range []string{"8080 default_server", "8443 ssl http2 default_server"} {
		if got := locations(server(t, tree, port, "_")); got["/"] != "return 404" || len(got) != 1 {
			t.Errorf("the default server on %s has %v", port, got)
		}
	}
	unknown := server(t, tree, "8443 ssl http2 default_server", "_")
	if first(unknown, "ssl_reject_handshake") != "on" || first(unknown, "ssl_certificate") != "" {
		t.Errorf("the default server of TLS has %v, want it to refuse handshakes", unknown)
	}
	refused := server(t, tree, "8443 ssl http2", "h")
	if first(refused, "ssl_reject_handshake") != "on" || first(refused, "return") != "421" || first(refused, "ssl_certificate") != "" {
		t.Errorf("the host without a certificate has %v", refused)
	}
}

func TestIDFollowsTheContent(t *testing.T) {
	opts := testOptions(t)
	in := cluster(fixture.Ingress("web", 0, "h / P a"))
	one, again := Build(in, opts).Bundle(opts), Build(in, opts).Bundle(opts)
	if one.ID != again.ID || string(one.Conf) != string(again.Conf) {
		t.Error("the same input gives two configurations")
	}
	slices.Reverse(in.Services)
	slices.Reverse(in.EndpointSlices)
	if got := Build(in, opts).Bundle(opts).ID; got != one.ID {
		t.Error("the order of the objects changes the configuration")
	}
	in.EndpointSlices = append(in.EndpointSlices, fixture.Endpoints("a", fixture.Pod("10.0.0.77", "rs")))
	if got := Build(in, opts).Bundle(opts).ID; got == one.ID {
		t.Error("a new pod does not change the configuration")
	}
	status := server(t, parseConf(t, string(one.Conf)), "unix:/run/test/status.sock", "")
	if got := find(status, "location", "return")[0].args; fmt.Sprint(got) != fmt.Sprintf("[200 %s]", one.ID) {
		t.Errorf("the status server answers %v, want %s", got, one.ID)
	}
}

func TestAccessLogHoldsNoSecrets(t *testing.T) {
	opts := testOptions(t)
	tree := parseConf(t, string(Build(cluster(), opts).Bundle(opts).Conf))
	format := find(tree, "http", "log_format")[0].args[2]
	for _, variable := range []string{"$request ", "$request\"", "$request_uri", "$args", "$query_string", "$http_cookie", "$http_authorization", "$http_referer", "$remote_user"} {
		if strings.Contains(format, variable) {
			t.Errorf("the access log has %s", variable)
		}
	}
}
