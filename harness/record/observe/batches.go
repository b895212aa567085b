package observe

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"github.com/IBM/sarama"

	"assay.dev/assay/harness/history"
)

// extent is a range of offsets of a partition, up to but without to. A cause says why
// there is no record in it; without one, a consumer of committed records can read a
// record at each of its offsets.
type extent struct {
	from, to int64
	why      history.Cause
}

// batchBytes bounds what one fetch of batches returns; a broker returns a larger batch
// alone.
const batchBytes = 1 << 20

// fetchVersion is the first version of a fetch that tells committed from aborted
// transactions (KIP-98).
const fetchVersion = 4

// examine reads what a broker holds from an offset up to another one, batch by batch:
// a consumer is not told of the offsets that have no record for it. What is not decided
// yet, since its transaction is open, is left out, and so is what comes after that.
func examine(client sarama.Client, p partition, from, to int64) ([]extent, error) {
	var all []extent
	for from < to {
		block, err := fetchBatches(client, p, from)
		if err != nil {
			return all, err
		}
		if first := block.LogStartOffset; from < first { // version 4 does not tell: it is 0
			all = append(all, extent{from, min(first, to), history.Truncated})
			from = first
			continue
		}
		found := extents(block, from, min(to, block.LastStableOffset))
		if len(found) == 0 {
			break
		}
		all = append(all, found...)
		from = found[len(found)-1].to
	}
	return all, nil
}

// fetchBatches asks the leader of a partition for the batches from an offset on.
func fetchBatches(client sarama.Client, p partition, from int64) (*sarama.FetchResponseBlock, error) {
	leader, err := client.Leader(p.topic, p.number)
	if err != nil {
		return nil, fmt.Errorf("leader of %s/%d: %w", p.topic, p.number, err)
	}
	request := &sarama.FetchRequest{Version: fetchVersion, MaxWaitTime: 1, MinBytes: 0, MaxBytes: batchBytes, Isolation: sarama.ReadCommitted}
	request.AddBlock(p.topic, p.number, from, batchBytes, -1)
	response, err := leader.Fetch(request)
	if err != nil {
		return nil, fmt.Errorf("fetch %s/%d at offset %d: %w", p.topic, p.number, from, err)
	}
	block := response.GetBlock(p.topic, p.number)
	if block == nil {
		return nil, fmt.Errorf("fetch %s/%d at offset %d: %w", p.topic, p.number, from, errors.New("the broker returned nothing about it"))
	}
	if err := kafkaError(block.Err); err != nil {
		return nil, fmt.Errorf("fetch %s/%d at offset %d: %w", p.topic, p.number, from, err)
	}
	return block, nil
}

// extents are the ranges that the batches of a block cover from an offset up to
// another one.
func extents(block *sarama.FetchResponseBlock, from, to int64) []extent {
	open := slices.Clone(block.AbortedTransactions)
	slices.SortFunc(open, func(a, b *sarama.AbortedTransaction) int { return cmp.Compare(a.FirstOffset, b.FirstOffset) })
	aborting := map[int64]bool{} // producers in a transaction that was aborted
	s := spans{next: from, end: to}
	for _, set := range block.RecordsSet {
		batch := set.RecordBatch
		if batch == nil || batch.PartialTrailingRecord {
			continue
		}
		for len(open) > 0 && open[0].FirstOffset <= batch.LastOffset() {
			aborting[open[0].ProducerID], open = true, open[1:]
		}
		switch {
		case batch.Control:
			s.add(batch.FirstOffset, batch.LastOffset()+1, history.Marker)
			if abort(batch) {
				delete(aborting, batch.ProducerID)
			}
		case batch.IsTransactional && aborting[batch.ProducerID]:
			s.add(batch.FirstOffset, batch.LastOffset()+1, history.Aborted)
		default:
			for _, record := range batch.Records {
				at := batch.FirstOffset + record.OffsetDelta
				s.add(at, at+1, "")
			}
			s.add(batch.LastOffset()+1, batch.LastOffset()+1, "") // its end, if its last records were compacted
		}
	}
	return s.all
}

// abort reports whether a control batch ends an aborted transaction: the second half of
// its record's key is 0 (KIP-98, Control Records).
func abort(batch *sarama.RecordBatch) bool {
	const size, kind = 4, 2
	return len(batch.Records) > 0 && len(batch.Records[0].Key) >= size && binary.BigEndian.Uint16(batch.Records[0].Key[kind:]) == 0
}

// spans joins ranges as they are found, in the order of the log. What a broker leaves
// out between two of them was compacted.
type spans struct {
	next, end int64
	all       []extent
}

func (s *spans) add(from, to int64, why history.Cause) {
	from, to = max(from, s.next), min(to, s.end)
	if gap := min(from, s.end); gap > s.next {
		s.all = append(s.all, extent{s.next, gap, history.Compacted})
		s.next = gap
	}
	if to <= s.next {
		return
	}
	if n := len(s.all); n > 0 && s.all[n-1].why == why && s.all[n-1].to == from {
		s.all[n-1].to = to
	} else {
		s.all = append(s.all, extent{from, to, why})
	}
	s.next = to
}
