package render

import (
	"sigs.k8s.io/yaml"

	"os"
	"path/filepath"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"

	"assay.dev/assay/hermetic/catalogue"
)

// charts writes charts with one template each into a directory.
func charts(t *testing.T, templates map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, template := range templates {
		for file, content := range map[string]string{
			"Chart.yaml":        "apiVersion: v2\nname: " + name + "\nversion: 1.0.0\n",
			"values.yaml":       "image: {}\nresources: {}\n",
			"templates/it.yaml": template,
		} {
			path := filepath.Join(dir, name, file)
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	return dir
}

// anOperator takes its pull policy from a value that its chart leaves empty, as the
// published chart of Strimzi does.
const anOperator = `apiVersion: apps/v1
kind: Deployment
metadata: {name: strimzi-cluster-operator, namespace: kafka}
spec:
  template:
    spec:
      containers:
        - name: strimzi-cluster-operator
          image: quay.io/strimzi/operator:0.40.0
          imagePullPolicy: {{ .Values.image.imagePullPolicy | quote }}
`

// TestAPullPolicyThatAChartLeavesEmptyIsSet: Kubernetes would choose one by the tag.
func TestAPullPolicyThatAChartLeavesEmptyIsSet(t *testing.T) {
	renderer := find(t)
	renderer.Charts = charts(t, map[string]string{"strimzi-kafka-operator": anOperator})
	for _, env := range []string{"kind", "oke"} {
		objects, err := renderer.Render(t.Context(), Options{Environment: env, Selector: "name=strimzi"})
		if err != nil {
			t.Fatal(err)
		}
		operator := decode[appsv1.Deployment](t, named(t, objects, "Deployment", "kafka", "strimzi-cluster-operator"))
		if policy := operator.Spec.Template.Spec.Containers[0].ImagePullPolicy; policy != corev1.PullIfNotPresent {
			t.Errorf("%s: the pull policy of the operator is %q", env, policy)
		}
	}
}

const aVersion = `apiVersion: v1
kind: ConfigMap
metadata: {name: version, namespace: ingress-nginx}
data: {kubernetes: "{{ .Capabilities.KubeVersion.Major }}.{{ .Capabilities.KubeVersion.Minor }}"}
`

// TestHelmRendersForTheNodesKubernetes: the published chart of the ingress controller
// refuses Kubernetes before 1.25, which helm takes itself for where nobody tells it.
func TestHelmRendersForTheNodesKubernetes(t *testing.T) {
	if os.Getenv(HelmEnv) == "" {
		t.Skip(HelmEnv + " does not name the helm that the platform is deployed with")
	}
	list, err := catalogue.Load("../..")
	if err != nil {
		t.Fatal(err)
	}
	renderer := find(t)
	renderer.Charts = charts(t, map[string]string{"nginx-ingress": aVersion})
	objects, err := renderer.Render(t.Context(), Options{Environment: "kind", Selector: "name=ingress"})
	if err != nil {
		t.Fatal(err)
	}
	version := decode[corev1.ConfigMap](t, named(t, objects, "ConfigMap", "ingress-nginx", "version")).Data["kubernetes"]
	if want := strings.TrimPrefix(list.Node.KubernetesVersion, "v"); !strings.HasPrefix(want+".", version+".") {
		t.Errorf("helm renders for Kubernetes %s, the nodes run %s", version, want)
	}
}

// TestNoStageOfTheDeploymentAsksARepository: each chart is a directory, and helmfile
// knows no repository, whose index it would fetch at each call.
func TestNoStageOfTheDeploymentAsksARepository(t *testing.T) {
	_, list, _ := strings.Cut(read(t, "../helmfile.yaml"), "\n---\n")
	var helmfile struct {
		Repositories []any
		Releases     []struct{ Name, Chart string }
	}
	if err := yaml.Unmarshal([]byte(list), &helmfile); err != nil {
		t.Fatal(err)
	}
	if len(helmfile.Repositories) > 0 {
		t.Error("helmfile.yaml names chart repositories")
	}
	for _, release := range helmfile.Releases {
		if !strings.HasPrefix(release.Chart, "charts/") && !strings.HasPrefix(release.Chart, `{{ requiredEnv "ASSAY_CHARTS" }}/`) {
			t.Errorf("the chart %s of %s is no directory", release.Chart, release.Name)
		}
	}
	if len(helmfile.Releases) < 10 {
		t.Errorf("%d releases were read, which cannot be all", len(helmfile.Releases))
	}
}
