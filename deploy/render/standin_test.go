package render

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
)

// standIns are the stand-ins' charts by the names of those that they stand in for.
var standIns = map[string]string{
	"strimzi-kafka-operator": "../../standins/strimzi/chart",
	"nginx-ingress":          "../../standins/ingress/chart",
}

// TestStandInChartsTakeTheValuesOfThePublicOnes publishes the stand-ins' charts
// under the public names, as a rehearsal of public images does: with the values for
// the public charts they make the same objects, with the public images.
func TestStandInChartsTakeTheValuesOfThePublicOnes(t *testing.T) {
	renderer := find(t)
	charts := t.TempDir()
	for name, dir := range standIns {
		if err := os.CopyFS(filepath.Join(charts, name), os.DirFS(dir)); err != nil {
			t.Fatal(err)
		}
	}
	renderer.Charts = charts
	objects, err := renderer.Render(t.Context(), Options{Environment: "kind", Selector: "name=strimzi"})
	if err != nil {
		t.Fatal(err)
	}
	ingress, err := renderer.Render(t.Context(), Options{Environment: "kind", Selector: "name=ingress"})
	if err != nil {
		t.Fatal(err)
	}
	objects = append(objects, ingress...)

	operator := decode[appsv1.Deployment](t, named(t, objects, "Deployment", "kafka", "strimzi-cluster-operator")).Spec.Template.Spec
	controller := decode[appsv1.Deployment](t, named(t, objects, "Deployment", "ingress-nginx", "ingress-controller")).Spec.Template.Spec
	for want, container := range map[string]corev1.Container{
		"quay.io/strimzi/operator:0.40.0": operator.Containers[0], "docker.io/nginx/nginx-ingress:5.4.3": controller.Containers[0],
	} {
		if container.Image != want || container.ImagePullPolicy != corev1.PullIfNotPresent {
			t.Errorf("container %s has the image %s (%s), want %s", container.Name, container.Image, container.ImagePullPolicy, want)
		}
	}
	for _, image := range Images(objects) {
		if !pinned.MatchString(image) || strings.HasPrefix(image, "assay.dev/") {
			t.Errorf("image %s is not public", image)
		}
	}
	environment := operator.Containers[0].Env
	if !slices.Contains(environment, corev1.EnvVar{Name: "STRIMZI_POD_SECURITY_PROVIDER_CLASS", Value: "restricted"}) {
		t.Errorf("the operator's environment %v lacks what values/strimzi.yaml adds", environment)
	}
	service := decode[corev1.Service](t, named(t, objects, "Service", "ingress-nginx", "ingress-controller"))
	var ports []int32
	for _, port := range service.Spec.Ports {
		ports = append(ports, port.NodePort)
	}
	if !slices.Equal(ports, []int32{30080, 30443}) {
		t.Errorf("the node ports are %v", ports)
	}
	named(t, objects, "IngressClass", "", "nginx")
	refused, err := PodSecurity(objects)
	if err != nil || len(refused) > 0 {
		t.Errorf("%v, %v", refused, err)
	}
}

// TestTheStandInsShareTheValuesOfThePublicCharts: hermetic mode differs in images
// alone.
func TestTheStandInsShareTheValuesOfThePublicCharts(t *testing.T) {
	objects := environment(t, "kind-hermetic").objects
	for name, want := range map[string]string{
		"kafka/strimzi-cluster-operator":   "assay.dev/strimzi-standin:0.40.0",
		"ingress-nginx/ingress-controller": "assay.dev/nginx-standin:1.22",
	} {
		namespace, workload := filepath.Split(name)
		pod := decode[appsv1.Deployment](t, named(t, objects, "Deployment", filepath.Clean(namespace), workload)).Spec.Template.Spec
		if got := pod.Containers[0].Image; got != want {
			t.Errorf("%s has the image %s, want %s", name, got, want)
		}
	}
	operator := decode[appsv1.Deployment](t, named(t, objects, "Deployment", "kafka", "strimzi-cluster-operator"))
	if !slices.ContainsFunc(operator.Spec.Template.Spec.Containers[0].Env, func(e corev1.EnvVar) bool { return e.Name == "STRIMZI_POD_SECURITY_PROVIDER_CLASS" }) {
		t.Error("values/strimzi.yaml does not reach the stand-in")
	}
}
