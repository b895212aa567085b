package observe

import (
	"context"
	"errors"
	"fmt"

	"github.com/IBM/sarama"

	"assay.dev/assay/harness/history"
)

// topicRecreated goes to the start of a topic that was recreated.
func (r *Records) topicRecreated(ctx context.Context, p partition, identity sarama.Uuid, last history.Nanos) error {
	unknown := r.readDeleted(ctx, p)
	if err := r.jump(p, last, "the topic was recreated", unknown != nil || r.missed(p)); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.made[p] = identity
	r.generations[p]++
	delete(r.deleted, p)
	return nil
}

// readDeleted finds out where the log of a topic that is gone ended, once, and reads what
// was written between the last look and the end. Who knows that knows whether
// everything in it was seen; the error says why nobody knows.
func (r *Records) readDeleted(ctx context.Context, p partition) error {
	r.mu.Lock()
	_, done := r.deleted[p]
	identity, life := r.made[p], r.generations[p]
	r.mu.Unlock()
	if done {
		return nil
	}
	if r.options.Leftover == nil {
		return errors.New("the leftover segments of the topic cannot be read")
	}
	found, err := r.options.Leftover(ctx, p.topic, p.number, identity)
	if err != nil {
		return err
	}
	unread, err := found.unread(p.topic, p.number, r.offset(p))
	if err != nil {
		r.note(p, err) // what it holds is missed
	}
	for _, message := range unread {
		if err := r.record(message, r.log.Now()); err != nil {
			r.fail(err)
			return err
		}
	}
	err = r.log.Write(history.Bounds{
		Seen: r.log.Now(), Topic: p.topic, Partition: p.number, First: found.First, Next: found.Next, Life: life,
	})
	if err != nil {
		r.fail(err)
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.deleted[p] = found.Next != r.next[p]
	return nil
}

// missed reports whether a topic that is gone ended elsewhere than where it was read to.
func (r *Records) missed(p partition) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.deleted[p]
}

// jump goes to where the log starts, because of why. If something was missed, it is
// what lay between.
func (r *Records) jump(p partition, last history.Nanos, why string, missed bool) error {
	if err := r.asking.RefreshMetadata(p.topic); err != nil {
		return fmt.Errorf("look for %s/%d: %w", p.topic, p.number, err)
	}
	first, err := r.asking.GetOffset(p.topic, p.number, sarama.OffsetOldest)
	if err != nil {
		return fmt.Errorf("first offset of %s/%d: %w", p.topic, p.number, err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if missed {
		r.gaps = append(r.gaps, history.Gap{
			From: last, To: r.log.Now(), Topic: p.topic, Partition: p.number,
			Why: fmt.Sprintf("%s: went from offset %d to %d", why, r.next[p], first),
		})
	}
	r.next[p] = first
	return nil
}

func (r *Records) known(p partition) sarama.Uuid {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.made[p]
}

func (r *Records) generation(p partition) int32 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.generations[p]
}
