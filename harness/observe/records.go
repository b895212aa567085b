package observe

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/IBM/sarama"

	"assay.dev/assay/harness/history"
)

// Capture is a record of Kafka with what a history does not keep of it.
type Capture struct {
	history.Record
	Raw     []byte
	Headers map[string]string
}

// Records watches topics record by record. A lost connection costs it nothing: it
// goes on at the next offset, and what is no longer there then is a gap.
type Records struct {
	log     Log
	options RecordsOptions
	client  sarama.Client
	admin   sarama.ClusterAdmin
	begin   history.Nanos

	stop    context.CancelFunc
	running sync.WaitGroup

	mu       sync.Mutex
	captures []Capture
	changed  chan struct{} // closed and made anew with each capture
	next     map[partition]int64
	// made is which topic of its name a partition is of, since topics are made anew.
	made map[partition]sarama.Uuid
	// lives counts how often it was.
	lives   map[partition]int32
	gaps    []history.Gap
	trouble map[partition]string // the last error since the last record
	failed  error                // of the history, the first
}

type partition struct {
	topic  string
	number int32
}

// RecordsOptions say what is watched.
type RecordsOptions struct {
	Brokers []string
	Dialer  Dialer
	Topics  []string
	// Families names the event schema of each topic whose records are events.
	Families map[string]string
	// Keep keeps what is seen in memory, for Captures and Await.
	Keep bool
}

// WatchRecords watches topics from their present ends on. It knows them when it
// returns, so whatever is published afterwards is seen.
func WatchRecords(ctx context.Context, log Log, options RecordsOptions) (*Records, error) {
	client, err := sarama.NewClient(options.Brokers, KafkaConfig(options.Dialer))
	if err != nil {
		return nil, fmt.Errorf("watch records: %w", err)
	}
	r := &Records{
		log: log, options: options, client: client, begin: log.Now(), changed: make(chan struct{}),
		made: map[partition]sarama.Uuid{}, lives: map[partition]int32{}, trouble: map[partition]string{},
	}
	consumer, err := r.prepare()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("watch records: %w", err), client.Close())
	}
	watching, stop := context.WithCancel(context.WithoutCancel(ctx))
	r.stop = stop
	for p := range maps.Clone(r.next) {
		r.running.Go(func() { r.follow(watching, consumer, p) })
	}
	return r, nil
}

// prepare finds out where the partitions end and which topics they are of.
func (r *Records) prepare() (sarama.Consumer, error) {
	var err error
	if r.admin, err = sarama.NewClusterAdminFromClient(r.client); err != nil {
		return nil, err
	}
	if r.next, err = r.bounds(); err != nil {
		return nil, err
	}
	for p := range r.next {
		if r.made[p], err = r.identity(p.topic); err != nil {
			return nil, err
		}
	}
	return sarama.NewConsumerFromClient(r.client)
}

// identity is the id of the topic that has the name now.
func (r *Records) identity(topic string) (sarama.Uuid, error) {
	described, err := r.admin.DescribeTopics([]string{topic})
	if err == nil && len(described) == 1 && described[0].Err != sarama.ErrNoError {
		err = described[0].Err
	}
	if err != nil || len(described) != 1 {
		return sarama.Uuid{}, fmt.Errorf("describe topic %s: %w", topic, err)
	}
	return described[0].Uuid, nil
}

// follow reads one partition until ctx ends.
func (r *Records) follow(ctx context.Context, consumer sarama.Consumer, p partition) {
	again := time.NewTicker(brokerRetry)
	defer again.Stop()
	last := r.log.Now()
	for ctx.Err() == nil {
		if err := r.step(ctx, consumer, p, &last); err != nil {
			r.note(p, err)
		}
		select {
		case <-ctx.Done():
		case <-again.C:
		}
	}
}

// identityPace is the time between two looks at whether a topic is still the same.
const identityPace = 5 * time.Second

// step reads one partition until reading it ends, for whatever reason. The topic
// is looked at first: one that was made anew begins at its beginning.
func (r *Records) step(ctx context.Context, consumer sarama.Consumer, p partition, last *history.Nanos) error {
	identity, err := r.identity(p.topic)
	if err != nil {
		return err
	}
	if identity != r.known(p) {
		if err := r.jump(p, *last, "the topic was made anew"); err != nil {
			return err
		}
		r.mu.Lock()
		r.made[p] = identity
		r.lives[p]++
		r.mu.Unlock()
	}
	reading, err := consumer.ConsumePartition(p.topic, p.number, r.offset(p))
	if err == nil {
		err = r.read(ctx, reading, p, last)
	}
	if errors.Is(err, sarama.ErrOffsetOutOfRange) {
		return r.jump(p, *last, "its next record is not in the log any more")
	}
	return err
}

// read takes what one partition consumer yields until it ends: with ctx, when
// its offset is not there, or when its topic is not.
func (r *Records) read(ctx context.Context, reading sarama.PartitionConsumer, p partition, last *history.Nanos) error {
	closing := context.AfterFunc(ctx, reading.AsyncClose)
	defer closing()
	messages, failures := reading.Messages(), reading.Errors()
	look := time.NewTicker(identityPace)
	defer look.Stop()
	var ended error
	for messages != nil || failures != nil {
		select {
		case <-look.C:
			// A topic that is made anew and filled at once looks like one that went on.
			if identity, err := r.identity(p.topic); err == nil && identity != r.known(p) {
				reading.AsyncClose()
			}
		case message, open := <-messages:
			if !open {
				messages = nil
				continue
			}
			*last = r.log.Now()
			if err := r.keep(message, *last); err != nil {
				r.fail(err)
			}
		case failure, open := <-failures:
			if !open {
				failures = nil
				continue
			}
			r.note(p, failure.Err)
			switch {
			case errors.Is(failure.Err, sarama.ErrOffsetOutOfRange):
				ended = failure.Err
			case errors.Is(failure.Err, sarama.ErrUnknownTopicOrPartition) && ended == nil:
				ended = failure.Err
				reading.AsyncClose()
			}
		}
	}
	return ended
}

// keep records a message.
func (r *Records) keep(message *sarama.ConsumerMessage, seen history.Nanos) error {
	p := partition{message.Topic, message.Partition}
	capture := captureOf(message, seen, r.options.Families[message.Topic])
	capture.Life = r.life(p)
	if err := r.log.Write(capture.Record); err != nil {
		return fmt.Errorf("record a record: %w", err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.next[p] = message.Offset + 1
	delete(r.trouble, p)
	if r.options.Keep {
		r.captures = append(r.captures, capture)
	}
	close(r.changed)
	r.changed = make(chan struct{})
	return nil
}

// jump goes to where the log begins, because of why. What lay between was not seen.
func (r *Records) jump(p partition, last history.Nanos, why string) error {
	if err := r.client.RefreshMetadata(p.topic); err != nil {
		return fmt.Errorf("look for %s/%d: %w", p.topic, p.number, err)
	}
	first, err := r.client.GetOffset(p.topic, p.number, sarama.OffsetOldest)
	if err != nil {
		return fmt.Errorf("first offset of %s/%d: %w", p.topic, p.number, err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.gaps = append(r.gaps, history.Gap{
		From: last, To: r.log.Now(),
		Why: fmt.Sprintf("%s/%d: %s: went from offset %d to %d", p.topic, p.number, why, r.next[p], first),
	})
	r.next[p] = first
	return nil
}

func (r *Records) offset(p partition) int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.next[p]
}

func (r *Records) known(p partition) sarama.Uuid {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.made[p]
}

func (r *Records) life(p partition) int32 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.lives[p]
}

func (r *Records) note(p partition, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.trouble[p] = err.Error()
}

func (r *Records) fail(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.failed == nil {
		r.failed = err
	}
}

// Captures returns what was seen so far, in the order of seeing, if it is kept.
func (r *Records) Captures() []Capture {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clip(r.captures)
}

// Await waits until a record that matches was seen, or was seen before, and
// returns the first one. The error names what was waited for and ctx's end.
func (r *Records) Await(ctx context.Context, what string, match func(Capture) bool) (Capture, error) {
	looked := 0
	for {
		r.mu.Lock()
		captures, changed := r.captures, r.changed
		r.mu.Unlock()
		for ; looked < len(captures); looked++ {
			if match(captures[looked]) {
				return captures[looked], nil
			}
		}
		select {
		case <-ctx.Done():
			return Capture{}, fmt.Errorf("wait for %s: none among %d records: %w", what, looked, ctx.Err())
		case <-changed:
		}
	}
}
