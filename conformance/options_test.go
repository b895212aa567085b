package conformance_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"assay.dev/assay/conformance"
	"assay.dev/assay/harness/platform"
	"assay.dev/assay/spec/source"
	"assay.dev/assay/suites/quotas"
)

// failing notes that a test was failed.
type failing struct{ failed bool }

func (f *failing) Fail() { f.failed = true }

// kubeconfig writes a file that names a cluster at an address which nobody answers.
func kubeconfig(t *testing.T, user map[string]any) string {
	t.Helper()
	content, err := json.Marshal(map[string]any{
		"apiVersion": "v1", "kind": "Config", "current-context": "c",
		"clusters": []any{map[string]any{"name": "c", "cluster": map[string]any{"server": "https://127.0.0.1:1", "certificate-authority-data": "QQ=="}}},
		"users":    []any{map[string]any{"name": "u", "user": user}},
		"contexts": []any{map[string]any{"name": "c", "context": map[string]any{"cluster": "c", "user": "u"}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "kubeconfig")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestEachWrongOptionSaysWhatToDo gives Run one wrong option at a time: it fails the test
// before anything is run, and says in one line what to do.
func TestEachWrongOptionSaysWhatToDo(t *testing.T) {
	t.Setenv(source.Env, "")
	file := kubeconfig(t, map[string]any{"token": "t"})
	unknown := filepath.Join(t.TempDir(), "waivers.yaml")
	if err := os.WriteFile(unknown, []byte("waivers:\n- {requirement: kafka.brokrs, reason: r, owner: o, expires: 2027-01-31}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	runs := map[string]any{"exec": map[string]any{"apiVersion": "client.authentication.k8s.io/v1", "command": "helper", "interactiveMode": "Never"}}
	for name, tc := range map[string]struct {
		options conformance.Options
		want    []string
	}{
		"no directory":          {conformance.Options{Spec: os.DirFS(filepath.Join(t.TempDir(), "missing"))}, []string{"option Spec", "assay spec init"}},
		"an empty directory":    {conformance.Options{Spec: fstest.MapFS{}}, []string{"option Spec", "assay spec init"}},
		"a broken directory":    {conformance.Options{Spec: fstest.MapFS{"platform.yaml": {Data: []byte("a: b\n")}}}, []string{`platform.yaml:1: unknown key "a"`}},
		"a cluster without UID": {conformance.Options{Kubeconfig: file}, []string{"ClusterUID is not", "kubectl get namespace kube-system"}},
		"a UID without cluster": {conformance.Options{ClusterUID: "u"}, []string{"Kubeconfig is not", "set both"}},
		"two clusters":          {conformance.Options{Kubeconfig: file, ClusterUID: "u", Platform: "p"}, []string{"Kubeconfig and Platform", "one of them"}},
		"no kubeconfig":         {conformance.Options{Kubeconfig: file + "s", ClusterUID: "u"}, []string{"option Kubeconfig", "no such file", "give it the path"}},
		"a plugin":              {conformance.Options{Kubeconfig: kubeconfig(t, runs), ClusterUID: "u"}, []string{"option Kubeconfig", "runs a command"}},
		"no name":               {conformance.Options{Platform: "Two Words"}, []string{"option Platform", "lower-case letters"}},
		"no checkout":           {conformance.Options{Checkout: t.TempDir()}, []string{"option Checkout", "make up"}},
		"half an ingress":       {conformance.Options{Ingress: conformance.Ingress{HTTP: "127.0.0.1:80"}}, []string{"option Ingress.HTTPS", "HOST:PORT"}},
		"an ingress by URL":     {conformance.Options{Ingress: conformance.Ingress{HTTP: "http://a", HTTPS: "a:443"}}, []string{"option Ingress.HTTP ", "HOST:PORT"}},
		"a port of 5 digits":    {conformance.Options{Ingress: conformance.Ingress{HTTP: "a:80", HTTPS: "a:70000"}}, []string{"option Ingress.HTTPS", "HOST:PORT"}},
		"an unknown ID":         {conformance.Options{Focus: "quota.todo-app.cpu-request"}, []string{"options Focus and Labels", `did you mean "quota.todo-app.cpu-requests"`}},
		"no profile":            {conformance.Options{Profile: "readonly"}, []string{"option Profile", `no profile "readonly"`}},
		"no expression":         {conformance.Options{Focus: "a("}, []string{"options Focus and Labels", "no regular expression"}},
		"no filter":             {conformance.Options{Labels: "MUST &&"}, []string{"options Focus and Labels", "no label filter"}},
		"of another suite":      {conformance.Options{Focus: "broker-pod-kill"}, []string{"suite chaos", "this is quotas", "chaos.Suite"}},
		"a file for reports":    {conformance.Options{ReportDir: file}, []string{"option ReportDir", "a directory"}},
		"no waivers":            {conformance.Options{Waivers: file + "s"}, []string{"option Waivers", "no such file", "give it the path"}},
		"waivers of no ID":      {conformance.Options{Waivers: unknown}, []string{"option Waivers", `waivers.yaml:2: waivers[0].requirement: there is no requirement "kafka.brokrs"`, `did you mean "kafka.brokers"?`}},
		"no capability":         {conformance.Options{AcceptSkips: []string{"network-los"}}, []string{"option AcceptSkips", `did you mean "network-loss"?`}},
	} {
		t.Run(name, func(t *testing.T) {
			if tc.options.Platform != "" {
				t.Setenv(platform.NameEnv, "")
			}
			var failed failing
			report := conformance.Run(&failed, quotas.Suite, tc.options)
			if report.Err == nil || !failed.failed || len(report.Requirements) > 0 {
				t.Fatalf("%+v, failed %t", report, failed.failed)
			}
			text := report.Err.Error()
			for _, want := range append(tc.want, "conformance: ") {
				if !strings.Contains(text, want) {
					t.Errorf("%q does not say %q", text, want)
				}
			}
			if n := strings.Count(text, "option"); n > 2 {
				t.Errorf("%q is more than one error", text)
			}
		})
	}
}
