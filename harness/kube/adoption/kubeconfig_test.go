package adoption

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"k8s.io/client-go/rest"
)

// kubeconfig has one cluster and one user; the arguments are what else is said of them.
func kubeconfig(cluster, user string) string {
	return `apiVersion: v1
kind: Config
current-context: c
contexts: [{name: c, context: {cluster: k, user: u}}]
clusters: [{name: k, cluster: {server: "https://127.0.0.1:6443", ` + cluster + `}}]
users: [{name: u, user: {` + user + `}}]
`
}

func write(t *testing.T, content string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "kubeconfig")
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// oci is a folder with a command of that name.
func oci(t *testing.T, script string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "oci"), []byte("#!/bin/sh\n"+script+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestAFailedTokenShowsNoToken(t *testing.T) {
	content := kubeconfig("", `exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: oci, args: [ce, cluster, generate-token], interactiveMode: Never}`)
	for script, want := range map[string]string{
		"echo no profile >&2; exit 1":  "no profile",
		"echo secret-token-not-a-json": "the answer has none",
	} {
		t.Setenv("PATH", oci(t, script))
		_, _, err := Client(t.Context(), write(t, content))
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret-token") {
			t.Errorf("error is %v, want one with %q", err, want)
		}
	}
}

func TestSafetyClient(t *testing.T) {
	t.Setenv("PATH", oci(t, `echo '{"kind": "ExecCredential", "status": {"token": "'"$*${OCI_CLI_PROFILE}${KUBECONFIG}"'"}}'`))
	t.Setenv("OCI_CLI_PROFILE", "hostile")
	t.Setenv("KUBECONFIG", "hostile")
	run := func(command, args string) string {
		return `exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: ` + command + `, args: [` + args + `], interactiveMode: Never}`
	}
	const own = "ce, cluster, generate-token, --cluster-id, ocid1.cluster.oc1..x, --region, eu-frankfurt-1"
	exec := func(command string) string { return run(command, own) }
	tests := map[string]struct{ content, message string }{
		"a token":                   {kubeconfig("", "token: abcdefgh"), ""},
		"OKE's command":             {kubeconfig("", exec("oci")), ""},
		"another use of it":         {kubeconfig("", run("oci", "ce, cluster, delete, --cluster-id, x")), "may be run"},
		"another flag of it":        {kubeconfig("", run("oci", own+", --endpoint, x")), "may be run"},
		"nothing of it":             {kubeconfig("", run("oci", "")), "may be run"},
		"variables for it":          {kubeconfig("", strings.Replace(exec("oci"), "interactiveMode", "env: [{name: PATH, value: /tmp}], interactiveMode", 1)), "sets variables"},
		"another command":           {kubeconfig("", exec("/tmp/oci")), "only \"oci\" may be run"},
		"an auth provider":          {kubeconfig("", "auth-provider: {name: gcp}"), "another program"},
		"an unchecked server":       {kubeconfig("insecure-skip-tls-verify: true", "token: abcdefgh"), "who the server is"},
		"a proxy":                   {kubeconfig(`proxy-url: "http://127.0.0.1:1"`, "token: abcdefgh"), "proxy"},
		"no current context":        {strings.Replace(kubeconfig("", ""), "current-context: c", "", 1), "current context"},
		"a context without cluster": {strings.Replace(kubeconfig("", ""), "cluster: k", "cluster: x", 1), "does not have"},
		"no kubeconfig":             {"[]", "read the kubeconfig"},
		"nothing":                   {"", "current context"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, config, err := Client(t.Context(), write(t, test.content))
			if name == "OKE's command" && (err != nil || config.BearerToken != strings.ReplaceAll(own, ",", "") || config.ExecProvider != nil) {
				t.Errorf("the token is %q, the command got another environment or runs again (%v)", config.BearerToken, err)
			}
			if test.message == "" && err != nil || test.message != "" && (err == nil || !strings.Contains(err.Error(), test.message)) {
				t.Errorf("error is %v, want one with %q", err, test.message)
			}
		})
	}
}

func TestWriteKubeconfig(t *testing.T) {
	file := filepath.Join(t.TempDir(), "new", "kubeconfig")
	for range 2 { // also over an old one
		server := &rest.Config{Host: "https://127.0.0.1:6443", TLSClientConfig: rest.TLSClientConfig{CAData: []byte("authority")}}
		if err := WriteKubeconfig(file, server, Adoption{UID: uid, Token: "made-up-token"}); err != nil {
			t.Fatal(err)
		}
	}
	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file is %v (%v), want mode 0600", info.Mode(), err)
	}
	_, config, err := Client(t.Context(), file)
	if err == nil || !strings.Contains(err.Error(), "connect") {
		// The made-up authority is no certificate, so no client can be made of it.
		t.Errorf("error is %v (%v)", err, config)
	}
	content, err := os.ReadFile(file)
	if err != nil || !strings.Contains(string(content), "made-up-token") || strings.Contains(string(content), "exec") {
		t.Errorf("the file holds %s (%v)", content, err)
	}
}
