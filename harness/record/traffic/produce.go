package traffic

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/IBM/sarama"

	"assay.dev/assay/harness/kube"
	"assay.dev/assay/harness/record/observe"
)

// Batching is how a producer collects records before it sends them: for at most
// Linger, and no more than Bytes for each of the topic's Partitions.
type Batching struct {
	Linger     time.Duration
	Bytes      int
	Partitions int
}

// Produced is what a load of records has reached.
type Produced struct {
	Records  int64   `json:"records"`
	Accepted int64   `json:"accepted"`
	Seconds  float64 `json:"seconds"`
	// Refusal is why the last record that was not accepted was not.
	Refusal string `json:"refusal,omitempty"`
	// Rate is the number of acknowledged records each second.
	Rate float64 `json:"rate"`
}

// Produce publishes count records of size bytes to a topic as fast as the broker
// takes them, with an entry of each in log, and waits for all answers.
func Produce(log observe.Log, brokers kube.Brokers, topic string, count int64, size int, batching Batching) (Produced, error) {
	config := kafkaConfig(brokers)
	config.Producer.Compression = sarama.CompressionNone
	config.Producer.Partitioner = sarama.NewRoundRobinPartitioner
	config.Producer.Flush.Frequency, config.Producer.Flush.Bytes = batching.Linger, batching.Bytes
	// Bytes alone only say when to send: without this a request takes all that waits.
	config.Producer.Flush.MaxMessages = batching.Partitions * max(1, batching.Bytes/size)
	kafka, err := newKafka(log, brokers, config)
	if err != nil {
		return Produced{}, err
	}
	payload := make([]byte, size)
	random := rand.New(rand.NewPCG(1, 2))
	for i := range payload {
		payload[i] = letters[random.IntN(len(letters))]
	}
	start := time.Now()
	for i := range count {
		kafka.Send(Event{Topic: topic, ID: strconv.FormatInt(i, 10), Raw: payload})
	}
	if err := kafka.Close(); err != nil {
		return Produced{}, fmt.Errorf("write the history: %w", err)
	}
	took := time.Since(start).Seconds()
	reached := Produced{Records: count, Accepted: kafka.Accepted(), Seconds: took, Rate: float64(kafka.Accepted()) / took}
	if refusal := kafka.Refusal(); refusal != nil {
		reached.Refusal = refusal.Error()
	}
	return reached, nil
}
