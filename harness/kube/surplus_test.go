package kube_test

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"slices"
	"testing"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

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

// TestWebhooksReachIntoThePlatform has webhooks that select the platform's namespaces and
// others.
func TestWebhooksReachIntoThePlatform(t *testing.T) {
	webhook := func(name string, of *metav1.LabelSelector) client.Object {
		return &admissionv1.ValidatingWebhookConfiguration{ObjectMeta: metav1.ObjectMeta{Name: name}, Webhooks: []admissionv1.ValidatingWebhook{{Name: "w", NamespaceSelector: of}}}
	}
	c := cluster(
		release(t, "infra", "infra.v1", "deployed", "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingWebhookConfiguration\nmetadata: {name: installed}\n"),
		&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "apps", Labels: map[string]string{"team": "a"}}},
		webhook("installed", nil), webhook("allowed", nil), webhook("all", nil), webhook("empty", &metav1.LabelSelector{}),
		webhook("ours", &metav1.LabelSelector{MatchLabels: map[string]string{"team": "a"}}), webhook("theirs", &metav1.LabelSelector{MatchLabels: map[string]string{"team": "b"}}),
		&admissionv1.MutatingWebhookConfiguration{ObjectMeta: metav1.ObjectMeta{Name: "changes"}, Webhooks: []admissionv1.MutatingWebhook{{Name: "m"}}},
	)
	s := &spec.Spec{Platform: &spec.Platform{
		Namespaces: []spec.Namespace{{Name: "apps"}},
		Allowed:    []spec.Allowed{{Kind: "ValidatingWebhookConfiguration", Name: "allowed", Reason: "policy"}},
	}}
	installed, err := c.Installed(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got, err := c.SurplusWebhooks(t.Context(), s, installed)
	if want := []string{"changes/m", "all/w", "empty/w", "ours/w"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("%q, %v; want %q", got, err, want)
	}
}

// TestIngressesOfOthersForTheHost counts those alone that are for the platform's host.
func TestIngressesOfOthersForTheHost(t *testing.T) {
	of := func(namespace, name, host string) client.Object {
		return &networkingv1.Ingress{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name}, Spec: networkingv1.IngressSpec{Rules: []networkingv1.IngressRule{{Host: host}}}}
	}
	s := &spec.Spec{Platform: &spec.Platform{Ingress: spec.Ingress{Namespace: "apps", Host: "shop.example"}}}
	c := cluster(of("apps", "second", "other.example"), of("elsewhere", "theirs", "other.example"), of("elsewhere", "thief", "shop.example"))
	kind := spec.ObjectKind{Group: "networking.k8s.io", Version: "v1", Kind: "Ingress", Plural: "ingresses"}
	if got, err := c.Surplus(t.Context(), s, kind, kube.Installed{}); err != nil || !slices.Equal(got, []string{"apps/second", "elsewhere/thief"}) {
		t.Errorf("%q, %v", got, err)
	}
}
