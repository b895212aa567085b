package observe

import (
	"context"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"assay.dev/assay/harness/history"
)

// join has a member of a group consume "events" until the test ends it.
func (b *broker) join(group string) (leave func()) {
	b.t.Helper()
	client, err := kgo.NewClient(kgo.SeedBrokers(b.kafka.ListenAddrs()...), kgo.ConsumerGroup(group), kgo.ConsumeTopics("events"),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()), kgo.AutoCommitInterval(100*time.Millisecond))
	if err != nil {
		b.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(b.t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		for ctx.Err() == nil {
			client.PollFetches(ctx)
		}
	}()
	return func() {
		cancel()
		<-done
		client.Close() // which leaves the group
	}
}

// awaitGroup waits until the last entry of the group suits.
func (m *memory) awaitGroup(t *testing.T, what string, suits func(history.Group) bool) {
	t.Helper()
	again := time.NewTicker(always)
	defer again.Stop()
	for deadline := time.After(soon); ; {
		m.mu.Lock()
		groups := m.seen.Groups
		m.mu.Unlock()
		if n := len(groups); n > 0 && suits(groups[n-1]) {
			return
		}
		select {
		case <-deadline:
			t.Fatalf("%s is not the last of %+v", what, groups)
		case <-again.C:
		}
	}
}

// TestMembersAreRecordedAsTheyChange has a member come and go, and another one come:
// each is a generation of its own, and no pod has to do with it.
func TestMembersAreRecordedAsTheyChange(t *testing.T) {
	t.Parallel()
	b, log := newBroker(t), newMemory()
	b.topic("events", 3)
	b.commit("worker", "events", 0)
	g := b.watchGroups(log, always)
	steady := func(g history.Group) bool { return len(g.Members) == 1 && g.State == "Stable" }
	empty := func(g history.Group) bool { return len(g.Members) == 0 }
	early, cancel := context.WithCancel(t.Context())
	cancel()
	if err := g.AwaitStable(early, "worker", soon); err == nil {
		t.Error("a group without a member counts as stable")
	}
	leave := b.join("worker")
	if err := g.AwaitStable(t.Context(), "worker", soon); err != nil {
		t.Error(err)
	}
	log.awaitGroup(t, "a group with a member", steady)
	leave()
	log.awaitGroup(t, "a group without a member", empty)
	leave = b.join("worker")
	log.awaitGroup(t, "a group with another member", steady)
	leave()
	log.awaitGroup(t, "a group without a member", empty)
	if o, _ := b.ended(log, g, soon); o.Lost != "" {
		t.Errorf("held out: %+v", o)
	}
	first, last := log.seen.Groups[0], log.seen.Groups[len(log.seen.Groups)-1]
	if last.Generation < first.Generation+4 {
		t.Errorf("generations %d to %d: %+v", first.Generation, last.Generation, log.seen.Groups)
	}
	for _, m := range log.seen.Moves {
		t.Errorf("what a member commits is no move: %+v", m)
	}
}

// TestOffsetsMovedByAnotherHandAreRecorded moves the offset of a group that has no
// member, forward and back.
func TestOffsetsMovedByAnotherHandAreRecorded(t *testing.T) {
	t.Parallel()
	b, log := newBroker(t), newMemory()
	b.topic("events", 9)
	b.commit("worker", "events", 2)
	g := b.watchGroups(log, always)
	for _, offset := range []int64{9, 4} {
		b.commit("worker", "events", offset)
		b.awaitCommit(g, offset)
	}
	b.ended(log, g, soon)
	if m := log.seen.Moves; len(m) != 2 || m[0].From != 2 || m[0].To != 9 || m[1].From != 9 || m[1].To != 4 {
		t.Errorf("%+v", m)
	}
}
