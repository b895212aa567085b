package observe

import (
	"context"
	"hash/crc32"
	"slices"
	"testing"

	"github.com/IBM/sarama"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// logged is a batch of records with the given values, as a broker keeps it on disk.
func logged(base int64, values ...string) []byte {
	b := kmsg.RecordBatch{
		FirstOffset: base, Magic: 2, LastOffsetDelta: int32(len(values) - 1), FirstTimestamp: 1000, MaxTimestamp: 1000,
		ProducerID: -1, ProducerEpoch: -1, FirstSequence: -1, NumRecords: int32(len(values)),
	}
	for i, value := range values {
		record := kmsg.Record{OffsetDelta: int32(i), Key: []byte("key"), Value: []byte(value),
			Headers: []kmsg.Header{{Key: "traceparent", Value: []byte("t")}}}
		// The length is that of what follows it; its own is one byte while it is 0.
		record.Length = int32(len(record.AppendTo(nil)) - 1)
		b.Records = record.AppendTo(b.Records)
	}
	b.Length = int32(len(b.AppendTo(nil)) - batchBody)
	raw := b.AppendTo(nil)
	const checked = 21 // the checksum is of what follows it
	b.CRC = int32(crc32.Checksum(raw[checked:], crc32.MakeTable(crc32.Castagnoli)))
	return b.AppendTo(nil)
}

func TestWhatADeletedTopicHeldBeyondTheLastLookIsSeen(t *testing.T) {
	segment := slices.Concat(logged(5, "a", "b"), logged(7, "c", "d", "e"))
	next, size := nextOf(segment, 5)
	if next != 10 || int(size) != len(segment) {
		t.Fatalf("the segment ends at %d, %d of %d bytes", next, size, len(segment))
	}
	for name, c := range map[string]struct {
		segment    []byte
		read, gone int64
		want       string
		missed     bool
	}{
		"two of a batch":          {segment, 8, 10, "0/8 0/9", false},
		"two batches":             {segment, 5, 10, "0/5 0/6 0/7 0/8 0/9", false},
		"nothing":                 {segment, 10, 10, "", false},
		"more than the last file": {segment, 3, 10, "", true},
		"a damaged batch":         {slices.Concat(segment[:len(segment)-1], []byte{1}), 8, 10, "", true},
	} {
		log, p := newMemory(), partition{"events", 0}
		r := &Records{log: log, changed: make(chan struct{}), next: map[partition]int64{p: c.read}, made: map[partition]sarama.Uuid{},
			generations: map[partition]int32{}, deleted: map[partition]bool{}, trouble: map[partition]string{}}
		r.options.Leftover = func(context.Context, string, int32, sarama.Uuid) (LeftoverSegments, error) {
			return LeftoverSegments{First: 0, Next: c.gone, base: 5, segment: c.segment}, nil
		}
		if err := r.readDeleted(t.Context(), p); err != nil {
			t.Fatal(err)
		}
		if got := seen(log); got != c.want || r.missed(p) != c.missed {
			t.Errorf("%s: saw %q, missed %v, want %q, %v", name, got, r.missed(p), c.want, c.missed)
		}
		for _, record := range log.seen.Records {
			if record.Stamp != 1000 || record.Key != "key" {
				t.Errorf("%s: a record was read as %+v", name, record)
			}
		}
		if len(log.seen.Bounds) != 1 || log.seen.Bounds[0].Next != c.gone {
			t.Errorf("%s: bounds %+v", name, log.seen.Bounds)
		}
	}
}
