package provisioning

import (
	"fmt"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	appsv1 "k8s.io/api/apps/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"assay.dev/assay/harness/expect"
	"assay.dev/assay/harness/kube"
	"assay.dev/assay/spec"
)

// openJars prints the versions of Kafka whose program files a process of the
// container holds open.
const openJars = `for f in /proc/[0-9]*/fd/*; do readlink "$f"; done 2>/dev/null |
sed -n 's/.*kafka_[0-9.]*-\([0-9][0-9.]*[0-9]\)\.jar$/\1/p' | sort -u`

var _ = p.Checks(func() {
	Describe("The Kafka cluster", func() {
		p.It("kafka.ready", func(ctx SpecContext) {
			resource := kafkaResource(ctx)
			ready, reason := kube.Ready(resource)
			expect.Subject{What: "Kafka " + p.Spec.Kafka.Name, From: "its status", Object: resource}.AssertThat(ready, "Ready=True", reason)
		}, brief)

		p.It("kafka.version", expect.At(spec.Standard), func(ctx SpecContext) {
			resource := kafkaResource(ctx)
			version, _, _ := unstructured.NestedString(resource.Object, "status", "kafkaVersion")
			expect.Subject{What: "version of the Kafka cluster", From: "status of Kafka " + p.Spec.Kafka.Name, Object: resource}.
				Is(version, p.Spec.Kafka.Version)
			for _, pod := range kafkaPods(ctx, "kafka") {
				subject := expect.Subject{What: "version of the program that " + pod.Name + " runs", From: "files that its process has open"}
				out, err := p.Cluster.Exec(ctx, pod.Namespace, pod.Name, "kafka", "bash", "-c", openJars)
				subject.NoError(err)
				subject.Is(strings.Fields(out), []string{p.Spec.Kafka.Version})
			}
		}, brief)

		p.It("kafka.brokers", expect.Requires(spec.KafkaAccess), func(SpecContext) {
			brokers, _, err := kafka().admin.DescribeCluster()
			subject := expect.Subject{What: "number of brokers", From: kafkaBroker}
			subject.NoError(err)
			subject.Is(len(brokers), p.Spec.Kafka.Replicas)
		}, brief)

		p.It("kafka.operator", func(ctx SpecContext) {
			deployment := named[appsv1.Deployment](p.Spec.Kafka.Namespace, p.Spec.Kafka.Operator.Deployment)
			get(ctx, deployment)
			available(deployment)
		}, brief)

		p.It("kafka.broker-pods", func(ctx SpecContext) { kafkaPodsReady(ctx, "kafka", p.Spec.Kafka.Replicas) }, brief)

		p.It("kafka.zookeeper-pods", func(ctx SpecContext) { kafkaPodsReady(ctx, "zookeeper", p.Spec.Kafka.ZooKeeper.Replicas) }, brief)
	})
})

func kafkaResource(ctx SpecContext) *unstructured.Unstructured {
	GinkgoHelper()
	resource, err := p.Cluster.GetKind(ctx, kube.KafkaKind, p.Spec.Kafka.Namespace, p.Spec.Kafka.Name)
	expect.Subject{What: "Kafka " + p.Spec.Kafka.Name, From: kubernetesAPI}.NoError(err)
	return resource
}

func kafkaPodsReady(ctx SpecContext, role string, want int) {
	GinkgoHelper()
	ready := 0
	pods := kafkaPods(ctx, role)
	for _, pod := range pods {
		if kube.PodReady(&pod) {
			ready++
		}
	}
	expect.Subject{What: fmt.Sprintf("ready pods of %s in namespace %s", role, p.Spec.Kafka.Namespace), From: kubernetesAPI, Object: pods}.
		Is(ready, want)
}

// available fails the check unless a deployment's replicas are all there, and of
// its present template.
func available(deployment *appsv1.Deployment) {
	GinkgoHelper()
	status := deployment.Status
	wanted := int32(1)
	if deployment.Spec.Replicas != nil {
		wanted = *deployment.Spec.Replicas
	}
	condition := "absent"
	for _, c := range status.Conditions {
		if c.Type == appsv1.DeploymentAvailable {
			condition = string(c.Status)
		}
	}
	ok := condition == "True" && wanted > 0 && status.AvailableReplicas == wanted && status.UpdatedReplicas == wanted &&
		status.ObservedGeneration >= deployment.Generation
	expect.Subject{What: "deployment " + deployment.Namespace + "/" + deployment.Name, From: "its status", Object: deployment}.AssertThat(ok,
		fmt.Sprintf("Available=True, %d of %d replicas available and up to date", max(1, wanted), max(1, wanted)),
		fmt.Sprintf("Available=%s, %d available and %d up to date of %d", condition, status.AvailableReplicas, status.UpdatedReplicas, wanted))
}
