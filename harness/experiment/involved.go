package experiment

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/IBM/sarama"
	"github.com/google/uuid"

	"assay.dev/assay/harness/fault"
	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/record/observe"
	"assay.dev/assay/harness/record/traffic"
	"assay.dev/assay/spec"
)

// Poison implements fault.Traffic.
func (l *Live) Poison(ctx context.Context, topic string, records []fault.Record) (partition int32, first int64, err error) {
	brokers, err := l.Cluster.Brokers(ctx, l.Spec.Kafka, 0)
	if err != nil {
		return 0, 0, err
	}
	answers, err := traffic.Together(l.counts, brokers, poison(topic, uuid.NewString(), records))
	if err != nil {
		return 0, 0, err
	}
	return oneBehindTheOther(answers)
}

// poison makes the events of poisoned records, marked as such, all with one key.
func poison(topic, key string, records []fault.Record) []traffic.Event {
	var events []traffic.Event
	for _, record := range records {
		e := traffic.Event{Topic: topic, Key: key, Raw: record.Value, Expect: "poisoned",
			Headers: []sarama.RecordHeader{{Key: []byte(fault.MarkHeader), Value: []byte(record.What)}}}
		for _, header := range record.Headers {
			e.Headers = append(e.Headers, sarama.RecordHeader{Key: []byte(header.Name), Value: []byte(header.Value)})
		}
		events = append(events, e)
	}
	return events
}

// oneBehindTheOther returns where records start that were published together.
func oneBehindTheOther(answers []history.Publish) (partition int32, first int64, err error) {
	for i, a := range answers {
		if a.Result != history.Accepted {
			return 0, 0, fmt.Errorf("record %d of %d was not accepted: %s %s", i+1, len(answers), a.Result, a.Error)
		}
		if a.Partition != answers[0].Partition || a.Offset != answers[0].Offset+int64(i) {
			return 0, 0, fmt.Errorf("record %d of %d is at %s/%d offset %d, the first one at %d offset %d",
				i+1, len(answers), a.Topic, a.Partition, a.Offset, answers[0].Partition, answers[0].Offset)
		}
	}
	if len(answers) == 0 {
		return 0, 0, errors.New("no records")
	}
	return answers[0].Partition, answers[0].Offset, nil
}

// burstFactor is how many large objects are made side by side: what the smallest sizes answer
// within the time of a request.
const burstFactor = 8

// Burst implements fault.Traffic. What is published past the ingress ends first: the
// broker is away, and its minimum rate is for a stream that reaches one.
func (l *Live) Burst(ctx context.Context) (int64, error) {
	if err := l.endStreams(); err != nil {
		return 0, err
	}
	return traffic.Burst(ctx, l.ingress, l.Profile.Load, burstFactor)
}

// endStreams ends the streams. It may be called again.
func (l *Live) endStreams() error {
	if l.dry {
		return nil
	}
	l.dry = true
	var problems []error
	for _, stream := range l.streams {
		_, err := stream.Stop()
		problems = append(problems, err)
	}
	return errors.Join(problems...)
}

// Silence implements fault.Traffic. It may be called again.
func (l *Live) Silence() error {
	if l.silent {
		return nil
	}
	l.silent = true
	var problems []error
	if l.generator != nil {
		_, err := l.generator.Stop()
		problems = append(problems, err)
	}
	return errors.Join(append(problems, l.endStreams())...)
}

// scheduling is a request that makes an object with a scheduled effect, the expectation
// that is scheduled, and the field that says for when.
func (l *Live) scheduling() (spec.LoadRequest, spec.Expectation, error) {
	for r, e := range l.Profile.Load.Expectations() {
		if r.Does == spec.Makes && e.Scheduled != nil && len(e.Each) > 0 {
			return r, e, nil
		}
	}
	return spec.LoadRequest{}, spec.Expectation{}, errors.New("no request of the load schedules an effect")
}

// Schedule implements fault.Traffic: of the fields that schedule an effect, the last one is
// set.
func (l *Live) Schedule(ctx context.Context, at time.Time) (string, error) {
	request, expected, err := l.scheduling()
	if err != nil {
		return "", err
	}
	with := map[string]any{}
	for _, name := range expected.Each {
		with[name] = nil
	}
	with[expected.Each[len(expected.Each)-1]] = at.UTC().Format(time.RFC3339Nano)
	maker := traffic.NewMaker(l.Profile.Load, rand.New(rand.NewPCG(l.Profile.Seed, uint64(at.UnixNano()))))
	step, err := maker.Build(request, nil, uuid.NewString(), with)
	if err != nil {
		return "", err
	}
	answer, err := l.ingress.Do(ctx, step.Call)
	if err == nil && answer.Result != history.Accepted {
		err = fmt.Errorf("make an object with a scheduled effect: %s %d %s", answer.Result, answer.Status, answer.Error)
	}
	return answer.Key, err
}

// Scheduled implements fault.Traffic.
func (l *Live) Scheduled(ctx context.Context, key string) (state string, done bool, err error) {
	_, expected, err := l.scheduling()
	if err != nil {
		return "", false, err
	}
	topic := l.Spec.Event(expected.Family).Topic
	id := scheduledFor(l.watching.Records.Captures(), topic, expected, key)
	if id == "" {
		return "", false, nil
	}
	return l.watching.Scheduled(ctx, topic, id)
}

// scheduledFor is the id of the event that schedules the effect of an object, empty as long
// as it is not in Kafka.
func scheduledFor(captures []observe.Capture, topic string, e spec.Expectation, key string) string {
	for i := range captures {
		if c := &captures[i]; c.Topic == topic && c.EventKey == key && c.Type == e.Type && c.Label == e.Label {
			return c.ID
		}
	}
	return ""
}

var _ fault.Traffic = (*Live)(nil)
