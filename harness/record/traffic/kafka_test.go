package traffic

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"testing"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kversion"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/kube"
)

// broker is a Kafka in this process, and a generator that publishes to its topic
// "events" of three partitions.
func broker(t *testing.T, log *memory) (*kfake.Cluster, *Kafka) {
	t.Helper()
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.MaxVersions(kversion.V3_6_0()), kfake.SeedTopics(3, "events"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Close)
	kafka, err := NewKafka(log, kube.Brokers{Addresses: cluster.ListenAddrs()})
	if err != nil {
		t.Fatal(err)
	}
	return cluster, kafka
}

// failing lets the next requests to produce end with code.
func failing(cluster *kfake.Cluster, code *kerr.Error) {
	fault := kfake.Fault{Topic: "events", Err: code, Count: -1}
	fault.Keys = append(fault.Keys, 0) // produce
	cluster.Fault(fault)
}

// recordsIn is how many records the broker holds.
func recordsIn(cluster *kfake.Cluster) (n int64) {
	for _, p := range cluster.PartitionInfos("events") {
		n += p.HighWatermark
	}
	return n
}

func TestTheHistoryRecordsWhereEachEventIs(t *testing.T) {
	log := newMemory()
	cluster, kafka := broker(t, log)
	for i := range 100 {
		kafka.Send(Event{Topic: "events", Key: fmt.Sprint(i % 7), ID: fmt.Sprint(i), Type: "t", Raw: fmt.Append(nil, i), Expect: "failed"})
	}
	kafka.Flush()
	if n := kafka.Accepted(); n != 100 || kafka.Refusal() != nil || recordsIn(cluster) != 100 {
		t.Errorf("accepted %d, %v; the broker holds %d; want 100", n, kafka.Refusal(), recordsIn(cluster))
	}
	last := kafka.Publish(Event{Topic: "events", ID: "last", Raw: []byte("x")})
	if err := kafka.Close(); err != nil {
		t.Fatal(err)
	}
	places, partitions := map[string]string{}, map[string]int32{}
	for _, e := range log.seen.Publishes {
		place := fmt.Sprintf("%d/%d", e.Partition, e.Offset)
		if other, taken := places[place]; taken {
			t.Errorf("%s and %s are both at %s", other, e.ID, place)
		}
		places[place] = e.ID
		if p, known := partitions[e.Key]; known && p != e.Partition && e.Key != "" {
			t.Errorf("key %s is in partitions %d and %d", e.Key, p, e.Partition)
		}
		partitions[e.Key] = e.Partition
		if e.Result != history.Accepted || e.Via != "kafka" || e.Start > e.End {
			t.Errorf("entry %+v", e)
		}
	}
	if len(log.seen.Publishes) != 101 || len(places) != 101 {
		t.Errorf("%d entries at %d places, want 101", len(log.seen.Publishes), len(places))
	}
	digest := sha256.Sum256([]byte("x"))
	if last.SHA256 != hex.EncodeToString(digest[:]) || last.Size != 1 || last.Result != history.Accepted {
		t.Errorf("last entry %+v", last)
	}
}

func TestAnEventThatTheBrokerRefusesIsRefused(t *testing.T) {
	log := newMemory()
	cluster, kafka := broker(t, log)
	failing(cluster, kerr.TopicAuthorizationFailed)
	e := kafka.Publish(Event{Topic: "events", ID: "1", Raw: []byte("x")})
	if e.Result != history.Refused || e.Status != int(kerr.TopicAuthorizationFailed.Code) || e.Partition != -1 || e.Offset != -1 {
		t.Errorf("entry %+v", e)
	}
	if n := kafka.Accepted(); n != 0 || kafka.Refusal() == nil || recordsIn(cluster) != 0 {
		t.Errorf("accepted %d, %v; the broker holds %d", n, kafka.Refusal(), recordsIn(cluster))
	}
	if err := kafka.Close(); err != nil || len(log.seen.Publishes) != 1 {
		t.Errorf("%d entries, %v", len(log.seen.Publishes), err)
	}
}

// A broker that answers too late may have taken the event: nobody knows, and it
// must not be sent again, or it is there twice.
func TestAnEventWithoutACertainAnswerIsUnknownAndSentOnce(t *testing.T) {
	log := newMemory()
	cluster, kafka := broker(t, log)
	failing(cluster, kerr.RequestTimedOut)
	if e := kafka.Publish(Event{Topic: "events", ID: "1", Raw: []byte("x")}); e.Result != history.Unknown {
		t.Errorf("entry %+v", e)
	}
	if n := recordsIn(cluster); n != 1 {
		t.Errorf("the broker holds %d records, want 1", n)
	}
	cluster.Close()
	if e := kafka.Publish(Event{Topic: "events", ID: "2", Raw: []byte("x")}); e.Result != history.Unknown || e.Error == "" {
		t.Errorf("entry without a broker %+v", e)
	}
	if err := kafka.Close(); err != nil || len(log.seen.Publishes) != 2 || kafka.Accepted() != 0 {
		t.Errorf("%d entries, %d accepted, %v", len(log.seen.Publishes), kafka.Accepted(), err)
	}
}

// TestALeaderThatEndsMayHaveTheRecord: the answers of a leader that appended a record and
// ended being the leader before the others had it say nothing of where the record is.
func TestALeaderThatEndsMayHaveTheRecord(t *testing.T) {
	for _, test := range []struct {
		code *kerr.Error
		want history.Result
	}{
		{kerr.NotLeaderForPartition, history.Unknown}, {kerr.KafkaStorageError, history.Unknown},
		{kerr.NotEnoughReplicasAfterAppend, history.Unknown}, {kerr.NotEnoughReplicas, history.Refused},
	} {
		cluster, kafka := broker(t, newMemory())
		failing(cluster, test.code)
		if got := kafka.Publish(Event{Topic: "events", ID: "one", Raw: []byte("x")}); got.Result != test.want {
			t.Errorf("%s: %s, want %s", test.code.Message, got.Result, test.want)
		}
		if err := kafka.Close(); err != nil {
			t.Error(err)
		}
	}
}
