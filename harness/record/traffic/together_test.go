package traffic

import (
	"fmt"
	"testing"
	"time"

	"github.com/IBM/sarama"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/kube"
)

// TestWhatIsPublishedTogetherLiesOneBehindTheOther publishes records with headers and
// without values beside another producer, and reads them back.
func TestWhatIsPublishedTogetherLiesOneBehindTheOther(t *testing.T) {
	log := newMemory()
	cluster, beside := broker(t, log)
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for n := 0; ; n++ {
			select {
			case <-stop:
				return
			default:
				beside.Publish(Event{Topic: "events", Key: "k", ID: fmt.Sprint(n), Raw: []byte("x")})
			}
		}
	}()
	header := []sarama.RecordHeader{{Key: []byte("traceparent"), Value: []byte("\xff")}}
	var events []Event
	for n := range 8 {
		e := Event{Topic: "events", Key: "k", Headers: header, Expect: "poisoned"}
		if n%2 == 0 {
			e.Raw = []byte("null")
		}
		events = append(events, e)
	}
	answers, err := Together(log, kube.Brokers{Addresses: cluster.ListenAddrs()}, events)
	close(stop)
	<-done
	if err != nil {
		t.Fatal(err)
	}
	for i, a := range answers {
		if a.Result != history.Accepted || a.Partition != answers[0].Partition || a.Offset != answers[0].Offset+int64(i) || a.Expect != "poisoned" {
			t.Errorf("answer %d: %+v", i, a)
		}
	}
	consumer, err := sarama.NewConsumer(cluster.ListenAddrs(), kube.Brokers{}.Config())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = consumer.Close() }()
	reading, err := consumer.ConsumePartition("events", answers[0].Partition, answers[0].Offset)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = reading.Close() }()
	late := time.After(10 * time.Second)
	for i := range events {
		select {
		case m := <-reading.Messages():
			if (m.Value == nil) != (i%2 == 1) || len(m.Headers) != 1 || string(m.Headers[0].Value) != "\xff" {
				t.Errorf("record %d: %q, %d headers", i, m.Value, len(m.Headers))
			}
		case <-late:
			t.Fatal("the records do not come")
		}
	}
	if err := beside.Close(); err != nil {
		t.Error(err)
	}
}
