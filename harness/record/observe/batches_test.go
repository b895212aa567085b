package observe

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/judge"
)

// transact writes n records in one transaction, and ends it in a way.
func (b *broker) transact(n int, end kgo.TransactionEndTry) {
	b.t.Helper()
	client, err := kgo.NewClient(kgo.SeedBrokers(b.kafka.ListenAddrs()...), kgo.TransactionalID("outbox"), kgo.DefaultProduceTopic("events"))
	if err != nil {
		b.t.Fatal(err)
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(b.t.Context(), soon)
	defer cancel()
	if err := client.BeginTransaction(); err != nil {
		b.t.Fatal(err)
	}
	for i := range n {
		if err := client.ProduceSync(ctx, kgo.StringRecord(fmt.Sprintf(`{"id":"t%d"}`, i))).FirstErr(); err != nil {
			b.t.Fatal(err)
		}
	}
	if err := client.EndTransaction(ctx, end); err != nil {
		b.t.Fatal(err)
	}
}

// TestTransactionsLeaveOffsetsWithoutARecord ends and fills a partition with
// transactions: what the observer sees is all that a consumer of committed records
// can, and the judge finds no gap (spring-projects/spring-kafka#1587).
func TestTransactionsLeaveOffsetsWithoutARecord(t *testing.T) {
	for name, c := range map[string]struct {
		write   func(*broker)
		records int
		holes   []history.Hole
	}{
		"committed at the end": {func(b *broker) { b.transact(3, kgo.TryCommit) }, 3,
			[]history.Hole{{From: 4, To: 5, Why: history.Marker}}},
		"committed in the middle": {func(b *broker) { b.transact(2, kgo.TryCommit); b.publish("events", 2) }, 4,
			[]history.Hole{{From: 3, To: 4, Why: history.Marker}}},
		"aborted at the end": {func(b *broker) { b.publish("events", 1); b.transact(2, kgo.TryAbort) }, 1,
			[]history.Hole{{From: 2, To: 4, Why: history.Aborted}, {From: 4, To: 5, Why: history.Marker}}},
		"aborted in the middle": {func(b *broker) { b.transact(2, kgo.TryAbort); b.publish("events", 1) }, 1,
			[]history.Hole{{From: 1, To: 3, Why: history.Aborted}, {From: 3, To: 4, Why: history.Marker}}},
		"aborted and committed": {func(b *broker) { b.transact(1, kgo.TryAbort); b.transact(1, kgo.TryCommit) }, 1,
			[]history.Hole{{From: 1, To: 2, Why: history.Aborted}, {From: 2, To: 3, Why: history.Marker}, {From: 4, To: 5, Why: history.Marker}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, log := newBroker(t), newMemory()
			b.topic("events", 1)
			r := b.watch(log)
			c.write(b)
			if o := b.stopped(log, r, soon); o.Lost != "" || len(o.Gaps) > 0 {
				t.Errorf("held out: %+v", o)
			}
			if len(log.seen.Records) != c.records {
				t.Errorf("%d records: %+v", len(log.seen.Records), log.seen.Records)
			}
			covered := func(h history.Hole) (n int64) {
				for _, seen := range log.seen.Holes {
					if seen.Why == h.Why {
						n += max(0, min(seen.To, h.To)-max(seen.From, h.From))
					}
				}
				return n
			}
			total := int64(0)
			for _, h := range log.seen.Holes {
				total += h.To - h.From
			}
			for _, want := range c.holes {
				total -= want.To - want.From
				if covered(want) != want.To-want.From {
					t.Errorf("%+v is not among %+v", want, log.seen.Holes)
				}
			}
			if total != 0 {
				t.Errorf("holes %+v, want %+v", log.seen.Holes, c.holes)
			}
			v := judge.Judge(&log.seen, judge.Rules{Topics: []judge.Topic{{Name: "events", Partitions: 1}}})
			for _, g := range v.Guarantees {
				if g.Name == judge.Offsets && g.Result == judge.Fail {
					t.Errorf("%s: %+v", g.Text, g.Violations)
				}
			}
		})
	}
}

// TestAnUndecidedTransactionIsWaitedFor leaves a transaction open: nobody knows what
// will be read of it, so the observer cannot have seen everything.
func TestAnUndecidedTransactionIsWaitedFor(t *testing.T) {
	t.Parallel()
	b, log := newBroker(t), newMemory()
	b.topic("events", 1)
	r := b.watch(log)
	client, err := kgo.NewClient(kgo.SeedBrokers(b.kafka.ListenAddrs()...), kgo.TransactionalID("outbox"), kgo.DefaultProduceTopic("events"))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if err := client.BeginTransaction(); err != nil {
		t.Fatal(err)
	}
	if err := client.ProduceSync(t.Context(), kgo.StringRecord(`{"id":"open"}`)).FirstErr(); err != nil {
		t.Fatal(err)
	}
	if o := b.stopped(log, r, 2*time.Second); o.Lost == "" {
		t.Errorf("held out: %+v", o)
	}
}

// TestATruncatedLogIsReadOn deletes records that were read (DeleteRecords): nothing is
// missed, and the log starts later.
func TestATruncatedLogIsReadOn(t *testing.T) {
	t.Parallel()
	b, log, r := reading(t, 5)
	if err := b.admin.DeleteRecords("events", map[int32]int64{0: 3}); err != nil {
		t.Fatal(err)
	}
	b.publish("events", 2)
	if o := b.stopped(log, r, soon); o.Lost != "" || len(o.Gaps) > 0 {
		t.Errorf("held out: %+v", o)
	}
	if last := log.seen.Bounds[len(log.seen.Bounds)-1]; last.First != 3 || last.Next != 7 || len(log.seen.Records) != 7 {
		t.Errorf("%d records, bounds %+v", len(log.seen.Records), last)
	}
}

func TestDrainDoesNotWaitForAMarker(t *testing.T) {
	t.Parallel()
	b, log := newBroker(t), newMemory()
	b.topic("events", 0)
	b.transact(3, kgo.TryCommit)
	b.commit("worker", "events", 3)
	g := b.watchGroups(log, always)
	ctx, cancel := context.WithTimeout(t.Context(), soon)
	defer cancel()
	if err := g.Drain(ctx); err != nil {
		t.Error(err)
	}
	b.ended(log, g, soon)
}
