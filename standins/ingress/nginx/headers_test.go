package nginx

import (
	"encoding/json"
	"net/http"
	"net/netip"
	"os"
	"regexp"
	"strings"
	"testing"

	"assay.dev/assay/standins/ingress/internal/fixture"
)

func TestHeadersThatPodsSee(t *testing.T) {
	p := newProxy(t)
	p.serve(input(fixture.Ingress("web", 0, "h.example / P a")))
	tests := []struct {
		name, host string
		sent, want map[string]string
	}{
		{
			name: "plain", host: "h.example",
			want: map[string]string{"X-Real-Ip": "127.0.0.1", "X-Forwarded-For": "127.0.0.1", "X-Forwarded-Proto": "http", "X-Forwarded-Host": "h.example", "X-Forwarded-Port": "80", "Connection": "", "Upgrade": ""},
		},
		{
			name: "with a port", host: "h.example:30080",
			want: map[string]string{"X-Forwarded-Host": "h.example:30080", "X-Forwarded-Port": "30080"},
		},
		{
			name: "forged", host: "h.example",
			sent: map[string]string{"X-Forwarded-For": "8.8.8.8", "X-Real-Ip": "8.8.8.8", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil", "X-Forwarded-Port": "1", "Forwarded": "for=8.8.8.8", "Proxy": "evil", "Upgrade": "h2c"},
			want: map[string]string{"X-Real-Ip": "127.0.0.1", "X-Forwarded-For": "127.0.0.1", "X-Forwarded-Proto": "http", "X-Forwarded-Host": "h.example", "X-Forwarded-Port": "80", "Forwarded": "", "Proxy": "", "Upgrade": ""},
		},
		{
			name: "own request id", host: "h.example",
			sent: map[string]string{"X-Request-Id": "0b7e4f9c-1"},
			want: map[string]string{"X-Request-Id": "0b7e4f9c-1"},
		},
		{
			name: "application headers pass", host: "h.example",
			sent: map[string]string{"Authorization": "Bearer x", "Traceparent": "00-1-2-01"},
			want: map[string]string{"Authorization": "Bearer x", "Traceparent": "00-1-2-01"},
		},
	}
	client := p.client()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			request := p.request("GET", "http://h.example/", nil)
			request.Host = tt.host
			for name, value := range tt.sent {
				request.Header.Set(name, value)
			}
			_, saw := p.do(client, request)
			if saw.Host != tt.host {
				t.Errorf("Host is %q, want %q", saw.Host, tt.host)
			}
			for name, want := range tt.want {
				if got := strings.Join(saw.Header[name], "|"); got != want {
					t.Errorf("%s is %q, want %q", name, got, want)
				}
			}
		})
	}
}

func TestRequestIDs(t *testing.T) {
	p := newProxy(t)
	p.serve(input(fixture.Ingress("web", 0, "h / P a")))
	generated := regexp.MustCompile(`^[0-9a-f]{32}$`)
	for _, sent := range []string{"", `x","evil":"y`, strings.Repeat("x", 129)} {
		request := p.request("GET", "http://h/", nil)
		request.Header.Set("X-Request-Id", sent)
		response, saw := p.do(p.client(), request)
		id := saw.Header.Get("X-Request-Id")
		if !generated.MatchString(id) || response.Header.Get("X-Request-Id") != id {
			t.Errorf("sent %q: the pod saw %q and the client %q", sent, id, response.Header.Get("X-Request-Id"))
		}
	}
}

func TestTrustedProxiesStateTheClient(t *testing.T) {
	p := newProxy(t)
	p.opts.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	p.serve(input(fixture.Ingress("web", 0, "h / P a")))
	request := p.request("GET", "http://h/", nil)
	request.Header.Set("X-Forwarded-For", "6.6.6.6, 203.0.113.9, 127.0.0.2")
	if _, saw := p.do(p.client(), request); saw.Header.Get("X-Forwarded-For") != "203.0.113.9" {
		t.Errorf("X-Forwarded-For is %q", saw.Header.Get("X-Forwarded-For"))
	}
}

func TestLogsHoldNoSecrets(t *testing.T) {
	p := newProxy(t)
	gone := p.pod("10.0.0.1", echo("a"))
	gone.Close()
	p.serve(input(fixture.Ingress("web", 0, "h / P a", "h /b P b")))
	for _, path := range []string{"/b/x%22y", "/dead"} {
		request := p.request("GET", "http://h"+path+"?token=hush-query", nil)
		request.Header.Set("Authorization", "Bearer hush-bearer")
		request.Header.Set("Cookie", "session=hush-cookie")
		request.Header.Set("Referer", "http://h/?token=hush-referer")
		p.do(p.client(), request)
	}
	// NGINX logs a request after its answer, and errors through a pipe.
	var access []byte
	waitFor(t, func() bool {
		var err error
		if access, err = os.ReadFile(p.opts.AccessLog); err != nil {
			t.Fatal(err)
		}
		return strings.Count(string(access), "\n") == 2 && strings.Contains(p.log.String(), "/dead")
	}, "both requests are in the access log and the failed one in the error log")
	lines := strings.Split(string(access), "\n")
	var entry struct {
		Host, Method, Path, Service, Pod string
		Status                           int
		RequestID                        string `json:"request_id"`
	}
	if err := json.Unmarshal([]byte(lines[0]), &entry); err != nil {
		t.Fatalf("the access log is not JSON: %v: %s", err, lines[0])
	}
	if entry.Host != "h" || entry.Method != http.MethodGet || entry.Path != `/b/x"y` || entry.Status != 200 || entry.Service != "todo-app.b.80" || entry.Pod == "" || entry.RequestID == "" {
		t.Errorf("the access log has %s", lines[0])
	}
	if logs := string(access) + p.log.String(); strings.Contains(logs, "hush-") {
		t.Errorf("a secret is in the logs:\n%s", logs)
	}
}
