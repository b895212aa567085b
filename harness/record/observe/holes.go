package observe

import (
	"assay.dev/assay/harness/history"
)

// skipped notes the offsets that a reader went over, from where it stood to the next
// record. What a broker says of them is recorded; where it says nothing, they stay a
// gap for the judge.
func (r *Records) skipped(p partition, from, to int64) error {
	found, err := examine(r.asking, p, from, to)
	if err != nil {
		r.note(p, err) // a gap that nobody explains is a gap
	}
	for _, e := range found {
		if err := r.hole(p, e); err != nil {
			return err
		}
	}
	return nil
}

// hole records a range of offsets without a record.
func (r *Records) hole(p partition, e extent) error {
	if e.why == "" {
		return nil
	}
	return r.log.Write(history.Hole{
		Seen: r.log.Now(), Topic: p.topic, Partition: p.number, From: e.from, To: e.to, Why: e.why, Life: r.generation(p),
	})
}

// pass goes over the offsets in front of a reader that have no record, up to an end: a
// reader is not told of them where no record follows.
func (r *Records) pass(p partition, end int64) error {
	from := r.offset(p)
	found, err := examine(r.asking, p, from, end)
	if err != nil {
		r.note(p, err) // the next try tells
		return nil
	}
	for _, e := range found {
		if e.why == "" || !r.advance(p, e) {
			return nil // the reader comes to it
		}
		if err := r.hole(p, e); err != nil {
			return err
		}
	}
	return nil
}

// advance moves a reader's offset over a range, unless the reader moved meanwhile.
func (r *Records) advance(p partition, e extent) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.next[p] != e.from {
		return false
	}
	r.next[p] = e.to
	return true
}
