package observe

import (
	"encoding/base64"
	"encoding/binary"
	"strings"
	"testing"
)

// batch is the head of a batch of records, with payload bytes after it.
func batch(base int64, lastDelta uint32, payload int) []byte {
	raw := make([]byte, batchHead+payload)
	binary.BigEndian.PutUint64(raw, uint64(base))
	binary.BigEndian.PutUint32(raw[batchLength:], uint32(len(raw)-batchBody))
	binary.BigEndian.PutUint32(raw[batchLastOffset:], lastDelta)
	return raw
}

func TestTheEndOfADeletedLogIsReadFromItsLastFile(t *testing.T) {
	size := append(batch(40, 2, 300), batch(43, 0, 7)...)
	for name, c := range map[string]struct {
		segment []byte
		next    int64
	}{
		"two batches":              {size, 44},
		"an empty file":            {nil, 40},
		"a batch that was cut off": {append(batch(40, 2, 300), batch(43, 0, 7)[:64]...), 43},
		"a head that was cut off":  {append(batch(40, 2, 300), batch(43, 0, 7)[:20]...), 43},
		"a batch without a length": {append(batch(40, 2, 300), make([]byte, 80)...), 43},
	} {
		encoded := base64.StdEncoding.EncodeToString(c.segment)
		if len(encoded) > 76 { // as the tool breaks lines
			encoded = encoded[:76] + "\n" + encoded[76:]
		}
		got, err := readLeftover("00000000000000000007.log\n00000000000000000040.log\n" + encoded + "\n")
		if err != nil || got.First != 7 || got.Next != c.next || got.base != 40 {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

func TestWhatIsNoLogIsAnError(t *testing.T) {
	for _, out := range []string{"", "00000000000000000007.log\n", "a.log\nb.log\nAAAA", "0.log\nx.log\nAAAA", "0.log\n0.log\n!!!!"} {
		if got, err := readLeftover(out); err == nil {
			t.Errorf("%s was read as %+v", strings.ReplaceAll(out, "\n", "|"), got)
		}
	}
}
