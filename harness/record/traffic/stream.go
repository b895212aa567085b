package traffic

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/kube"
	"assay.dev/assay/harness/record/observe"
	"assay.dev/assay/spec"
)

// StreamProfile says what events are published past the API.
type StreamProfile struct {
	// Seed is what all keys and ids come from.
	Seed uint64
	// Publication says what is published, Family of what the events are.
	Publication spec.Publication
	Family      spec.EventFamily
}

// Streams are the publications of a specification's load.
func Streams(p *spec.Spec, seed int64) []StreamProfile {
	var all []StreamProfile
	for i, publication := range p.Load.Publications {
		for _, family := range p.Events {
			if family.Family == publication.Family {
				all = append(all, StreamProfile{Seed: uint64(seed) + uint64(i), Publication: publication, Family: family})
			}
		}
	}
	return all
}

// streamLinger is how long events wait for each other on their way to the broker:
// at a hundred a second, a request for each costs more than the events.
const streamLinger = 25 * time.Millisecond

// Stream publishes valid events straight into Kafka until it is stopped, each with
// its entry in the history. The keys that they are about are known to nobody else.
type Stream struct {
	log     observe.Log
	kafka   *Kafka
	profile StreamProfile
	start   history.Nanos

	stop    context.CancelFunc
	running sync.WaitGroup
}

// StartStream starts to publish to brokers, as profile says, until Stop is called or
// ctx ends. The error says what is wrong with the profile, or with the brokers.
func StartStream(ctx context.Context, log observe.Log, brokers kube.Brokers, profile StreamProfile) (*Stream, error) {
	if p := profile.Publication; p.Rate <= 0 || p.Keys < 1 || p.Minimum > p.Rate {
		return nil, fmt.Errorf("a stream of %g events a second, at least %g, of %d keys", p.Rate, p.Minimum, p.Keys)
	}
	config := kafkaConfig(brokers)
	config.Producer.Flush.Frequency = streamLinger
	kafka, err := newKafka(log, brokers, config)
	if err != nil {
		return nil, err
	}
	s := &Stream{log: log, kafka: kafka, profile: profile, start: log.Now()}
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
		for ; due*s.profile.Publication.Rate >= 1 && ctx.Err() == nil; due -= 1 / s.profile.Publication.Rate {
			s.kafka.Send(events.next(time.Now()))
		}
	}
}

// Enough reports whether the stream would have reached its minimum rate if it ended
// now.
func (s *Stream) Enough() bool {
	return enough(s.kafka.Accepted(), s.log.Now()-s.start, s.profile.Publication.Minimum)
}

// Stop ends the stream, waits for the answers that are still out, which the brokers'
// timeouts bound, and records what was reached. The error is of the history.
func (s *Stream) Stop() (history.Load, error) {
	s.stop()
	s.running.Wait()
	load := history.Load{Start: s.start, End: s.log.Now(), Minimum: s.profile.Publication.Minimum}
	err := s.kafka.Close()
	load.Events = s.kafka.Accepted()
	if took := time.Duration(load.End - load.Start).Seconds(); took > 0 {
		load.Reached = float64(load.Events) / took
	}
	return load, errors.Join(err, s.log.Write(load))
}

// streamed makes the events of a stream.
type streamed struct {
	profile StreamProfile
	random  *rand.ChaCha8
	user    string
	keys    []string
	sent    int
}

func newStreamed(profile StreamProfile) *streamed {
	e := &streamed{profile: profile, random: rand.NewChaCha8(seedOf(profile.Seed, streamSource))}
	e.user = e.id()
	for range profile.Publication.Keys {
		e.keys = append(e.keys, e.id())
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

// next is the next event: each key in its turn.
func (e *streamed) next(now time.Time) Event {
	key, id := e.keys[e.sent%len(e.keys)], e.id()
	e.sent++
	family, publication := e.profile.Family, e.profile.Publication
	data, _ := fill(publication.Data, func(name string) any {
		if name == "key" {
			return key
		}
		return e.user
	}).(map[string]any)
	event := map[string]any{
		"specversion": "1.0", "type": publication.Type, "source": family.Source, "id": id,
		"time": now.UTC().Format(time.RFC3339Nano), "datacontenttype": "application/json", "data": data,
	}
	SetMember(event, family.Key, key)
	raw, _ := json.Marshal(event) // of texts and what YAML held, which never fails
	return Event{Topic: family.Topic, Key: key, ID: id, Source: family.Source, Type: publication.Type, Raw: raw, Expect: "processed"}
}

// SetMember sets the member of an event at a path such as data.order.id, and makes what is
// missing on the way. An empty path, or one through what is no object, sets nothing.
func SetMember(event map[string]any, path string, value any) {
	for path != "" {
		name, rest, deeper := strings.Cut(path, ".")
		if !deeper {
			event[name] = value
			return
		}
		if event[name] == nil {
			event[name] = map[string]any{}
		}
		below, ok := event[name].(map[string]any)
		if !ok {
			return
		}
		event, path = below, rest
	}
}
