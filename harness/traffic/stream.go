package traffic

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/google/uuid"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/observe"
)

// StreamProfile says what events are published past the API.
type StreamProfile struct {
	// Seed is what all keys and ids come from.
	Seed uint64
	// Topic takes events of the type task.sync.
	Topic string
	// Rate is how many events are sent each second, Minimum how many have to be
	// accepted each second on average, or the load proves nothing.
	Rate, Minimum float64
	// Keys is how many tasks the events are about, each in one partition.
	Keys int
}

// streamLinger is how long events wait for each other on their way to the broker:
// at a hundred a second, a request for each costs more than the events.
const streamLinger = 25 * time.Millisecond

// Stream publishes valid events straight into Kafka until it is stopped, each with
// its entry in the ledger. The tasks that they are about are known to nobody else.
type Stream struct {
	log     observe.Log
	kafka   *Kafka
	profile StreamProfile
	begin   history.Nanos

	stop    context.CancelFunc
	running sync.WaitGroup
}

// StartStream begins to publish to brokers, as profile says, until Stop is called or
// ctx ends. The error says what is wrong with the profile, or with the brokers.
func StartStream(ctx context.Context, log observe.Log, brokers []string, dialer observe.Dialer, profile StreamProfile) (*Stream, error) {
	if profile.Rate <= 0 || profile.Keys < 1 || profile.Minimum > profile.Rate {
		return nil, fmt.Errorf("a stream of %g events a second, at least %g, of %d keys", profile.Rate, profile.Minimum, profile.Keys)
	}
	config := KafkaConfig(dialer)
	config.Producer.Flush.Frequency = streamLinger
	kafka, err := NewKafka(log, brokers, config)
	if err != nil {
		return nil, err
	}
	s := &Stream{log: log, kafka: kafka, profile: profile, begin: log.Now()}
	pacing, stop := context.WithCancel(ctx)
	s.stop = stop
	s.running.Go(func() { s.send(pacing) })
	return s, nil
}

// send sends what is due, batch by batch. What could not be sent for longer than a
// second, since too many events were on their way, is not made up for.
func (s *Stream) send(ctx context.Context) {
	events := newStreamed(s.profile)
	tick := time.NewTicker(streamLinger)
	defer tick.Stop()
	due, last := 0.0, time.Now() // due is in seconds of events
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		now := time.Now()
		due, last = min(due+now.Sub(last).Seconds(), 1), now
		for ; due*s.profile.Rate >= 1 && ctx.Err() == nil; due -= 1 / s.profile.Rate {
			s.kafka.Send(events.next(time.Now()))
		}
	}
}

// Enough reports whether the stream would have reached its minimum rate if it ended
// now.
func (s *Stream) Enough() bool {
	return enough(s.kafka.Accepted(), s.log.Now()-s.begin, s.profile.Minimum)
}

// Stop ends the stream, waits for the answers that are still out, which the brokers'
// timeouts bound, and records what was reached. The error is of the history.
func (s *Stream) Stop() (history.Load, error) {
	s.stop()
	s.running.Wait()
	load := history.Load{Begin: s.begin, End: s.log.Now(), Minimum: s.profile.Minimum}
	err := s.kafka.Close()
	load.Events = s.kafka.Accepted()
	if took := time.Duration(load.End - load.Begin).Seconds(); took > 0 {
		load.Reached = float64(load.Events) / took
	}
	return load, errors.Join(err, s.log.Write(load))
}

// streamed makes the events of a stream.
type streamed struct {
	topic  string
	random *rand.ChaCha8
	user   string
	tasks  []string
	sent   int
}

func newStreamed(profile StreamProfile) *streamed {
	e := &streamed{topic: profile.Topic, random: rand.NewChaCha8(seedOf(profile.Seed, streamSource))}
	e.user = e.id()
	for range profile.Keys {
		e.tasks = append(e.tasks, e.id())
	}
	return e
}

// streamSource is the stream's source of random numbers: no load has so many keys.
const streamSource = 1 << 32

// id is a random UUID out of the seed.
func (e *streamed) id() string {
	id, _ := uuid.NewRandomFromReader(e.random) // which never fails to read
	return id.String()
}

// next is the next event: each task in its turn.
func (e *streamed) next(now time.Time) Event {
	task, id := e.tasks[e.sent%len(e.tasks)], e.id()
	e.sent++
	raw, _ := json.Marshal(map[string]any{ // of strings, which never fails
		"specversion": "1.0", "type": syncType, "source": syncSource, "id": id,
		"time": now.UTC().Format(time.RFC3339Nano), "datacontenttype": "application/json",
		"data": map[string]any{"task_id": task, "user_id": e.user, "action": "update", "task_snapshot": map[string]any{}},
	})
	return Event{Topic: e.topic, Key: task, ID: id, Source: syncSource, Type: syncType, Raw: raw, Expect: "processed"}
}

// The type and the source of the events of a stream.
const (
	syncType   = "task.sync"
	syncSource = "todo-backend"
)
