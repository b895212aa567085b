package observe

import (
	"encoding/binary"
	"errors"
	"net"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/IBM/sarama"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kversion"

	"assay.dev/assay/harness/kube"
)

// broker is a Kafka of one broker in this process, which speaks what the judged
// one does. What a test does to it does not go through the cable.
type broker struct {
	t        *testing.T
	kafka    *kfake.Cluster
	cable    *cable
	admin    sarama.ClusterAdmin
	producer sarama.SyncProducer
}

func newBroker(t *testing.T) *broker {
	t.Helper()
	kafka, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.MaxVersions(kversion.V3_6_0()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(kafka.Close)
	client, admin, err := kube.Brokers{Addresses: kafka.ListenAddrs()}.Client()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	b := &broker{t: t, kafka: kafka, cable: &cable{}, admin: admin}
	if b.producer, err = sarama.NewSyncProducerFromClient(client); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.producer.Close() })
	return b
}

// brokers are reached over the cable.
func (b *broker) brokers() kube.Brokers {
	return kube.Brokers{Addresses: b.kafka.ListenAddrs(), Dialer: b.cable}
}

// topic makes a topic of one partition with n records.
func (b *broker) topic(name string, n int) {
	b.t.Helper()
	if err := b.kafka.CreateTopic(name, 1, nil); err != nil {
		b.t.Fatal(err)
	}
	b.publish(name, n)
}

// again deletes a topic and makes it again, with n records.
func (b *broker) anew(name string, n int) {
	b.t.Helper()
	b.remove(name)
	b.topic(name, n)
}

func (b *broker) remove(topic string) {
	b.t.Helper()
	if err := b.kafka.DeleteTopic(topic); err != nil {
		b.t.Fatal(err)
	}
}

// publish publishes n records, each with its number as id.
func (b *broker) publish(topic string, n int) {
	b.t.Helper()
	for i := range n {
		event := sarama.StringEncoder(`{"id":"` + strconv.Itoa(i) + `"}`)
		if _, _, err := b.producer.SendMessage(&sarama.ProducerMessage{Topic: topic, Value: event}); err != nil {
			b.t.Fatal(err)
		}
	}
}

// commit commits an offset of a group that has no members.
func (b *broker) commit(group, topic string, offset int64) {
	b.t.Helper()
	answer, err := b.admin.AlterConsumerGroupOffsets(group, map[string]map[int32]sarama.OffsetAndMetadata{
		topic: {0: {Offset: offset, LeaderEpoch: -1}},
	}, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	if code := answer.Errors[topic][0]; code != sarama.ErrNoError {
		b.t.Fatal(code)
	}
}

// cable is a Dialer whose connections can be cut, held up or silent.
type cable struct {
	mu      sync.Mutex
	open    []net.Conn
	gone    bool
	silent  bool
	delayed chan struct{} // closed by mend; nil unless held up
	fetch   chan struct{} // closed once a fetch is held up
}

// Dial implements Dialer.
func (c *cable) Dial(network, address string) (net.Conn, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.gone {
		return nil, errors.New("the cable is cut")
	}
	conn, err := net.Dial(network, address)
	if err != nil {
		return nil, err
	}
	c.open = append(c.open, conn)
	return wire{conn, c}, nil
}

// cut breaks all connections, and all that are tried until mend.
func (c *cable) cut() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.gone = true
	for _, conn := range c.open {
		_ = conn.Close()
	}
	c.open = nil
}

// hold keeps back all requests until mend. It returns when a fetch is among them, so
// that the broker has none to answer.
func (c *cable) hold() {
	fetch := make(chan struct{})
	c.mu.Lock()
	c.delayed, c.fetch = make(chan struct{}), fetch
	c.mu.Unlock()
	<-fetch
}

// silence lets whoever reads wait in vain, for no time at all, until mend.
func (c *cable) silence() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.silent = true
	for _, conn := range c.open {
		_ = conn.SetReadDeadline(time.Now())
	}
}

func (c *cable) reconnect() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.gone, c.silent = false, false
	if c.delayed != nil {
		close(c.delayed)
		c.delayed = nil
	}
}

// pass returns when a request may go on.
func (c *cable) pass(request []byte) {
	const apiKey, fetch = 4, 1 // of two bytes, after the length
	c.mu.Lock()
	delayed := c.delayed
	if delayed != nil && c.fetch != nil && len(request) > apiKey+1 && binary.BigEndian.Uint16(request[apiKey:]) == fetch {
		close(c.fetch)
		c.fetch = nil
	}
	c.mu.Unlock()
	if delayed != nil {
		<-delayed
	}
}

// wire is a connection through a cable.
type wire struct {
	net.Conn
	cable *cable
}

// SetReadDeadline implements net.Conn.
func (w wire) SetReadDeadline(t time.Time) error {
	w.cable.mu.Lock()
	defer w.cable.mu.Unlock()
	if w.cable.silent {
		t = time.Now()
	}
	return w.Conn.SetReadDeadline(t)
}

func (w wire) Write(request []byte) (int, error) {
	w.cable.pass(request)
	return w.Conn.Write(request)
}
