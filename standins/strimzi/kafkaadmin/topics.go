package kafkaadmin

import (
	"errors"
	"fmt"
	"sync"

	"github.com/IBM/sarama"
)

// Errors that callers tell apart; they wrap the broker's own message.
var (
	ErrTopicNotFound = errors.New("topic does not exist")
	ErrTopicExists   = errors.New("topic already exists")
)

// Topic is a topic as the broker has it.
type Topic struct {
	// ID is the topic id (KIP-516), base64url without padding.
	ID string
	// Replicas is the number of replicas of each partition, by partition.
	Replicas map[int32]int
	// Config holds what was set for this topic, not defaults.
	Config map[string]string
}

// Topics changes topics. It connects on first use and again after the
// connection failed. It is safe for concurrent use.
type Topics struct {
	addresses []string
	dial      func() (sarama.ClusterAdmin, error)

	mu    sync.Mutex
	admin sarama.ClusterAdmin
}

// NewTopics returns an administrator of the cluster behind the addresses
// (host:port). It does not connect yet.
func NewTopics(addresses []string) *Topics {
	return &Topics{addresses: addresses, dial: func() (sarama.ClusterAdmin, error) {
		return sarama.NewClusterAdmin(addresses, config("strimzi-topic-operator"))
	}}
}

// Close ends the connection, if there is one.
func (t *Topics) Close() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.disconnect()
}

func (t *Topics) disconnect() error {
	if t.admin == nil {
		return nil
	}
	err := t.admin.Close()
	t.admin = nil
	if err != nil {
		return fmt.Errorf("close connection to %v: %w", t.addresses, err)
	}
	return nil
}

// do runs an exchange on a live connection. After anything but an answer of a
// broker the connection is given up, so that the next call starts afresh.
func (t *Topics) do(exchange func(sarama.ClusterAdmin) error) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.admin == nil {
		admin, err := t.dial()
		if err != nil {
			return fmt.Errorf("connect to %v: %w", t.addresses, err)
		}
		t.admin = admin
	}
	err := exchange(t.admin)
	var answer sarama.KError
	if err != nil && !errors.As(err, &answer) && !errors.Is(err, ErrTopicNotFound) {
		if closeErr := t.disconnect(); closeErr != nil {
			return errors.Join(err, closeErr)
		}
	}
	return err
}

// Describe returns a topic, or ErrTopicNotFound.
func (t *Topics) Describe(name string) (*Topic, error) {
	var topic *Topic
	err := t.do(func(admin sarama.ClusterAdmin) error {
		described, err := admin.DescribeTopics([]string{name})
		if err != nil {
			return fmt.Errorf("describe topic %s: %w", name, err)
		}
		if len(described) != 1 {
			return fmt.Errorf("describe topic %s: %d answers", name, len(described))
		}
		if err := topicError(described[0].Err); err != nil {
			return fmt.Errorf("describe topic %s: %w", name, err)
		}
		results, err := admin.DescribeConfigs([]*sarama.ConfigResource{{Type: sarama.TopicResource, Name: name}}, sarama.DescribeConfigsOptions{})
		if err != nil {
			return fmt.Errorf("describe configuration of topic %s: %w", name, translate(err))
		}
		topic = &Topic{ID: described[0].Uuid.String(), Replicas: map[int32]int{}, Config: map[string]string{}}
		for _, p := range described[0].Partitions {
			topic.Replicas[p.ID] = len(p.Replicas)
		}
		for _, result := range results {
			if err := topicError(result.ErrorCode); err != nil {
				return fmt.Errorf("describe configuration of topic %s: %w", name, err)
			}
			for _, entry := range result.Configs {
				if entry.Source == sarama.SourceTopic {
					topic.Config[entry.Name] = entry.Value
				}
			}
		}
		return nil
	})
	return topic, err
}

// Create makes a topic; partitions and replicas of -1 mean the broker's
// default. It returns ErrTopicExists if there is one of that name.
func (t *Topics) Create(name string, partitions, replicas int32, config map[string]string) error {
	if replicas > 1<<15-1 {
		return fmt.Errorf("create topic %s: %d replicas are more than Kafka's limit of 32767", name, replicas)
	}
	detail := &sarama.TopicDetail{
		NumPartitions:     partitions,
		ReplicationFactor: int16(replicas),
		ConfigEntries:     map[string]*string{},
	}
	for key, value := range config {
		detail.ConfigEntries[key] = &value
	}
	return t.change("create topic "+name, func(admin sarama.ClusterAdmin) error {
		return admin.CreateTopic(name, detail, false)
	})
}

// AlterConfig sets and resets settings of a topic, leaving others alone
// (KIP-339).
func (t *Topics) AlterConfig(name string, set map[string]string, reset []string) error {
	entries := map[string]sarama.IncrementalAlterConfigsEntry{}
	for key, value := range set {
		entries[key] = sarama.IncrementalAlterConfigsEntry{
			Operation: sarama.IncrementalAlterConfigsOperationSet, Value: &value,
		}
	}
	for _, key := range reset {
		entries[key] = sarama.IncrementalAlterConfigsEntry{Operation: sarama.IncrementalAlterConfigsOperationDelete}
	}
	return t.change("configure topic "+name, func(admin sarama.ClusterAdmin) error {
		return admin.IncrementalAlterConfig(sarama.TopicResource, name, entries, false)
	})
}

// AddPartitions raises the number of partitions to total.
func (t *Topics) AddPartitions(name string, total int32) error {
	return t.change("add partitions to topic "+name, func(admin sarama.ClusterAdmin) error {
		return admin.CreatePartitions(name, total, nil, false)
	})
}

// Delete removes a topic; one that is gone already is no error.
func (t *Topics) Delete(name string) error {
	err := t.change("delete topic "+name, func(admin sarama.ClusterAdmin) error {
		return admin.DeleteTopic(name)
	})
	if errors.Is(err, ErrTopicNotFound) {
		return nil
	}
	return err
}

func (t *Topics) change(what string, exchange func(sarama.ClusterAdmin) error) error {
	return t.do(func(admin sarama.ClusterAdmin) error {
		if err := exchange(admin); err != nil {
			return fmt.Errorf("%s: %w", what, translate(err))
		}
		return nil
	})
}

func topicError(code sarama.KError) error {
	if code == sarama.ErrNoError {
		return nil
	}
	return translate(code)
}

// translate marks the two answers that callers tell apart.
func translate(err error) error {
	switch {
	case errors.Is(err, sarama.ErrUnknownTopicOrPartition):
		return fmt.Errorf("%w: %w", ErrTopicNotFound, err)
	case errors.Is(err, sarama.ErrTopicAlreadyExists):
		return fmt.Errorf("%w: %w", ErrTopicExists, err)
	}
	return err
}
