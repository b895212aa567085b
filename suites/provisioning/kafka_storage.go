package provisioning

import (
	"fmt"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	corev1 "k8s.io/api/core/v1"

	"assay.dev/assay/harness/expect"
	"assay.dev/assay/spec"
)

var _ = p.Checks(func() {
	Describe("The storage of Kafka", expect.Requires(spec.KafkaAccess), func() {
		p.It("kafka.storage", func(ctx SpecContext) {
			storage := p.Spec.Kafka.Storage
			for _, server := range []struct {
				role string
				size spec.Quantity
			}{{"kafka", storage.BrokerSize}, {"zookeeper", storage.ZooKeeperSize}} {
				for _, pod := range kafkaPods(ctx, server.role) {
					volume, mount := dataVolume(&pod, server.role)
					expect.Subject{What: "storage of " + pod.Name, From: "the pod's volumes", Object: &pod}.
						Is(storageType(volume), string(storage.Type))
					if server.role == "kafka" {
						dirs := kafka().brokerSetting("log.dirs")
						expect.Subject{What: "where " + pod.Name + " keeps its records", From: kafkaBroker, Object: &pod}.
							AssertThat(strings.HasPrefix(dirs, mount+"/"), "below "+mount, dirs)
					}
					if storage.Type == spec.Persistent {
						claim := named[corev1.PersistentVolumeClaim](pod.Namespace, volume.PersistentVolumeClaim.ClaimName)
						get(ctx, claim)
						size := claim.Status.Capacity[corev1.ResourceStorage]
						expect.Subject{What: "claim " + claim.Name, From: kubernetesAPI, Object: claim}.AssertThat(
							claim.Status.Phase == corev1.ClaimBound && size.Cmp(server.size.Quantity) >= 0,
							fmt.Sprintf("Bound, at least %s", server.size), fmt.Sprintf("%s, %s", claim.Status.Phase, size.String()))
					}
				}
			}
		}, brief)
	})
})

// dataVolume returns the volume that a server keeps its data in, and its mount
// point.
func dataVolume(pod *corev1.Pod, name string) (corev1.Volume, string) {
	GinkgoHelper()
	for _, mount := range container(pod, name).VolumeMounts {
		for _, volume := range pod.Spec.Volumes {
			if volume.Name == mount.Name && strings.HasPrefix(volume.Name, "data") {
				return volume, mount.MountPath
			}
		}
	}
	expect.Subject{What: "data volume of " + pod.Name, From: kubernetesAPI, Object: pod}.AssertThat(false, "one", "none")
	return corev1.Volume{}, ""
}

func storageType(volume corev1.Volume) string {
	switch {
	case volume.PersistentVolumeClaim != nil:
		return string(spec.Persistent)
	case volume.EmptyDir != nil:
		return string(spec.Ephemeral)
	}
	return "neither"
}
