// Package chart_test renders the stand-in's chart as helm does. It needs helm,
// on PATH or named by ASSAY_HELM.
package chart_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	kyaml "k8s.io/apimachinery/pkg/util/yaml"

	"assay.dev/assay/standins/strimzi/cluster"
)

// template renders the chart into namespace kafka, or returns helm's error.
func template(t *testing.T, set ...string) ([]unstructured.Unstructured, error) {
	t.Helper()
	helm := os.Getenv("ASSAY_HELM")
	if helm == "" {
		var err error
		if helm, err = exec.LookPath("helm"); err != nil {
			t.Skip("helm is not on PATH and ASSAY_HELM does not name it")
		}
	}
	args := []string{"template", "strimzi", ".", "--namespace", "kafka"}
	for _, value := range set {
		args = append(args, "--set", value)
	}
	cmd := exec.CommandContext(t.Context(), helm, args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return nil, errors.Join(err, errors.New(stderr.String()))
	}
	var objects []unstructured.Unstructured
	decoder := kyaml.NewYAMLOrJSONDecoder(&stdout, 4096)
	for {
		var object unstructured.Unstructured
		err := decoder.Decode(&object)
		if errors.Is(err, io.EOF) {
			return objects, nil
		}
		if err != nil {
			t.Fatalf("helm rendered no YAML: %v", err)
		}
		if len(object.Object) > 0 {
			objects = append(objects, object)
		}
	}
}

func mustTemplate(t *testing.T, set ...string) []unstructured.Unstructured {
	t.Helper()
	objects, err := template(t, set...)
	if err != nil {
		t.Fatal(err)
	}
	return objects
}

// find decodes the one object of a kind in a namespace.
func find(t *testing.T, objects []unstructured.Unstructured, kind, namespace string, into any) {
	t.Helper()
	for _, object := range objects {
		if object.GetKind() == kind && object.GetNamespace() == namespace {
			if err := runtime.DefaultUnstructuredConverter.FromUnstructuredWithValidation(object.Object, into, true); err != nil {
				t.Fatalf("%s: %v", kind, err)
			}
			return
		}
	}
	t.Fatalf("no %s in namespace %s", kind, namespace)
}

func TestDeployment(t *testing.T) {
	objects := mustTemplate(t, "watchNamespaces={apps,kafka}", "image.registry=mirror.example", "image.repository=team", "image.name=strimzi-standin", "image.tag=v1")
	var deployment appsv1.Deployment
	find(t, objects, "Deployment", "kafka", &deployment)
	if deployment.Name != "strimzi-cluster-operator" {
		t.Errorf("name = %s", deployment.Name)
	}
	container := deployment.Spec.Template.Spec.Containers[0]
	if container.Image != "mirror.example/team/strimzi-standin:v1" {
		t.Errorf("image = %s", container.Image)
	}
	env := map[string]string{}
	for _, variable := range container.Env {
		env[variable.Name] = variable.Value
	}
	for name, want := range map[string]string{
		"STRIMZI_NAMESPACE":                       "apps,kafka",
		"STRIMZI_KAFKA_IMAGES":                    "3.6.0=quay.io/strimzi/kafka:0.40.0-kafka-3.6.0",
		"STRIMZI_DEFAULT_TOPIC_OPERATOR_IMAGE":    container.Image,
		"STRIMZI_FULL_RECONCILIATION_INTERVAL_MS": "120000",
		"STRIMZI_OPERATION_TIMEOUT_MS":            "300000",
	} {
		if env[name] != want {
			t.Errorf("%s = %q, want %q", name, env[name], want)
		}
	}
	if _, err := cluster.ParseImages(env["STRIMZI_KAFKA_IMAGES"]); err != nil {
		t.Errorf("the operator would not start: %v", err)
	}
	if label := deployment.Spec.Template.Labels["strimzi.io/kind"]; label != "cluster-operator" {
		t.Errorf("strimzi.io/kind = %q: network policies would not let the operator in", label)
	}
	security := container.SecurityContext
	if !*deployment.Spec.Template.Spec.SecurityContext.RunAsNonRoot || *security.AllowPrivilegeEscalation ||
		!slices.Equal(security.Capabilities.Drop, []corev1.Capability{"ALL"}) {
		t.Errorf("security = %+v", security)
	}
}

func TestDefaultImageIsThePublicOne(t *testing.T) {
	var deployment appsv1.Deployment
	find(t, mustTemplate(t), "Deployment", "kafka", &deployment)
	if image := deployment.Spec.Template.Spec.Containers[0].Image; image != "quay.io/strimzi/operator:0.40.0" {
		t.Errorf("image = %s", image)
	}
}

func TestRightsAreThoseOfTheWatchedNamespaces(t *testing.T) {
	objects := mustTemplate(t, "watchNamespaces={apps}")
	for _, object := range objects {
		if strings.HasPrefix(object.GetKind(), "ClusterRole") {
			t.Errorf("%s %s reaches past the watched namespaces", object.GetKind(), object.GetName())
		}
	}
	for _, namespace := range []string{"apps", "kafka"} {
		var role rbacv1.Role
		find(t, objects, "Role", namespace, &role)
		for _, rule := range role.Rules {
			for _, word := range slices.Concat(rule.APIGroups, rule.Resources, rule.Verbs) {
				if word == "*" {
					t.Errorf("rule %v grants everything", rule)
				}
			}
		}
		var binding rbacv1.RoleBinding
		find(t, objects, "RoleBinding", namespace, &binding)
		if binding.Subjects[0].Namespace != "kafka" || binding.RoleRef.Name != role.Name {
			t.Errorf("binding = %+v", binding)
		}
	}
}

// TestOperatorMayGiveWhatItGives: the API server refuses a Role with rights
// that its maker does not have.
func TestOperatorMayGiveWhatItGives(t *testing.T) {
	var role rbacv1.Role
	find(t, mustTemplate(t), "Role", "kafka", &role)
	allowed := func(group, resource, verb string) bool {
		return slices.ContainsFunc(role.Rules, func(rule rbacv1.PolicyRule) bool {
			return slices.Contains(rule.APIGroups, group) && slices.Contains(rule.Resources, resource) && slices.Contains(rule.Verbs, verb)
		})
	}
	for _, rule := range (&cluster.Cluster{Name: "c"}).EntityOperatorRole().Rules {
		for _, verb := range rule.Verbs {
			if !allowed(rule.APIGroups[0], rule.Resources[0], verb) {
				t.Errorf("the operator may not %s %s itself", verb, rule.Resources[0])
			}
		}
	}
}

func TestUnknownValuesAreRefused(t *testing.T) {
	for name, value := range map[string]string{
		"unknown key":       "watchAnyNamespace=true",
		"two replicas":      "replicas=2",
		"leader election":   "leaderElection.enable=true",
		"namespace pattern": "watchNamespaces={*}",
		"log level":         "logLevel=TRACE",
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := template(t, value); err == nil || !strings.Contains(err.Error(), "schema") {
				t.Errorf("error = %v, want one of the schema", err)
			}
		})
	}
}
