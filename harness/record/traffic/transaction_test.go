package traffic

import (
	"testing"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/kube"
)

// TestATransactionLeavesAnOffsetWithoutARecord publishes in a transaction, then without
// one: the marker is between both.
func TestATransactionLeavesAnOffsetWithoutARecord(t *testing.T) {
	log := newMemory()
	cluster, kafka := broker(t, log)
	answers, err := Transaction(log, kube.Brokers{Addresses: cluster.ListenAddrs()}, "assay-test", []Event{
		{Topic: "events", Key: "k", ID: "1", Raw: []byte("a")}, {Topic: "events", Key: "k", ID: "2", Raw: []byte("b")},
	})
	if err != nil {
		t.Fatal(err)
	}
	for i, a := range answers {
		if a.Result != history.Accepted || a.Offset != int64(i) || a.Partition != answers[0].Partition {
			t.Errorf("answer %d: %+v", i, a)
		}
	}
	after := kafka.Publish(Event{Topic: "events", Key: "k", ID: "3", Raw: []byte("c")})
	if err := kafka.Close(); err != nil || after.Offset != 3 || after.Partition != answers[0].Partition {
		t.Errorf("the record behind the transaction: %+v, %v", after, err)
	}
}
