package chartpatch

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// chart writes a chart that holds the given scheduler template.
func chart(t *testing.T, template string) (dir, path string) {
	t.Helper()
	dir = t.TempDir()
	path = filepath.Join(dir, filepath.FromSlash(schedulerTemplate))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(template), 0o644); err != nil {
		t.Fatal(err)
	}
	return dir, path
}

const published = `spec:
  replicas: 3
        args:
        - "--etcd-initial-cluster"
        - "dapr-scheduler-server-0=https://dapr-scheduler-server-0.dapr-scheduler-server.{{ .Release.Namespace }}.svc{{ .Values.global.dnsSuffix }}:2380,dapr-scheduler-server-1=https://dapr-scheduler-server-1.dapr-scheduler-server.{{ .Release.Namespace }}.svc{{ .Values.global.dnsSuffix }}:2380,dapr-scheduler-server-2=https://dapr-scheduler-server-2.dapr-scheduler-server.{{ .Release.Namespace }}.svc{{ .Values.global.dnsSuffix }}:2380"
`

const changed = `spec:
  replicas: {{ .Values.replicaCount }}
        args:
        - "--etcd-initial-cluster"
        - "{{ range $i := until (int .Values.replicaCount) }}{{ if $i }},{{ end }}dapr-scheduler-server-{{ $i }}=https://dapr-scheduler-server-{{ $i }}.dapr-scheduler-server.{{ $.Release.Namespace }}.svc{{ $.Values.global.dnsSuffix }}:2380{{ end }}"
`

func TestApply(t *testing.T) {
	dir, path := chart(t, published)
	if err := Apply(dir); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != changed {
		t.Errorf("the template became\n%s\nwant\n%s", got, changed)
	}
}

func TestApplyRefusesAnotherChart(t *testing.T) {
	for name, template := range map[string]string{
		"text is gone":     strings.Replace(published, "replicas: 3", "replicas: 5", 1),
		"text is twice":    published + "  replicas: 3\n",
		"already changed":  changed,
		"other membership": strings.Replace(published, ":2380", ":2381", 1),
	} {
		t.Run(name, func(t *testing.T) {
			dir, _ := chart(t, template)
			err := Apply(dir)
			if err == nil || !strings.Contains(err.Error(), "not once") || !strings.Contains(err.Error(), schedulerTemplate) {
				t.Errorf("got %v, want an error that names the file and the reason", err)
			}
		})
	}
}

func TestApplyWithoutChart(t *testing.T) {
	if err := Apply(t.TempDir()); err == nil {
		t.Error("no error for a directory without charts")
	}
}

// TestSchemasThatNeedTheInternetAreRemoved: helm would read the files that they refer
// to from a code host, at each install.
func TestSchemasThatNeedTheInternetAreRemoved(t *testing.T) {
	dir, _ := chart(t, published)
	ingress := filepath.Join(dir, "nginx-ingress")
	if err := os.MkdirAll(ingress, 0o755); err != nil {
		t.Fatal(err)
	}
	for file, content := range map[string]string{
		"values.schema.json": `{"properties": {"x": {"$ref": "https://raw.example.com/schema.json"}}}`, "values.yaml": "x: 1\n",
	} {
		if err := os.WriteFile(filepath.Join(ingress, file), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := Apply(dir); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(ingress, "values.schema.json")); err == nil {
		t.Error("the schema of the ingress controller's values is still there")
	}
	if _, err := os.Stat(filepath.Join(ingress, "values.yaml")); err != nil {
		t.Error(err)
	}
}
