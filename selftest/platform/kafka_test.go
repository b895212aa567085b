package platform_test

import (
	"strconv"

	"github.com/IBM/sarama"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

var _ = suite.Checks(func() {
	Describe("Kafka", func() {
		It("reports the resource todo-kafka ready, with Kafka 3.6.0", func(ctx SpecContext) {
			kafka := &unstructured.Unstructured{}
			kafka.SetGroupVersionKind(schema.GroupVersionKind{Group: "kafka.strimzi.io", Version: "v1beta2", Kind: "Kafka"})
			Expect(cluster.Get(ctx, client.ObjectKey{Namespace: "kafka", Name: "todo-kafka"}, kafka)).To(Succeed())
			version, _, err := unstructured.NestedString(kafka.Object, "status", "kafkaVersion")
			Expect(err).NotTo(HaveOccurred())
			Expect(version).To(Equal("3.6.0"))
			conditions, _, err := unstructured.NestedSlice(kafka.Object, "status", "conditions")
			Expect(err).NotTo(HaveOccurred())
			Expect(conditions).To(ContainElement(And(HaveKeyWithValue("type", "Ready"), HaveKeyWithValue("status", "True"))))
		}, SpecTimeout(timeouts.APIRequest.Duration))

		It("has the three topics with their partitions and retention, as the broker says", func(SpecContext) {
			config := sarama.NewConfig()
			config.Version = sarama.V3_6_0_0
			config.Net.Proxy.Enable, config.Net.Proxy.Dialer = true, cluster.Dialer
			admin, err := sarama.NewClusterAdmin([]string{"todo-kafka-kafka-bootstrap.kafka.svc:9092"}, config)
			Expect(err).NotTo(HaveOccurred())
			DeferCleanup(admin.Close)
			topics, err := admin.ListTopics()
			Expect(err).NotTo(HaveOccurred())
			for _, want := range suite.Spec.SpecifiedTopics() {
				Expect(topics).To(HaveKey(want.Name))
				Expect(topics[want.Name].NumPartitions).To(BeEquivalentTo(want.Partitions), want.Name)
				Expect(topics[want.Name].ConfigEntries).To(HaveKeyWithValue(
					"retention.ms", HaveValue(Equal(strconv.FormatInt(want.RetentionMs(), 10)))), want.Name)
			}
		}, SpecTimeout(timeouts.PortForward.Duration*2))
	})
})
