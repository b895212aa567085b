package kube_test

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"slices"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"assay.dev/assay/harness/kube"
	"assay.dev/assay/spec"
)

// release is what Helm keeps of a release.
func release(t *testing.T, namespace, name, status, manifest string) *corev1.Secret {
	t.Helper()
	content, err := json.Marshal(map[string]string{"manifest": manifest})
	if err != nil {
		t.Fatal(err)
	}
	var packed bytes.Buffer
	zip := gzip.NewWriter(&packed)
	if _, err := zip.Write(content); err != nil {
		t.Fatal(err)
	}
	if err := zip.Close(); err != nil {
		t.Fatal(err)
	}
	return &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "sh.helm.release.v1." + name, Labels: map[string]string{"owner": "helm", "status": status}},
		Data:       map[string][]byte{"release": []byte(base64.StdEncoding.EncodeToString(packed.Bytes()))},
	}
}

// TestSurplusIsWhatNobodyAccountsFor has an object of each origin, in and out of the
// platform's namespaces.
func TestSurplusIsWhatNobodyAccountsFor(t *testing.T) {
	at := func(namespace, name string) metav1.ObjectMeta {
		return metav1.ObjectMeta{Namespace: namespace, Name: name}
	}
	owned, own := at("apps", "owned"), at("apps", "assays")
	owned.OwnerReferences = []metav1.OwnerReference{{APIVersion: "v1", Kind: "Pod", Name: "p", UID: "u"}}
	own.Labels = map[string]string{kube.ManagedByLabel: kube.ManagedBy}
	claimed := &corev1.Pod{ObjectMeta: at("apps", "db-0"), Spec: corev1.PodSpec{Volumes: []corev1.Volume{{
		VolumeSource: corev1.VolumeSource{PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{ClaimName: "data-db-0"}},
	}}}}
	c := cluster(
		release(t, "kube-system", "apps.v1", "deployed", "---\n# Source: x\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: installed, namespace: apps}\n---\napiVersion: v1\nkind: Secret\nmetadata: {name: other-kind, namespace: apps}\n---\n"),
		release(t, "infra", "infra.v1", "deployed", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: of-the-release}\n"),
		&corev1.ConfigMap{ObjectMeta: at("infra", "of-the-release")}, &corev1.ConfigMap{ObjectMeta: at("apps", "of-the-release")},
		&corev1.ConfigMap{ObjectMeta: at("apps", "installed")}, &corev1.ConfigMap{ObjectMeta: at("infra", "installed")},
		&corev1.ConfigMap{ObjectMeta: at("apps", "other-kind")}, &corev1.ConfigMap{ObjectMeta: owned}, &corev1.ConfigMap{ObjectMeta: own},
		&corev1.ConfigMap{ObjectMeta: at("apps", "kube-root-ca.crt")}, &corev1.ConfigMap{ObjectMeta: at("apps", "backup-1")},
		&corev1.ConfigMap{ObjectMeta: at("infra", "backup-1")}, &corev1.ConfigMap{ObjectMeta: at("elsewhere", "x")},
		&corev1.PersistentVolumeClaim{ObjectMeta: at("apps", "data-db-0")}, &corev1.PersistentVolumeClaim{ObjectMeta: at("apps", "data-db-1")}, claimed,
	)
	s := &spec.Spec{Platform: &spec.Platform{
		Namespaces: []spec.Namespace{{Name: "apps"}}, Infrastructure: []spec.Infrastructure{{Namespace: "infra"}},
		Allowed: []spec.Allowed{{Kind: "ConfigMap", Namespace: "apps", Name: "backup-*", Reason: "nightly"}},
	}}
	installed, err := c.Installed(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for kind, want := range map[string][]string{
		"ConfigMap":             {"apps/of-the-release", "apps/other-kind", "infra/backup-1", "infra/installed"},
		"PersistentVolumeClaim": {"apps/data-db-1"},
		"Pod":                   {"apps/db-0"},
		"Secret":                nil,
	} {
		got, err := c.Surplus(t.Context(), s, spec.ObjectKind{Version: "v1", Kind: kind, Plural: kind}, installed)
		if slices.Sort(got); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %q, %v; want %q", kind, got, err, want)
		}
	}
}
