package traffic

import (
	"errors"
	"fmt"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/kube"
	"assay.dev/assay/harness/record/observe"
)

// Transaction publishes events in one transaction (KIP-98) under a transactional id, and
// commits it. Behind the events, each partition has an offset without a record: the
// marker of the transaction. The error is of the brokers, or of the history.
func Transaction(log observe.Log, brokers kube.Brokers, id string, events []Event) ([]history.Publish, error) {
	config := kafkaConfig(brokers)
	config.Producer.Transaction.ID, config.Producer.Idempotent = id, true
	// What an idempotent producer sends again is in the log once (KIP-98).
	config.Producer.Retry.Max, config.Net.MaxOpenRequests = 1, 1
	kafka, err := newKafka(log, brokers, config)
	if err != nil {
		return nil, err
	}
	if err := kafka.producer.BeginTxn(); err != nil {
		return nil, errors.Join(fmt.Errorf("start transaction %s: %w", id, err), kafka.Close())
	}
	answers := make([]history.Publish, len(events))
	for i := range events {
		kafka.send(events[i], func(p history.Publish) { answers[i] = p })
	}
	kafka.Flush()
	if err := kafka.producer.CommitTxn(); err != nil {
		return answers, errors.Join(fmt.Errorf("commit transaction %s: %w", id, err), kafka.Close())
	}
	return answers, kafka.Close()
}
