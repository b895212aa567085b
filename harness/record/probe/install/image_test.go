package install

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"

	"assay.dev/assay/spec"
	"assay.dev/assay/spec/todo"
)

func TestWhereTheImageComesFrom(t *testing.T) {
	for name, tc := range map[string]struct {
		target           spec.Target
		registry, secret string
		image            string
		policy           corev1.PullPolicy
		secrets          []corev1.LocalObjectReference
	}{
		"put into the nodes": {spec.Kind, "", "", "assay.dev/probe:dev", corev1.PullIfNotPresent, nil},
		"put into the nodes, though a registry is named": {
			spec.Kind, "fra.ocir.io/tenancy/assay", "registry", "assay.dev/probe:dev", corev1.PullIfNotPresent, nil,
		},
		"emulated cloud": {spec.OCISim, "fra.ocir.io/tenancy/assay", "", "assay.dev/probe:dev", corev1.PullIfNotPresent, nil},
		"OKE":            {spec.OKE, "fra.ocir.io/tenancy/assay", "", "fra.ocir.io/tenancy/assay/probe:dev", corev1.PullAlways, nil},
		"OKE, private": {
			spec.OKE, "fra.ocir.io/tenancy/assay/", "registry", "fra.ocir.io/tenancy/assay/probe:dev", corev1.PullAlways,
			[]corev1.LocalObjectReference{{Name: "registry"}},
		},
		"a registry on a port": {spec.OKE, "registry.example:5000", "", "registry.example:5000/probe:dev", corev1.PullAlways, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("ASSAY_IMAGE_REGISTRY", tc.registry)
			t.Setenv("ASSAY_IMAGE_PULL_SECRET", tc.secret)
			probe := Probe{Spec: todo.Must(), Target: tc.target}
			if err := probe.pullable(); err != nil {
				t.Fatal(err)
			}
			pod := probe.deployment().Spec.Template.Spec
			got := pod.Containers[0]
			if got.Image != tc.image || got.ImagePullPolicy != tc.policy {
				t.Errorf("the image is %s (%s), want %s (%s)", got.Image, got.ImagePullPolicy, tc.image, tc.policy)
			}
			if diff := cmp.Diff(tc.secrets, pod.ImagePullSecrets); diff != "" {
				t.Errorf("pull secrets (-want +got)\n%s", diff)
			}
		})
	}
}

func TestOKENeedsARegistry(t *testing.T) {
	t.Setenv("ASSAY_IMAGE_REGISTRY", "")
	probe := Probe{Spec: todo.Must(), Target: spec.OKE}
	if err := probe.Install(t.Context()); err == nil || !strings.Contains(err.Error(), "ASSAY_IMAGE_REGISTRY") {
		t.Errorf("got %v, want an error that names the variable", err)
	}
}
