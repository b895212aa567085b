package eventing

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/IBM/sarama"
	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/record/observe"
	"assay.dev/assay/harness/record/probe"
	"assay.dev/assay/harness/record/probe/install"
	"assay.dev/assay/harness/record/traffic"
)

// probeSource is the source of the events to the probe.
const probeSource = "assay"

// source is that of the step's event, empty for bytes that are none.
func (s *step) source() string {
	if s.ID == "" {
		return ""
	}
	return probeSource
}

// probeEvent is the only type of event that the probe is routed.
const probeEvent = "probe.event"

// defaultRetention is what the broker gives a topic that states none.
const defaultRetention = 168 * time.Hour

var (
	// flowTopic is the one that the probe subscribes to.
	flowTopic = install.Topic{Name: "assay-probe-flow", Partitions: 4, Types: []string{probeEvent}}
	// streamTopic is for trying streaming subscriptions: nobody publishes to it.
	streamTopic = install.Topic{Name: "assay-probe-stream", Partitions: 1}
)

func probeTopics() []install.Topic { return []install.Topic{flowTopic, streamTopic} }

// Partitions of flowTopic, by what happens there.
const (
	poisoned = iota // one event fails until it is dead-lettered, others wait behind it
	mixed           // one event after the other that is dropped, unroutable, heals
	slow            // events whose retries take long
	quiet           // nothing fails
)

// step is an event to the probe.
type step struct {
	Name      string
	partition int32
	answers   []probe.Answer // Success if there are none
	expect    string
	kind      string // its type, probeEvent if empty
	bytes     string // what is sent instead of an event
	ttl       time.Duration
	viaDapr   bool
	// binary puts the attributes into headers (CloudEvents 1.0.2, Kafka Protocol Binding,
	// 3.2), inTransaction the record into a transaction of its own.
	binary, inTransaction bool
	// after names the step that has to be delivered first.
	after string

	ID, Key string
	Raw     []byte
	Publish history.Publish
	headers []sarama.RecordHeader
}

// script are the events to the probe, by name.
type script map[string]*step

// bystanders is how many events go to the partition beside the poisoned one.
const bystanders = 10

// ttl is shorter than the retries that the event has to wait for.
const ttl = 2 * time.Second

// longTTL is longer than a delivery takes.
const longTTL = time.Minute

// steps are the script in the order of sending: an event is sent once the one
// before it in its partition is in Kafka.
func steps() []*step {
	all := []*step{
		{Name: "poison", partition: poisoned, answers: []probe.Answer{probe.Fail}, expect: "failed"},
		{Name: "expiring", partition: poisoned, expect: "expired", ttl: ttl, viaDapr: true},
		{Name: "behind", partition: poisoned},
		{Name: "healing", partition: mixed, answers: []probe.Answer{probe.Retry, probe.Fail, probe.Success}},
		{Name: "dropped", partition: mixed, answers: []probe.Answer{probe.Drop}, expect: "failed"},
		{Name: "unroutable", partition: mixed, kind: "probe.other", expect: "failed"},
		{Name: "undecodable", partition: mixed, bytes: "no event ", expect: "failed"},
		{Name: "through dapr", partition: mixed, viaDapr: true},
		{Name: "in time", partition: mixed, ttl: longTTL, viaDapr: true},
		{Name: "binary", partition: mixed, binary: true, expect: "failed"},
		{Name: "retried", partition: slow, answers: []probe.Answer{probe.Retry}, expect: "failed"},
		{Name: "hanging", partition: slow, answers: []probe.Answer{probe.None, probe.Success}},
		{Name: "unacknowledged", partition: slow, answers: []probe.Answer{probe.Lost, probe.Success}},
		{Name: "in a transaction", partition: slow, inTransaction: true},
	}
	for i := range bystanders {
		// They come while the poisoned one is tried again.
		all = append(all, &step{Name: fmt.Sprint("bystander ", i), partition: quiet, after: "poison"})
	}
	return all
}

// prepare gives the step its identity and its bytes.
func (s *step) prepare() error {
	s.ID, s.Key = uuid.NewString(), keyFor(s.partition)
	if s.bytes != "" {
		s.Raw, s.ID = []byte(s.bytes+s.ID), ""
		return nil
	}
	kind := s.kind
	if kind == "" {
		kind = probeEvent
	}
	data := map[string]any{"key": s.Key, "step": s.Name}
	if s.binary {
		return s.dress(kind, data)
	}
	var err error
	s.Raw, err = json.Marshal(map[string]any{
		"specversion": "1.0", "type": kind, "source": probeSource, "id": s.ID, "time": time.Now().UTC(),
		"datacontenttype": "application/json", "data": data,
	})
	return err
}

// dress makes an event in the binary content mode: the value is its data.
func (s *step) dress(kind string, data map[string]any) (err error) {
	for _, header := range [][2]string{
		{"content-type", "application/json"}, {"ce_specversion", "1.0"}, {"ce_type", kind}, {"ce_source", probeSource}, {"ce_id", s.ID},
	} {
		s.headers = append(s.headers, sarama.RecordHeader{Key: []byte(header[0]), Value: []byte(header[1])})
	}
	s.Raw, err = json.Marshal(data)
	return err
}

// keyFor finds a key that Kafka's clients put into a partition of flowTopic.
func keyFor(partition int32) string {
	hash := sarama.NewHashPartitioner(flowTopic.Name)
	for {
		key := uuid.NewString()
		found, err := hash.Partition(&sarama.ProducerMessage{Key: sarama.StringEncoder(key)}, int32(flowTopic.Partitions))
		if err == nil && found == partition {
			return key
		}
	}
}

// play sends the script and waits until the probe was delivered its last part.
func (x *experiment) play(ctx context.Context) error {
	x.Script = script{}
	byPartition := map[int32][]*step{}
	var rules []probe.Rule
	for _, s := range steps() {
		if err := s.prepare(); err != nil {
			return err
		}
		x.Script[s.Name] = s
		byPartition[s.partition] = append(byPartition[s.partition], s)
		if len(s.answers) > 0 {
			rules = append(rules, probe.Rule{ID: s.ID, Answers: s.answers})
		}
	}
	if err := x.probe.Answers(ctx, rules); err != nil {
		return fmt.Errorf("configure the answers of the probe: %w", err)
	}
	playing, all := errgroup.WithContext(ctx)
	for _, part := range byPartition {
		playing.Go(func() error {
			for _, s := range part {
				if err := x.send(all, s); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := playing.Wait(); err != nil {
		return fmt.Errorf("play the script: %w", err)
	}
	return x.played(ctx)
}

// send publishes one step. One that is not accepted ends the experiment: what
// follows would prove nothing.
func (x *experiment) send(ctx context.Context, s *step) (err error) {
	if s.after != "" {
		if err := x.delivered(ctx, s.after); err != nil {
			return err
		}
	}
	event := traffic.Event{
		Topic: flowTopic.Name, Key: s.Key, ID: s.ID, Source: s.source(), Type: s.kind, Raw: s.Raw, Headers: s.headers, TTL: s.ttl, Expect: s.expect,
	}
	switch {
	case s.viaDapr:
		s.Publish, err = x.sidecar.Publish(ctx, event)
	case s.inTransaction:
		var answers []history.Publish
		answers, err = traffic.Transaction(x.journal, x.brokers, experimentName, []traffic.Event{event})
		if len(answers) > 0 {
			s.Publish = answers[0]
		}
	default:
		s.Publish = x.raw.Publish(event)
	}
	if err == nil && s.Publish.Result != history.Accepted {
		err = errors.New(s.Publish.Error)
	}
	if err != nil {
		return fmt.Errorf("step %s: %w", s.Name, err)
	}
	return nil
}

// played waits for the end of each partition: the last event is delivered, or the
// time for that is over, which the judge sees.
func (x *experiment) played(ctx context.Context) error {
	within := p.Spec.Dapr.Resiliency.Budget() + timeouts.EventDelivered.Duration
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	last := []string{"behind", fmt.Sprint("bystander ", bystanders-1), "in a transaction"}
	err := x.deliveries.Await(ctx, "the end of the script", func(all []probe.Delivery) bool {
		return !slices.ContainsFunc(last, func(name string) bool { return !succeeded(all, x.Script[name].ID) })
	})
	if errors.Is(err, context.DeadlineExceeded) {
		return nil
	}
	return err
}

// delivered waits for the first delivery of a step.
func (x *experiment) delivered(ctx context.Context, name string) error {
	ctx, cancel := context.WithTimeout(ctx, timeouts.EventDelivered.Duration)
	defer cancel()
	return x.deliveries.Await(ctx, "the delivery of "+name, func(all []probe.Delivery) bool {
		return slices.ContainsFunc(all, func(d probe.Delivery) bool { return d.ID == x.Script[name].ID })
	})
}

func succeeded(all []probe.Delivery, id string) bool {
	return slices.ContainsFunc(all, func(d probe.Delivery) bool { return d.ID == id && d.Answer == probe.Success })
}

// deliveriesOf are the deliveries of one step, in their order.
func (x *experiment) deliveriesOf(name string) []probe.Delivery {
	return filter(x.Deliveries, func(d probe.Delivery) bool { return d.ID == x.Script[name].ID && d.Topic == flowTopic.Name })
}

// flowForms are the forms of what the probe is sent, and of its dead letters.
func flowForms() map[string]observe.Form {
	form := observe.Form{Key: "data.key"}
	return map[string]observe.Form{flowTopic.Name: form, flowTopic.DeadLetters(): form}
}
