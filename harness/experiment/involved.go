package experiment

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/IBM/sarama"
	"github.com/google/uuid"

	"assay.dev/assay/harness/fault"
	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/observe"
	"assay.dev/assay/harness/traffic"
	"assay.dev/assay/spec"
)

// Poison implements fault.Traffic.
func (l *Live) Poison(_ context.Context, topic string, records []fault.Record) (partition int32, first int64, err error) {
	answers, err := traffic.Together(l.ledger, []string{l.Spec.Kafka.Bootstrap}, l.Cluster.Dialer, poison(topic, uuid.NewString(), records))
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

// oneBehindTheOther returns where records begin that were published together.
func oneBehindTheOther(answers []history.Publish) (partition int32, first int64, err error) {
	for i, a := range answers {
		if a.Outcome != history.Accepted {
			return 0, 0, fmt.Errorf("record %d of %d was not accepted: %s %s", i+1, len(answers), a.Outcome, a.Error)
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

// swelling is how many large tasks are made side by side: what the smallest sizes answer
// within the time of a request.
const swelling = 8

// Swell implements fault.Traffic. What is published past the front door ends first: the
// broker is away, and its minimum rate is for a stream that reaches one.
func (l *Live) Swell(ctx context.Context) (int64, error) {
	if err := l.endStream(); err != nil {
		return 0, err
	}
	return traffic.Swell(ctx, l.front, swelling)
}

// endStream ends the stream. It may be called again.
func (l *Live) endStream() error {
	if l.stream == nil || l.dry {
		return nil
	}
	l.dry = true
	_, err := l.stream.Stop()
	return err
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
	return errors.Join(append(problems, l.endStream())...)
}

// Schedule implements fault.Traffic.
func (l *Live) Schedule(ctx context.Context, at time.Time) (string, error) {
	user := uuid.NewString()
	body := fmt.Sprintf(`{"user_id":%q,"title":"comes soon","remind_at":%q}`, user, at.UTC().Format(time.RFC3339Nano))
	answer, err := l.front.Do(ctx, observe.Call{
		Method: http.MethodPost, Path: "/api/tasks", Body: []byte(body), User: user, Change: "create", Counts: map[string]int{"reminders": 1}, KeyAt: spec.Place{Body: "task_id"}, EventAt: spec.Place{Header: "ETag"},
	})
	if err == nil && answer.Outcome != history.Accepted {
		err = fmt.Errorf("make a task with a reminder: %s %d %s", answer.Outcome, answer.Status, answer.Error)
	}
	return answer.Key, err
}

// Scheduled implements fault.Traffic.
func (l *Live) Scheduled(ctx context.Context, task string) (state string, delivered bool, err error) {
	id := reminderOf(l.watching.Records.Captures(), l.topicOf(reminders), task)
	if id == "" {
		return "", false, nil
	}
	return l.watching.Scheduled(ctx, l.topicOf(reminders), id)
}

// reminders is the family of the events that remind.
const reminders = "reminder-event"

// topicOf is the topic of a family of events.
func (l *Live) topicOf(family string) string {
	for _, e := range l.Spec.Events {
		if e.Family == family {
			return e.Topic
		}
	}
	return ""
}

// reminderOf is the id of a task's reminder, empty as long as it is not in Kafka.
func reminderOf(captures []observe.Capture, topic, task string) string {
	for i := range captures {
		if captures[i].Topic == topic && captures[i].EventKey == task {
			return captures[i].ID
		}
	}
	return ""
}

var _ fault.Traffic = (*Live)(nil)
