package render

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// parse decodes manifests that a test holds.
func parse(t *testing.T, manifests string) []unstructured.Unstructured {
	t.Helper()
	objects, err := Parse(strings.NewReader(manifests))
	if err != nil {
		t.Fatal(err)
	}
	return objects
}

func TestParse(t *testing.T) {
	objects := parse(t, "# Source: a\n---\nkind: A\nmetadata: {name: one}\n---\n\n---\n# nothing\n---\nkind: B\nmetadata: {name: two, namespace: two}\n")
	var names []string
	for _, object := range objects {
		names = append(names, Name(object))
	}
	if diff := cmp.Diff([]string{"A one", "B two/two"}, names); diff != "" {
		t.Error(diff)
	}
}

func TestParseRefusesDoubledKeys(t *testing.T) {
	_, err := Parse(strings.NewReader("kind: A\nmetadata: {name: one}\nkind: B\n"))
	if err == nil || !strings.Contains(err.Error(), "kind") {
		t.Errorf("got %v, want an error that names the key", err)
	}
}

func TestImages(t *testing.T) {
	objects := parse(t, `
kind: Deployment
spec: {template: {spec: {initContainers: [{image: "b:1"}], containers: [{image: "a:1", env: [
  {name: SIDECAR_IMAGE, value: "c:1"}, {name: MIRROR, value: "no:1"}, {name: EMPTY_IMAGE, value: ""}, {name: VERSION_IMAGES, value: "1=d:1\n2=d:2\n"}]}, {image: "b:1"}]}}}
---
kind: CustomResourceDefinition
spec: {versions: [{schema: {openAPIV3Schema: {properties: {image: {default: "no:2"}}, image: "no:3"}}}]}
`)
	if diff := cmp.Diff([]string{"a:1", "b:1", "c:1", "d:1", "d:2"}, Images(objects)); diff != "" {
		t.Error(diff)
	}
}

const podSecurityManifests = `
kind: Namespace
metadata: {name: strict, labels: {pod-security.kubernetes.io/enforce: restricted}}
---
kind: Namespace
metadata: {name: open, labels: {pod-security.kubernetes.io/enforce: privileged}}
---
kind: StatefulSet
metadata: {name: fits, namespace: strict}
spec: {template: {spec: {securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}, containers: [
  {name: c, securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}}]}}}
---
kind: DaemonSet
metadata: {name: host, namespace: strict}
spec: {template: {spec: {hostNetwork: true, containers: [{name: c}]}}}
---
kind: DaemonSet
metadata: {name: host, namespace: open}
spec: {template: {spec: {hostNetwork: true, containers: [{name: c}]}}}
---
kind: DaemonSet
metadata: {name: host, namespace: elsewhere}
spec: {template: {spec: {hostNetwork: true, containers: [{name: c}]}}}
`

func TestPodSecurity(t *testing.T) {
	refused, err := PodSecurity(parse(t, podSecurityManifests))
	if err != nil {
		t.Fatal(err)
	}
	if len(refused) != 1 || !strings.HasPrefix(refused[0], "DaemonSet strict/host does not satisfy restricted") ||
		!strings.Contains(refused[0], "hostNetwork=true") {
		t.Errorf("got %q, want the DaemonSet of the namespace strict alone, with the reason", refused)
	}
}

func TestPodSecurityRefusesUnknownLevels(t *testing.T) {
	_, err := PodSecurity(parse(t, "kind: Namespace\nmetadata: {name: n, labels: {pod-security.kubernetes.io/enforce: strictest}}\n"))
	if err == nil || !strings.Contains(err.Error(), "strictest") {
		t.Errorf("got %v, want an error that names the level", err)
	}
}

// openAPI is a document in the manner of Kubernetes'.
const openAPI = `{"components": {"schemas": {
  "Deployment": {"type": "object", "x-kubernetes-group-version-kind": [{"group": "apps", "kind": "Deployment", "version": "v1"}],
    "properties": {"apiVersion": {"type": "string"}, "kind": {"type": "string"}, "metadata": {"type": "object"},
      "spec": {"allOf": [{"$ref": "#/components/schemas/Spec"}], "default": {}}}},
  "Spec": {"type": "object", "required": ["replicas"], "properties": {
    "replicas": {"type": "integer"}, "port": {"$ref": "#/components/schemas/IntOrString"},
    "labels": {"type": "object", "additionalProperties": {"type": "string"}}}},
  "IntOrString": {"oneOf": [{"type": "integer"}, {"type": "string"}]},
  "Unrelated": {"type": "object"}}}}`

const definition = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: things.example.com}
spec:
  group: example.com
  names: {kind: Thing}
  versions:
    - name: v1
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec:
              type: object
              properties:
                port: {x-kubernetes-int-or-string: true}
                size: {type: integer, minimum: 1, nullable: true}
                properties: {type: string}
                raw: {type: object, x-kubernetes-preserve-unknown-fields: true, properties: {known: {type: string}}}
`

func TestConform(t *testing.T) {
	openAPIDir := t.TempDir()
	if err := os.WriteFile(filepath.Join(openAPIDir, "apis__apps__v1_openapi.json"), []byte(openAPI), 0o644); err != nil {
		t.Fatal(err)
	}
	const deployment, thing = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\n", "apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: t}\n"
	for _, tc := range []struct {
		name, manifest string
		// want is in the only problem; empty means there is none.
		want string
	}{
		{"built-in", deployment + "spec: {replicas: 1, port: http, labels: {any: thing}}", ""},
		{"null counts as absent", deployment + "spec: {replicas: 1, port: null}", ""},
		{"unknown field", deployment + "spec: {replicas: 1, replica: 2}", "replica"},
		{"wrong type", deployment + "spec: {replicas: one}", "integer"},
		{"missing field", deployment + "spec: {}", "replicas"},
		{"wrong value of a map", deployment + "spec: {replicas: 1, labels: {a: 1}}", "string"},
		{"custom", thing + "spec: {port: 80, size: 2, properties: x, raw: {any: thing}}", ""},
		{"custom: int or string", thing + "spec: {port: {}}", "anyOf"},
		{"custom: bound", thing + "spec: {size: 0}", "minimum"},
		{"custom: unknown field", thing + "spec: {colour: red}", "colour"},
		{"unknown kind of a known group", "apiVersion: apps/v1\nkind: Deploymint\nmetadata: {name: d}", "no schema for apps/v1 Deploymint"},
		{"unknown group", "apiVersion: other/v1\nkind: Thing\nmetadata: {name: d}", "no schema for other/v1 Thing"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			schemas := NewSchemas(openAPIDir)
			if err := schemas.AddDefinitions(parse(t, definition)); err != nil {
				t.Fatal(err)
			}
			problems, err := schemas.Conform(t.TempDir(), parse(t, tc.manifest))
			if err != nil {
				t.Fatal(err)
			}
			got := strings.Join(problems, "\n")
			if tc.want == "" && got != "" || !strings.Contains(got, tc.want) {
				t.Errorf("got problems %q, want one with %q", got, tc.want)
			}
		})
	}
}

func TestFindNamesWhatIsMissing(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	for _, name := range []string{HelmEnv, HelmfileEnv, ChartsEnv} {
		t.Setenv(name, "")
	}
	_, err := Find("deploy", "platform.yaml", "home")
	for _, name := range []string{HelmEnv, HelmfileEnv, ChartsEnv} {
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("got %v, want an error that names %s", err, name)
		}
	}
}
