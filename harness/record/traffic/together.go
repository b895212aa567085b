package traffic

import (
	"time"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/kube"
	"assay.dev/assay/harness/record/observe"
)

// gathering is how long events wait for each other that are published together.
const gathering = time.Second

// Together publishes events in one request, so that those of one partition lie one behind
// the other, and returns the answers in their order. The error is of the connection, or
// of the history.
func Together(log observe.Log, brokers kube.Brokers, events []Event) ([]history.Publish, error) {
	config := kafkaConfig(brokers)
	config.Producer.Flush.Messages, config.Producer.Flush.Frequency = len(events), gathering
	kafka, err := newKafka(log, brokers, config)
	if err != nil {
		return nil, err
	}
	answers := make([]history.Publish, len(events))
	for i := range events {
		kafka.send(events[i], func(p history.Publish) { answers[i] = p })
	}
	return answers, kafka.Close()
}
