package config

import (
	"strings"
	"testing"
	"time"

	networkingv1 "k8s.io/api/networking/v1"

	"assay.dev/assay/standins/ingress/internal/fixture"
)

var epoch = fixture.Epoch

func testOptions(t *testing.T) Options {
	t.Helper()
	return Options{
		ClassName: fixture.ClassName, ControllerName: fixture.ControllerName,
		HTTPListen: "8080", HTTPSListen: "8443", RedirectPort: 443,
		RunDir: "/run/test", TempDir: "/tmp/test", AccessLog: "/dev/stdout",
		Workers: 1, WorkerConnections: 64,
		ShutdownTimeout: time.Minute, ConnectTimeout: time.Second, ReadTimeout: time.Minute,
		Now: epoch,
	}
}

// cluster has the services a to e with one ready pod each, 10.0.0.1 to .5.
func cluster(ingresses ...*networkingv1.Ingress) Input {
	in := Input{Ingresses: ingresses, IngressClasses: []*networkingv1.IngressClass{fixture.Class()}}
	for i, name := range []string{"a", "b", "c", "d", "e"} {
		in.Services = append(in.Services, fixture.Service(name))
		in.EndpointSlices = append(in.EndpointSlices, fixture.Endpoints(name, fixture.Pod("10.0.0."+string(rune('1'+i)), "rs")))
	}
	return in
}

func to(service string) Target { return Target{Upstream: "todo-app." + service + ".80"} }

func messages(m *Model) []string {
	var out []string
	for _, p := range m.Problems {
		out = append(out, p.Ingress.Name+": "+p.Message)
	}
	return out
}

// wantMessages checks that the model reports exactly these problems; each want
// is a part of one message, in order.
func wantMessages(t *testing.T, m *Model, wants ...string) {
	t.Helper()
	got := messages(m)
	if len(got) != len(wants) {
		t.Fatalf("got %d problems %q, want %d: %q", len(got), got, len(wants), wants)
	}
	for i, want := range wants {
		if !strings.Contains(got[i], want) {
			t.Errorf("problem %d is %q, want it to contain %q", i, got[i], want)
		}
	}
}
