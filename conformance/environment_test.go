package conformance

import (
	"os"
	"path/filepath"
	"testing"

	"assay.dev/assay/harness/platform"
	"assay.dev/assay/harness/runs/recordings"
	"assay.dev/assay/spec/todo"
	"assay.dev/assay/suites/quotas"
)

// TestOptionsWinOverTheEnvironment names a cluster in both: programs find that of the
// options. What the options leave out stays as it was.
func TestOptionsWinOverTheEnvironment(t *testing.T) {
	environment := map[string]string{platform.KubeconfigEnv: "/other", platform.ClusterUIDEnv: "other", platform.NameEnv: "other", recordings.Env: "/recorded"}
	file := filepath.Join(t.TempDir(), "kubeconfig")
	const content = `{apiVersion: v1, kind: Config, current-context: c, clusters: [{name: c, cluster: {server: "https://127.0.0.1:1", certificate-authority-data: QQ==}}],
users: [{name: u, user: {token: t}}], contexts: [{name: c, context: {cluster: c, user: u}}]}`
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		options Options
		want    map[string]string
	}{
		"nothing":      {Options{}, environment},
		"a kubeconfig": {Options{Kubeconfig: file, ClusterUID: "u"}, map[string]string{platform.KubeconfigEnv: file, platform.ClusterUIDEnv: "u", platform.NameEnv: "other", recordings.Env: ""}},
		"a platform":   {Options{Platform: "mine"}, map[string]string{platform.KubeconfigEnv: "", platform.ClusterUIDEnv: "", platform.NameEnv: "mine", recordings.Env: ""}},
	} {
		t.Run(name, func(t *testing.T) {
			for key, value := range environment {
				t.Setenv(key, value)
			}
			tc.options.Spec = todo.FS
			if _, err := tc.options.settings(quotas.Suite); err != nil {
				t.Fatal(err)
			}
			for key, want := range tc.want {
				if got := os.Getenv(key); got != want {
					t.Errorf("%s is %q, want %q", key, got, want)
				}
			}
		})
	}
}
