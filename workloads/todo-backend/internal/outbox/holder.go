package outbox

import (
	"context"
	"time"

	"assay.dev/assay/workloads/internal/dapr"
)

// grace is for how long a holder publishes without renewing that it is one. Another process
// then takes it for dead: sooner it would only make duplicates.
const grace = 10 * time.Second

// fresh reports whether this process may begin to publish: it holds the shard for long
// enough to get an answer from the broker.
func (b *Box) fresh(doc document) bool {
	return doc.Holder == b.process && b.now().Sub(doc.Renewed) < grace/2
}

// takes reports whether the shard is this process's to publish: nobody holds it, it does
// itself, or who does has not renewed that for the grace, by the holder's clock or since
// this process has first seen it.
func (b *Box) takes(doc document) bool {
	if doc.Holder == "" || doc.Holder == b.process {
		return true
	}
	now := b.now()
	return now.Sub(doc.Renewed) >= grace || now.Sub(b.seen.since(doc.renewal(), now)) >= grace
}

// renewal distinguishes what a holder wrote from what any has written before or after.
func (d document) renewal() string { return d.Holder + d.Renewed.Format(time.RFC3339Nano) }

// hold makes this process the holder of a shard as it was read, or renews that it is. The
// error is dapr.ErrConflict if another process has changed the shard meanwhile.
func (b *Box) hold(ctx context.Context, shard int, item dapr.Item, doc document) error {
	unlock, err := b.Lock(ctx, shard)
	if err != nil {
		return err
	}
	defer unlock()
	doc.Holder, doc.Renewed = b.process, b.now()
	op, err := encode(shard, item.ETag, doc)
	if err != nil {
		return err
	}
	return b.state.Transact(ctx, op)
}
