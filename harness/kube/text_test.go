package kube_test

import (
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"assay.dev/assay/harness/kube"
)

const hidden = "bm90LXRvLWJlLXNob3du" // what a Secret's JSON holds for the value below

func secret() corev1.Secret {
	return corev1.Secret{
		TypeMeta: metav1.TypeMeta{Kind: "Secret", APIVersion: "v1"},
		ObjectMeta: metav1.ObjectMeta{
			Name: "s", ManagedFields: []metav1.ManagedFieldsEntry{{Manager: "helm"}},
			Annotations: map[string]string{corev1.LastAppliedConfigAnnotation: hidden, "kept": "yes"},
		},
		Data: map[string][]byte{"password": []byte("not-to-be-shown")},
	}
}

func TestTheSameAmountIsTheSameText(t *testing.T) {
	for want, spellings := range map[string][]string{
		"512Mi": {"512Mi", "536870912", "524288Ki", "0.5Gi"}, "1": {"1", "1000m"}, "1500m": {"1.5", "1500m"}, "0": {"0", "0Mi"}, "1G": {"1G", "1000000000"},
	} {
		for _, spelling := range spellings {
			if got := kube.Amount(resource.MustParse(spelling)); got != want {
				t.Errorf("%s: %s, want %s", spelling, got, want)
			}
		}
	}
}

func TestYAMLShowsNoSecret(t *testing.T) {
	one := secret()
	untyped := secret()
	untyped.TypeMeta = metav1.TypeMeta{} // as a typed client returns it
	for name, object := range map[string]any{
		"a Secret": &one, "one without a kind": &untyped, "a list": &corev1.SecretList{Items: []corev1.Secret{untyped}},
		"several": []corev1.Secret{untyped},
	} {
		text := kube.YAML(object)
		if strings.Contains(text, hidden) || strings.Contains(text, "not-to-be-shown") {
			t.Errorf("%s shows its value:\n%s", name, text)
		}
		if !strings.Contains(text, "password: <") || !strings.Contains(text, "kept: \"yes\"") || strings.Contains(text, "managedFields") {
			t.Errorf("%s:\n%s", name, text)
		}
	}
}

func TestYAMLShowsConfigMaps(t *testing.T) {
	text := kube.YAML(&corev1.ConfigMap{Data: map[string]string{"key": "shown"}})
	if !strings.Contains(text, "key: shown") {
		t.Error(text)
	}
}
