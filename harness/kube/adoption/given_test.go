package adoption

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"assay.dev/assay/harness/process/refusal"
)

// config is a kubeconfig with two contexts; cluster and user are lines of theirs.
func config(cluster, user string) string {
	return `apiVersion: v1
kind: Config
current-context: prod
clusters:
- name: prod
  cluster: {server: "https://prod.example:6443"}
- name: test
  cluster: {server: "https://test.example:6443"` + cluster + `}
users:
- name: somebody
  user: {` + user + `}
contexts:
- name: prod
  context: {cluster: prod, user: somebody}
- name: test
  context: {cluster: test, user: somebody}
`
}

// TestReadTakesOneContext and never the current one.
func TestReadTakesOneContext(t *testing.T) {
	file := filepath.Join(t.TempDir(), "config")
	for name, test := range map[string]struct {
		content, context, message string
	}{
		"a token":                      {config("", "token: abc"), "test", ""},
		"a command":                    {config("", `exec: {apiVersion: client.authentication.k8s.io/v1, command: aws, args: [eks, get-token], interactiveMode: Never}`), "test", ""},
		"no context":                   {config("", "token: abc"), "", "--context is one of prod, test"},
		"another context":              {config("", "token: abc"), "staging", "it has prod, test"},
		"a proxy":                      {config(`, proxy-url: "http://proxy.example"`, "token: abc"), "test", "it names a proxy"},
		"a server that nobody checks":  {config(`, insecure-skip-tls-verify: true`, "token: abc"), "test", "does not check who the server is"},
		"a proxy in another's context": {strings.Replace(config("", "token: abc"), `prod.example:6443"`, `prod.example:6443", proxy-url: "http://x"`, 1), "test", ""},
		"credentials of another way":   {config("", "auth-provider: {name: gcp}"), "test", "another program"},
		"a user that the file has not": {strings.Replace(config("", "token: abc"), "cluster: test, user: somebody", "cluster: test, user: nobody", 1), "test", "user"},
	} {
		t.Run(name, func(t *testing.T) {
			if err := os.WriteFile(file, []byte(test.content), 0o600); err != nil {
				t.Fatal(err)
			}
			given, err := Read(file, test.context)
			if test.message != "" {
				var refused *refusal.Error
				if err == nil || !strings.Contains(err.Error(), test.message) || !errors.As(err, &refused) {
					t.Fatalf("%v, want a refusal with %q", err, test.message)
				}
				return
			}
			if err != nil || given.Server != "https://test.example:6443" {
				t.Fatalf("%+v, %v", given, err)
			}
			if name == "a command" && given.Command != "aws eks get-token" {
				t.Errorf("the command is %q", given.Command)
			}
		})
	}
}
