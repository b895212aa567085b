package observe

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"assay.dev/assay/harness/history"
)

// watchGroups watches the group of "events", and looks at it all the time, or
// only when it is told to.
func (b *broker) watchGroups(log Log, every time.Duration) *Groups {
	b.t.Helper()
	g, err := WatchGroups(b.t.Context(), log, GroupsOptions{
		Brokers: b.brokers(), Topics: map[string][]string{"worker": {"events"}},
		Every: every, Steady: 10 * every,
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return g
}

const (
	always = 10 * time.Millisecond
	onStop = time.Hour
)

// awaitCommit waits until an offset was seen.
func (b *broker) awaitCommit(g *Groups, offset int64) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), soon)
	defer cancel()
	for g.Committed("worker", "events", 0) != offset {
		select {
		case <-ctx.Done():
			b.t.Fatalf("committed is %d, want %d", g.Committed("worker", "events", 0), offset)
		case <-time.After(always):
		}
	}
}

// ended ends the observer; it returns what it says of itself and the commits that
// it recorded, as life/offset.
func (b *broker) ended(log *memory, g *Groups, within time.Duration) (history.Observer, string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), within)
	defer cancel()
	if err := g.Stop(ctx); err != nil {
		b.t.Fatal(err)
	}
	if len(log.seen.Observers) != 1 {
		b.t.Fatalf("held out: %+v", log.seen.Observers)
	}
	var all []string
	for _, c := range log.seen.Commits {
		all = append(all, fmt.Sprintf("%d/%d", c.Life, c.Offset))
	}
	return log.seen.Observers[0], strings.Join(all, " ")
}

func TestCommittedOffsetsAreRecordedAsTheyChange(t *testing.T) {
	t.Parallel()
	b, log := newBroker(t), newMemory()
	b.topic("events", 9)
	b.commit("worker", "events", 0)
	g := b.watchGroups(log, always)
	for _, offset := range []int64{4, 9, 2, 3} { // backwards, too
		b.commit("worker", "events", offset)
		b.awaitCommit(g, offset)
	}
	o, commits := b.ended(log, g, soon)
	if want := "0/0 0/4 0/9 0/2 0/3"; commits != want || o.Lost != "" {
		t.Errorf("recorded %s, want %s; held out: %+v", commits, want, o)
	}
}

func TestStopLooksOnceMore(t *testing.T) {
	t.Parallel()
	b, log := newBroker(t), newMemory()
	b.topic("events", 9)
	b.commit("worker", "events", 1)
	g := b.watchGroups(log, onStop)
	b.commit("worker", "events", 7)
	if o, commits := b.ended(log, g, soon); commits != "0/1 0/7" || o.Lost != "" {
		t.Errorf("recorded %s, want 0/1 0/7; held out: %+v", commits, o)
	}
}

func TestOffsetsOfATopicMadeAnewAreOfItsNextLife(t *testing.T) {
	t.Parallel()
	b, log := newBroker(t), newMemory()
	b.topic("events", 9)
	b.commit("worker", "events", 5)
	g := b.watchGroups(log, onStop)
	b.anew("events", 9)
	// The same number, of another topic.
	b.commit("worker", "events", 5)
	if o, commits := b.ended(log, g, soon); commits != "0/5 1/5" || o.Lost != "" {
		t.Errorf("recorded %s, want 0/5 1/5; held out: %+v", commits, o)
	}
}

func TestGroupsGoOnAfterALostBroker(t *testing.T) {
	t.Parallel()
	b, log := newBroker(t), newMemory()
	b.topic("events", 9)
	b.commit("worker", "events", 1)
	g := b.watchGroups(log, always)
	b.cable.cut()
	b.commit("worker", "events", 3)
	b.commit("worker", "events", 6)
	b.cable.reconnect()
	b.awaitCommit(g, 6)
	if o, commits := b.ended(log, g, soon); commits != "0/1 0/6" || o.Lost != "" {
		t.Errorf("recorded %s, want 0/1 0/6; held out: %+v", commits, o)
	}
}

func TestGroupsWithoutALastLookAreALostObserver(t *testing.T) {
	t.Parallel()
	b, log := newBroker(t), newMemory()
	b.topic("events", 9)
	b.commit("worker", "events", 1)
	g := b.watchGroups(log, always)
	b.cable.cut()
	if o, _ := b.ended(log, g, time.Second); !strings.Contains(o.Lost, "the last look failed") {
		t.Errorf("held out: %+v", o)
	}
}

func TestDrainWaitsForWhatIsLeft(t *testing.T) {
	t.Parallel()
	b, log := newBroker(t), newMemory()
	b.topic("events", 9)
	b.commit("worker", "events", 7)
	g := b.watchGroups(log, always)
	short, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	if err := g.Drain(short); err == nil || !strings.Contains(err.Error(), "worker has 2 records of events/0 left") {
		t.Errorf("drained: %v", err)
	}
	b.commit("worker", "events", 9)
	long, cancel := context.WithTimeout(t.Context(), soon)
	defer cancel()
	if err := g.Drain(long); err != nil {
		t.Error(err)
	}
	if o, _ := b.ended(log, g, soon); o.Lost != "" {
		t.Errorf("held out: %+v", o)
	}
}
