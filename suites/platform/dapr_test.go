package platform_test

import (
	"encoding/json"
	"net/http"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

var _ = Describe("Dapr", func() {
	It("gives a pod with its annotations a sidecar that loads all three components", func(ctx SpecContext) {
		pod := sidecarProbe()
		Expect(cluster.Create(ctx, pod)).To(Succeed())
		DeferCleanup(func(ctx SpecContext) {
			Expect(cluster.Remove(ctx, pod, timeouts.ObjectDeleted.Duration)).To(Succeed())
		}, NodeTimeout(timeouts.ObjectDeleted.Duration))
		Expect(cluster.AwaitPodReady(ctx, pod, timeouts.PodReady.Duration)).To(Succeed())

		http := &http.Client{Transport: &http.Transport{DialContext: cluster.Dialer.DialContext}}
		answer, err := http.Get("http://" + pod.Name + ".todo-app.pod:3500/v1.0/metadata")
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
		Expect(metadata.Components).To(ConsistOf(
			And(HaveField("Name", "pubsub-kafka"), HaveField("Type", "pubsub.kafka")),
			And(HaveField("Name", "statestore"), HaveField("Type", "state.postgresql")),
			And(HaveField("Name", "kubernetes-secrets"), HaveField("Type", "secretstores.kubernetes")),
		))
	}, SpecTimeout(timeouts.PodReady.Duration+timeouts.HTTPRequest.Duration))
})

// sidecarProbe is a pod that does nothing beside its sidecar.
func sidecarProbe() *corev1.Pod {
	yes, no, nobody := true, false, int64(65532)
	small := corev1.ResourceList{
		corev1.ResourceCPU: resource.MustParse("10m"), corev1.ResourceMemory: resource.MustParse("16Mi"),
	}
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			Name: "assay-sidecar-probe", Namespace: "todo-app",
			Annotations: map[string]string{
				"dapr.io/enabled": "true", "dapr.io/app-id": "assay-sidecar-probe",
				"dapr.io/sidecar-cpu-request": "50m", "dapr.io/sidecar-memory-request": "64Mi",
				"dapr.io/sidecar-cpu-limit": "200m", "dapr.io/sidecar-memory-limit": "128Mi",
			},
		},
		Spec: corev1.PodSpec{
			ServiceAccountName: "default",
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
	}
}
