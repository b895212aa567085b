package traffic

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/IBM/sarama"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/kube"
	"assay.dev/assay/harness/record/observe"
)

// Event is an event to publish past the API.
type Event struct {
	// Key decides in which partition it is.
	Topic, Key string
	// ID, Source and Type are recorded: they need not be what the bytes say.
	ID, Source, Type string
	// Raw is the value, nil for a tombstone: a record whose value is null.
	Raw     []byte
	Headers []sarama.RecordHeader
	TTL     time.Duration
	// Expect and ExpectOf are those of history.Publish.
	Expect, ExpectOf string
}

// entry starts the entry of an attempt to publish the event.
func (e Event) entry(via string, start history.Nanos) history.Publish {
	digest := sha256.Sum256(e.Raw)
	return history.Publish{
		Start: start, Via: via, Topic: e.Topic, ID: e.ID, Source: e.Source, Key: e.Key, Type: e.Type, TTL: e.TTL,
		SHA256: hex.EncodeToString(digest[:]), Size: len(e.Raw), Partition: -1, Offset: -1,
		Expect: e.Expect, ExpectOf: e.ExpectOf,
	}
}

// Kafka publishes events straight into Kafka and writes a history: one entry for
// each, with what the broker answered and where the record is.
type Kafka struct {
	log      observe.Log
	producer sarama.AsyncProducer
	running  sync.WaitGroup
	accepted atomic.Int64
	open     sync.WaitGroup // events without an answer

	mu      sync.Mutex
	failed  error // of the history, the first
	refusal error // of the broker, the last
}

// kafkaConfig is how events are published: an event is accepted when all replicas
// that are in sync have it, and one that was not answered is not sent again, since
// it may be there already.
func kafkaConfig(brokers kube.Brokers) *sarama.Config {
	config := brokers.Config()
	config.Producer.Retry.Max = 0
	config.Producer.Return.Errors = true
	return config
}

// sending is an event on its way.
type sending struct {
	event Event
	start history.Nanos
	done  func(history.Publish) // may be nil
}

// NewKafka connects to brokers.
func NewKafka(log observe.Log, brokers kube.Brokers) (*Kafka, error) {
	return newKafka(log, brokers, kafkaConfig(brokers))
}

// newKafka connects with another configuration.
func newKafka(log observe.Log, brokers kube.Brokers, config *sarama.Config) (*Kafka, error) {
	producer, err := sarama.NewAsyncProducer(brokers.Addresses, config)
	if err != nil {
		return nil, fmt.Errorf("publish to Kafka: %w", err)
	}
	k := &Kafka{log: log, producer: producer}
	k.running.Go(func() {
		for message := range producer.Successes() {
			k.note(message, nil)
		}
	})
	k.running.Go(func() {
		for failure := range producer.Errors() {
			k.note(failure.Msg, failure.Err)
		}
	})
	return k, nil
}

// Send publishes an event; it waits only where too many are on their way. It must
// not be called after Close.
func (k *Kafka) Send(event Event) { k.send(event, nil) }

// Publish publishes an event and waits for its answer, which the broker's
// timeouts bound.
func (k *Kafka) Publish(event Event) history.Publish {
	answer := make(chan history.Publish, 1)
	k.send(event, func(p history.Publish) { answer <- p })
	return <-answer
}

func (k *Kafka) send(event Event, done func(history.Publish)) {
	message := &sarama.ProducerMessage{
		Topic: event.Topic, Value: sarama.ByteEncoder(event.Raw), Headers: event.Headers,
		Metadata: &sending{event: event, start: k.log.Now(), done: done},
	}
	if event.Key != "" {
		message.Key = sarama.StringEncoder(event.Key)
	}
	k.open.Add(1)
	k.producer.Input() <- message
}

// note takes the answer to an event.
func (k *Kafka) note(message *sarama.ProducerMessage, failure error) {
	defer k.open.Done()
	sent := message.Metadata.(*sending)
	entry := sent.event.entry("kafka", sent.start)
	entry.End = k.log.Now()
	entry.Result, entry.Status = resultOf(failure)
	if failure != nil {
		entry.Error = failure.Error()
		k.mu.Lock()
		k.refusal = failure
		k.mu.Unlock()
	} else {
		entry.Partition, entry.Offset = message.Partition, message.Offset
		k.accepted.Add(1)
	}
	if err := k.log.Write(entry); err != nil {
		k.mu.Lock()
		if k.failed == nil {
			k.failed = err
		}
		k.mu.Unlock()
	}
	if sent.done != nil {
		sent.done(entry)
	}
}

// resultOf reads an answer: what the broker, or the producer before it was sent,
// said no to is refused; of everything else nobody knows.
func resultOf(failure error) (history.Result, int) {
	var code sarama.KError
	switch {
	case failure == nil:
		return history.Accepted, 0
	case errors.As(failure, &code):
		switch code {
		case sarama.ErrRequestTimedOut, sarama.ErrNotEnoughReplicasAfterAppend, sarama.ErrNetworkException, sarama.ErrUnknown,
			// A leader that has appended a record and waits for the others says so, too,
			// when it ends being the leader (DelayedProduce of Kafka).
			sarama.ErrNotLeaderForPartition, sarama.ErrKafkaStorageError:
			return history.Unknown, int(code)
		}
		return history.Refused, int(code)
	case errors.As(failure, new(sarama.ConfigurationError)), errors.Is(failure, sarama.ErrMessageSizeTooLarge):
		return history.Refused, 0
	}
	return history.Unknown, 0
}

// Flush waits for the answers of all events that were sent.
func (k *Kafka) Flush() { k.open.Wait() }

// Accepted is how many events were accepted so far.
func (k *Kafka) Accepted() int64 { return k.accepted.Load() }

// Refusal is why the last event that was not accepted was not, nil if all were.
func (k *Kafka) Refusal() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.refusal
}

// Close waits for all answers and ends. The error is of the history.
func (k *Kafka) Close() error {
	k.producer.AsyncClose()
	k.running.Wait()
	return k.failed
}
