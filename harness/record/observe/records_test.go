package observe

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/IBM/sarama"

	"assay.dev/assay/harness/history"
)

// soon bounds a wait for what takes some of the observers' paces.
const soon = 20 * time.Second

func (b *broker) watch(log Log) *Records {
	b.t.Helper()
	r, err := WatchRecords(b.t.Context(), log, RecordsOptions{
		Brokers: b.brokers(), Topics: []string{"events"}, WithPayload: true,
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return r
}

// reading watches a new topic whose first n records it has seen.
func reading(t *testing.T, n int) (*broker, *memory, *Records) {
	t.Helper()
	b, log := newBroker(t), newMemory()
	b.topic("events", 0)
	r := b.watch(log)
	b.publish("events", n)
	b.awaitRecord(r, 0, int64(n-1))
	return b, log, r
}

// awaitRecord waits for a record of a topic's life.
func (b *broker) awaitRecord(r *Records, life int32, offset int64) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), soon)
	defer cancel()
	what := fmt.Sprintf("offset %d of life %d", offset, life)
	_, err := r.Await(ctx, what, func(c Capture) bool { return c.Life == life && c.Offset == offset })
	if err != nil {
		b.t.Fatal(err)
	}
}

// awaitTrouble waits until reading has failed in some way.
func (b *broker) awaitTrouble(r *Records, what string) {
	b.t.Helper()
	again := time.NewTicker(10 * time.Millisecond)
	defer again.Stop()
	for deadline := time.After(soon); ; {
		r.mu.Lock()
		trouble := r.trouble[partition{"events", 0}]
		r.mu.Unlock()
		if strings.Contains(trouble, what) {
			return
		}
		select {
		case <-deadline:
			b.t.Fatalf("the trouble is %q, want %q", trouble, what)
		case <-again.C:
		}
	}
}

// stopped ends the observer and returns what it says of itself.
func (b *broker) stopped(log *memory, r *Records, within time.Duration) history.Observer {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), within)
	defer cancel()
	if err := r.Stop(ctx); err != nil {
		b.t.Fatal(err)
	}
	if len(log.seen.Observers) != 1 {
		b.t.Fatalf("held out: %+v", log.seen.Observers)
	}
	return log.seen.Observers[0]
}

// seen is the records of a log as life/offset, in the order of seeing.
func seen(log *memory) string {
	var all []string
	for _, r := range log.seen.Records {
		all = append(all, fmt.Sprintf("%d/%d", r.Life, r.Offset))
	}
	return strings.Join(all, " ")
}

// gap is what a gap has to be like: it starts no later than what was seen last
// before it, and says why and where.
func gap(t *testing.T, o history.Observer, from history.Nanos, why string) {
	t.Helper()
	if o.Lost != "" || len(o.Gaps) != 1 {
		t.Fatalf("held out: %+v", o)
	}
	g := o.Gaps[0]
	if g.From > from || g.To < g.From || g.Topic != "events" || g.Partition != 0 || !strings.Contains(g.Why, why) {
		t.Errorf("gap %+v, want one from %d on: %s", g, from, why)
	}
}

func TestRecordsFromTheEndOnAreSeenUntilStop(t *testing.T) {
	t.Parallel()
	b, log := newBroker(t), newMemory()
	b.topic("events", 3)
	r := b.watch(log)
	b.publish("events", 50) // and nobody waits for them
	o := b.stopped(log, r, soon)
	if n := len(log.seen.Records); n != 50 || log.seen.Records[0].Offset != 3 || log.seen.Records[49].Offset != 52 {
		t.Errorf("saw %s, want 0/3 to 0/52", seen(log))
	}
	if o.Lost != "" || len(o.Gaps) != 0 {
		t.Errorf("held out: %+v", o)
	}
	bounds := log.seen.Bounds
	if len(bounds) != 2 || bounds[0].Next != 3 || bounds[1].Next != 53 {
		t.Errorf("bounds %+v, want next offsets 3 and 53", bounds)
	}
}

func TestALostBrokerCostsNoRecord(t *testing.T) {
	t.Parallel()
	b, log, r := reading(t, 2)
	b.cable.cut()
	b.publish("events", 2)
	b.cable.reconnect()
	b.publish("events", 1)
	o := b.stopped(log, r, soon)
	if got, want := seen(log), "0/0 0/1 0/2 0/3 0/4"; got != want || o.Lost != "" || len(o.Gaps) != 0 {
		t.Errorf("saw %s, want %s; held out: %+v", got, want, o)
	}
}

func TestABrokerThatAnsweredNothingForAWhileIsReadOn(t *testing.T) {
	t.Parallel()
	b, log, r := reading(t, 1)
	b.cable.silence()
	b.awaitTrouble(r, "describe topic events")
	b.cable.reconnect()
	b.publish("events", 1)
	b.awaitRecord(r, 0, 1) // before anything else asks the broker
	if o := b.stopped(log, r, soon); o.Lost != "" || len(o.Gaps) != 0 {
		t.Errorf("held out: %+v", o)
	}
}

func TestABrokerThatStaysAwayIsALostObserver(t *testing.T) {
	t.Parallel()
	b, log, r := reading(t, 1)
	b.cable.cut()
	if o := b.stopped(log, r, time.Second); !strings.Contains(o.Lost, "the ends of the topics are not known") {
		t.Errorf("held out: %+v", o)
	}
}

func TestRecordsThatWereGoneBeforeTheyWereSeenAreAGap(t *testing.T) {
	t.Parallel()
	b, log, r := reading(t, 2)
	b.cable.cut()
	b.publish("events", 5)
	if err := b.kafka.DeleteRecords("events", 0, 5); err != nil {
		t.Fatal(err)
	}
	b.cable.reconnect()
	o := b.stopped(log, r, soon)
	if got, want := seen(log), "0/0 0/1 0/5 0/6"; got != want {
		t.Errorf("saw %s, want %s", got, want)
	}
	gap(t, o, log.seen.Records[1].Seen, "its next record is not in the log any more: went from offset 2 to 5")
}

// The new topic has fewer records than the old one had, as many, or more: by offsets
// alone it cannot be told apart.
func TestARecreatedTopicIsReadFromItsStart(t *testing.T) {
	for _, n := range []int{1, 3, 7} {
		for how, remove := range map[string]func(*broker, *Records){
			// Were it recreated at once, it could be as if the reader had been held up.
			"connected": func(b *broker, r *Records) {
				b.remove("events")
				b.awaitTrouble(r, sarama.ErrUnknownTopicOrPartition.Error())
			},
			"cut off": func(b *broker, _ *Records) { b.cable.cut(); b.remove("events") },
			"held up": func(b *broker, _ *Records) { b.cable.hold(); b.remove("events") },
		} {
			t.Run(fmt.Sprintf("%d records, %s", n, how), func(t *testing.T) {
				t.Parallel()
				b, log, r := reading(t, 3)
				remove(b, r)
				b.topic("events", n)
				b.cable.reconnect()
				b.awaitRecord(r, 1, int64(n-1))
				o := b.stopped(log, r, soon)
				want := generations(0, 0, 3)
				if how == "held up" {
					// Nothing tells them from later ones of the old topic; the gap covers them.
					want += generations(0, 3, n)
				}
				want += generations(1, 0, n)
				if got := seen(log); got != strings.TrimSpace(want) {
					t.Errorf("saw %s, want %s", got, want)
				}
				gap(t, o, log.seen.Records[2].Seen, "the topic was recreated")
				if last := log.seen.Bounds[len(log.seen.Bounds)-1]; last.Life != 1 || last.Next != int64(n) {
					t.Errorf("last bounds %+v, want %d records of life 1", last, n)
				}
			})
		}
	}
}

// generations writes offsets of a life as seen does.
func generations(life, from, to int) (text string) {
	for offset := from; offset < to; offset++ {
		text += fmt.Sprintf("%d/%d ", life, offset)
	}
	return text
}
