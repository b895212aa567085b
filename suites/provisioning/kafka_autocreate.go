package provisioning

import (
	"errors"
	"fmt"

	"github.com/IBM/sarama"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"assay.dev/assay/harness/expect"
	"assay.dev/assay/spec"
)

var _ = p.Checks(func() {
	Describe("A topic that nobody declared", expect.At(spec.Standard), expect.Requires(spec.KafkaAccess), func() {
		p.It("kafka.no-auto-create", func(ctx SpecContext) {
			expect.Subject{What: "auto.create.topics.enable", From: kafkaBroker}.
				Is(kafka().brokerSetting("auto.create.topics.enable"), fmt.Sprint(p.Spec.Kafka.AutoCreateTopics))

			name := "assay-never-declared-" + p.Unique()
			DeferCleanup(func() { // should the broker have made it after all
				err := kafka().admin.DeleteTopic(name)
				if !errors.Is(err, sarama.ErrUnknownTopicOrPartition) {
					Expect(err).NotTo(HaveOccurred())
				}
			})
			controller, err := kafka().Controller()
			subject := expect.Subject{What: "first use of the undeclared topic " + name, From: kafkaBroker}
			subject.NoError(err)
			// As a client that leaves the creation of topics to the broker asks.
			request := sarama.NewMetadataRequest(kafka().Config().Version, []string{name})
			request.AllowAutoTopicCreation = true
			answer, err := controller.GetMetadata(request)
			subject.NoError(err)
			subject.AssertThat(len(answer.Topics) == 1 && errors.Is(answer.Topics[0].Err, sarama.ErrUnknownTopicOrPartition),
				"one topic, "+sarama.ErrUnknownTopicOrPartition.Error(), describeTopics(answer.Topics))
			// The broker makes topics after it has answered.
			Consistently(func(g Gomega) {
				topics, err := kafka().admin.ListTopics()
				g.Expect(err).NotTo(HaveOccurred())
				g.Expect(topics).NotTo(HaveKey(name), "the broker has made the topic %s", name)
			}).WithContext(ctx).WithPolling(timeouts.PollInterval.Duration).WithTimeout(timeouts.StableFor.Duration).Should(Succeed())
		}, brief)
	})
})

func describeTopics(topics []*sarama.TopicMetadata) string {
	text := fmt.Sprintf("%d topics", len(topics))
	for _, topic := range topics {
		text += fmt.Sprintf(", %s: %v", topic.Name, topic.Err)
	}
	return text
}
