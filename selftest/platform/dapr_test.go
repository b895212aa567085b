package platform_test

import (
	"encoding/json"
	"net/http"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

var _ = suite.Checks(func() {
	Describe("Dapr", func() {
		It("gives a pod with its annotations a sidecar, which loads no component that is not meant for it", func(ctx SpecContext) {
			app := sidecarProbe()
			DeferCleanup(func(ctx SpecContext) {
				Expect(cluster.Remove(ctx, app, timeouts.ObjectDeleted.Duration)).To(Succeed())
			}, NodeTimeout(timeouts.ObjectDeleted.Duration))
			Expect(cluster.Create(ctx, app)).To(Succeed())
			Expect(cluster.Await(ctx, app, timeouts.DeploymentAvailable.Duration, func() (bool, error) {
				return app.Status.AvailableReplicas == 1, nil
			})).To(Succeed())
			var pods corev1.PodList
			Expect(cluster.List(ctx, &pods, client.InNamespace(app.Namespace), client.MatchingLabels(app.Spec.Selector.MatchLabels))).To(Succeed())
			Expect(pods.Items).To(HaveLen(1))
			pod := pods.Items[0]

			web := &http.Client{Transport: &http.Transport{DialContext: cluster.Dialer.DialContext}}
			answer, err := web.Get("http://" + pod.Name + ".todo-app.pod:3500/v1.0/metadata")
			Expect(err).NotTo(HaveOccurred())
			DeferCleanup(answer.Body.Close)
			var metadata struct {
				RuntimeVersion string `json:"runtimeVersion"`
				Components     []struct {
					Name string `json:"name"`
					Type string `json:"type"`
				} `json:"components"`
			}
			Expect(json.NewDecoder(answer.Body).Decode(&metadata)).To(Succeed())
			Expect(metadata.RuntimeVersion).To(Equal("1.18.2"))
			Expect(metadata.Components).To(BeEmpty())
		}, SpecTimeout(timeouts.DeploymentAvailable.Duration+timeouts.HTTPRequest.Duration))
	})
})

// probeApp is an application ID that is in no component's scopes.
const probeApp = "assay-probe"

// sidecarProbe is an application that does nothing beside its sidecar. It is a
// Deployment because Dapr's injector serves the cluster's controllers only.
func sidecarProbe() *appsv1.Deployment {
	yes, no, nobody := true, false, int64(65532)
	labels := map[string]string{"app": probeApp}
	small := corev1.ResourceList{
		corev1.ResourceCPU: resource.MustParse("10m"), corev1.ResourceMemory: resource.MustParse("16Mi"),
	}
	return &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Name: probeApp, Namespace: "todo-app"},
		Spec: appsv1.DeploymentSpec{
			Selector: &metav1.LabelSelector{MatchLabels: labels},
			Template: corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{
					Labels: labels,
					Annotations: map[string]string{
						"dapr.io/enabled": "true", "dapr.io/app-id": probeApp,
						// Dapr's built-in secret store is in no resource and no table.
						"dapr.io/disable-builtin-k8s-secret-store": "true",
						"dapr.io/sidecar-cpu-request":              "50m", "dapr.io/sidecar-memory-request": "64Mi",
						"dapr.io/sidecar-cpu-limit": "200m", "dapr.io/sidecar-memory-limit": "128Mi",
					},
				},
				Spec: corev1.PodSpec{
					SecurityContext: &corev1.PodSecurityContext{
						RunAsNonRoot: &yes, RunAsUser: &nobody,
						SeccompProfile: &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault},
					},
					Containers: []corev1.Container{{
						Name: "app", Image: "registry.k8s.io/pause:3.10.1",
						Resources: corev1.ResourceRequirements{Requests: small, Limits: small},
						SecurityContext: &corev1.SecurityContext{
							AllowPrivilegeEscalation: &no, ReadOnlyRootFilesystem: &yes,
							Capabilities: &corev1.Capabilities{Drop: []corev1.Capability{"ALL"}},
						},
					}},
				},
			},
		},
	}
}
