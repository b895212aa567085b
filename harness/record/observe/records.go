package observe

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"sync"
	"time"

	"github.com/IBM/sarama"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/kube"
	"assay.dev/assay/spec/schemas"
)

// Capture is a record of Kafka with what a history does not keep of it.
type Capture struct {
	history.Record
	Raw     []byte
	Headers map[string]string
}

// Records watches topics record by record, as a consumer of committed records reads
// them (isolation level read_committed). A lost connection costs it nothing: it goes on
// at the next offset, and what is no longer there then is a gap. Offsets that have no
// record are recorded with the reason that the broker's batches give.
type Records struct {
	log     Log
	options RecordsOptions
	// client reads; asking, which admin speaks through, asks for bounds and
	// identities: on one connection a question waits until the broker has answered
	// the reader, half a second where nothing comes.
	client, asking sarama.Client
	admin          sarama.ClusterAdmin
	start          history.Nanos

	stop    context.CancelFunc
	running sync.WaitGroup

	mu       sync.Mutex
	captures []Capture
	changed  chan struct{} // closed and recreated with each capture
	next     map[partition]int64
	// made is which topic of its name a partition is of, since topics are recreated.
	made map[partition]sarama.Uuid
	// generations counts how often it was.
	generations map[partition]int32
	// deleted are the partitions whose present life is known to have ended, and
	// whether it ended elsewhere than where it was read to.
	deleted map[partition]bool
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
	Brokers kube.Brokers
	Topics  []string
	// Forms are those of the topics whose records are events.
	Forms map[string]Form
	// Schemas are those that the names are of.
	Schemas *schemas.Set
	// WithPayload keeps what is seen in memory, for Captures and Await.
	WithPayload bool
	// LeftoverSegments reads what a broker still has of a topic that was deleted; nil where
	// nobody can look.
	Leftover func(ctx context.Context, topic string, partition int32, id sarama.Uuid) (LeftoverSegments, error)
}

// WatchRecords watches topics from their present ends on. It knows them when it
// returns, so whatever is published afterwards is seen.
func WatchRecords(ctx context.Context, log Log, options RecordsOptions) (*Records, error) {
	r := &Records{
		log: log, options: options, start: log.Now(), changed: make(chan struct{}),
		made: map[partition]sarama.Uuid{}, generations: map[partition]int32{}, deleted: map[partition]bool{}, trouble: map[partition]string{},
	}
	consumer, err := r.prepare()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("watch records: %w", err), r.hangUp())
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
	config := r.options.Brokers.Config()
	config.Consumer.Return.Errors = true // follow reads them
	for _, client := range []*sarama.Client{&r.client, &r.asking} {
		if *client, err = sarama.NewClient(r.options.Brokers.Addresses, config); err != nil {
			return nil, err
		}
	}
	if r.admin, err = sarama.NewClusterAdminFromClient(r.asking); err != nil {
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

// hangUp closes the connections.
func (r *Records) hangUp() error {
	var problems []error
	for _, client := range []sarama.Client{r.client, r.asking} {
		if client != nil {
			problems = append(problems, client.Close())
		}
	}
	return errors.Join(problems...)
}

// identity is the id of the topic that has the name now.
func (r *Records) identity(topic string) (sarama.Uuid, error) {
	controller, err := r.asking.Controller()
	if err != nil {
		return sarama.Uuid{}, fmt.Errorf("describe topic %s: %w", topic, err)
	}
	described, err := r.admin.DescribeTopics([]string{topic})
	if err != nil {
		// A connection on which an answer did not come in time answers nothing any
		// more, and is closed by nobody else.
		_ = controller.Close()
	} else if len(described) == 1 && described[0].Err != sarama.ErrNoError {
		err = described[0].Err
	}
	if err != nil || len(described) != 1 {
		return sarama.Uuid{}, fmt.Errorf("describe topic %s: %w", topic, err)
	}
	return described[0].Uuid, nil
}

// progress is how far the reading of one partition is: when its last record was
// seen, when it was last known to be of the same topic, and whether its next record
// is gone.
type progress struct {
	last, same history.Nanos
	gone       bool
}

// follow reads one partition until ctx ends.
func (r *Records) follow(ctx context.Context, consumer sarama.Consumer, p partition) {
	again := time.NewTicker(kube.BrokerRetry)
	defer again.Stop()
	now := r.log.Now()
	at := progress{last: now, same: now}
	for ctx.Err() == nil {
		if err := r.step(ctx, consumer, p, &at); err != nil {
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
// is looked at first: one that was recreated starts at its start.
func (r *Records) step(ctx context.Context, consumer sarama.Consumer, p partition, at *progress) error {
	readAt := r.log.Now()
	identity, err := r.identity(p.topic)
	if errors.Is(err, sarama.ErrUnknownTopicOrPartition) {
		return errors.Join(err, r.readDeleted(ctx, p))
	}
	if err != nil {
		return err
	}
	switch {
	case identity != r.known(p):
		// What was seen since the last look may be of the one or of the other.
		err = r.topicRecreated(ctx, p, identity, min(at.last, at.same))
	case at.gone:
		err = r.jump(p, at.last, "its next record is not in the log any more", true)
	}
	if err != nil {
		return err
	}
	at.same, at.gone = readAt, false
	reading, err := consumer.ConsumePartition(p.topic, p.number, r.offset(p))
	if err == nil {
		err = r.read(ctx, reading, p, at)
	}
	at.gone = errors.Is(err, sarama.ErrOffsetOutOfRange)
	return err
}

// read takes what one partition consumer yields until it ends: with ctx, with a
// topic that is not the same any more, or with the first failure, since what is
// reached after one need not be what was read before.
func (r *Records) read(ctx context.Context, reading sarama.PartitionConsumer, p partition, at *progress) error {
	closing := context.AfterFunc(ctx, reading.AsyncClose)
	defer closing()
	messages, failures := reading.Messages(), reading.Errors()
	identityTick := time.NewTicker(identityPace)
	defer identityTick.Stop()
	var ended error
	for messages != nil || failures != nil {
		select {
		case <-identityTick.C:
			// A topic that is recreated and filled at once looks like one that went on.
			readAt := r.log.Now()
			switch identity, err := r.identity(p.topic); {
			case err != nil: // the next look, or the reading itself, tells
			case identity == r.known(p):
				at.same = readAt
			default:
				reading.AsyncClose()
			}
		case message, open := <-messages:
			if !open {
				messages = nil
				continue
			}
			at.last = r.log.Now()
			if err := r.record(message, at.last); err != nil {
				r.fail(err)
			}
		case failure, open := <-failures:
			if !open {
				failures = nil
				continue
			}
			if ended == nil || errors.Is(failure.Err, sarama.ErrOffsetOutOfRange) {
				ended = failure.Err
			}
			reading.AsyncClose()
		}
	}
	return ended
}

// record records a message.
func (r *Records) record(message *sarama.ConsumerMessage, seen history.Nanos) error {
	p := partition{message.Topic, message.Partition}
	if next := r.offset(p); message.Offset > next {
		if err := r.skipped(p, next, message.Offset); err != nil {
			return fmt.Errorf("record offsets without a record: %w", err)
		}
	}
	capture := captureOf(message, seen, r.options.Schemas, r.options.Forms[message.Topic])
	capture.Life = r.generation(p)
	if err := r.log.Write(capture.Record); err != nil {
		return fmt.Errorf("record a record: %w", err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.next[p] = message.Offset + 1
	delete(r.trouble, p)
	if r.options.WithPayload {
		r.captures = append(r.captures, capture)
	}
	close(r.changed)
	r.changed = make(chan struct{})
	return nil
}

func (r *Records) offset(p partition) int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.next[p]
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
