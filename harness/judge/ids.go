package judge

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math/bits"
	"strings"
)

// id is a name in 16 bytes: a UUID in its canonical form as its bytes, any other
// text as its digest. A million events are told apart by it without a million
// strings.
type id [16]byte

// parseID returns the id of a text, and whether the text can be had back from it.
func parseID(text string) (v id, canonical bool) {
	if len(text) == 36 && text[8] == '-' && text[13] == '-' && text[18] == '-' && text[23] == '-' {
		if unhexUUID(&v, text) {
			return v, true
		}
	}
	sum := sha256.Sum256([]byte(text))
	copy(v[:], sum[:])
	return v, false
}

// fold returns a UUID in lower case, and any other text as it is: UUIDs are compared
// without regard to case (RFC 9562, 4), ids of CloudEvents that are no UUIDs are not.
func fold(text string) string {
	if len(text) != 36 || text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-' {
		return text
	}
	upper := false
	for i := range len(text) {
		switch c := text[i]; {
		case c >= 'A' && c <= 'F':
			upper = true
		case nibble[c] > 0x0f && c != '-':
			return text
		}
	}
	if !upper {
		return text
	}
	return strings.ToLower(text)
}

// nibble is the value of a lower-case hexadecimal digit, 0xff for any other byte.
var nibble = func() (table [256]byte) {
	for i := range table {
		table[i] = 0xff
	}
	for i, digit := range []byte("0123456789abcdef") {
		table[digit] = byte(i)
	}
	return table
}()

func unhexUUID(v *id, text string) bool {
	at := 0
	for i := range v {
		if at == 8 || at == 13 || at == 18 || at == 23 {
			at++
		}
		high, low := nibble[text[at]], nibble[text[at+1]]
		if high|low > 0x0f {
			return false
		}
		v[i] = high<<4 | low
		at += 2
	}
	return true
}

// text is the canonical form of a UUID.
func (v id) text() string {
	raw := hex.EncodeToString(v[:])
	return raw[:8] + "-" + raw[8:12] + "-" + raw[12:16] + "-" + raw[16:20] + "-" + raw[20:]
}

// digest is the first half of a SHA-256, which is enough to tell bytes apart. It
// is zero where none was given.
type digest [16]byte

func parseDigest(text string) (d digest) {
	if text == "" || unhex(d[:], text) {
		return d
	}
	sum := sha256.Sum256([]byte(text)) // no digest: a name for it
	copy(d[:], sum[:])
	return d
}

// unhex decodes as much of text as into has room for.
func unhex(into []byte, text string) bool {
	if len(text) < 2*len(into) {
		return false
	}
	for i := range into {
		high, low := nibble[text[2*i]], nibble[text[2*i+1]]
		if high|low > 0x0f {
			return false
		}
		into[i] = high<<4 | low
	}
	return true
}

// ids numbers ids from 1, in the order in which they are first seen. It is an open
// hash table of numbers over a list of ids, which takes half the memory of a map
// and one cache miss where a map takes several.
type ids struct {
	table  []uint64 // half of the hash, and the number; 0 where free
	values slab[id]
	texts  map[uint32]string // of those that are no UUID
	last   uint32            // the number found last
	window int               // how far around it the next one is looked for
}

func newIDs() ids { return ids{table: make([]uint64, 64), texts: map[uint32]string{}} }

// How far around the last id the next one is looked for before the table is asked:
// observers see events in about the order in which they were published. After an id
// that was new, the next one is likely to be new too and to be found nowhere.
const (
	nearKnown = 32
	nearFresh = 2
)

// get returns the number of a text; empty is 0.
func (s *ids) get(text string) (number uint32, fresh bool) {
	if text == "" {
		return 0, false
	}
	v, canonical := parseID(text)
	if n := s.near(v); n != 0 {
		s.last, s.window = n, nearKnown
		return n, false
	}
	if 4*s.values.len() >= 3*len(s.table) {
		s.grow()
	}
	h := v.hash()
	tag := h &^ (1<<32 - 1)
	mask := uint64(len(s.table) - 1)
	at := h & mask
	for ; s.table[at] != 0; at = (at + 1) & mask {
		if n := uint32(s.table[at]); s.table[at]&^(1<<32-1) == tag && *s.values.at(int(n) - 1) == v {
			s.last, s.window = n, nearKnown
			return n, false
		}
	}
	n := uint32(s.values.add(v)) + 1
	s.table[at] = tag | uint64(n)
	s.last, s.window = n, nearFresh
	if !canonical {
		s.texts[n] = text
	}
	return n, true
}

// near looks for an id around the last one.
func (s *ids) near(v id) uint32 {
	last, end := int(s.last), s.values.len()
	for away := 0; away <= s.window; away++ {
		if n := last + away; n > 0 && n <= end && *s.values.at(n - 1) == v {
			return uint32(n)
		}
		if n := last - away; n > 0 && *s.values.at(n - 1) == v {
			return uint32(n)
		}
	}
	return 0
}

// grow doubles the table.
func (s *ids) grow() {
	s.table = make([]uint64, 2*len(s.table))
	mask := uint64(len(s.table) - 1)
	for i := range s.values.len() {
		h := s.values.at(i).hash()
		at := h & mask
		for s.table[at] != 0 {
			at = (at + 1) & mask
		}
		s.table[at] = h&^(1<<32-1) | uint64(i+1)
	}
}

// hash scatters ids whose bytes may be anything, and the same on every machine.
func (v id) hash() uint64 {
	h := binary.LittleEndian.Uint64(v[:8]) ^ bits.RotateLeft64(binary.LittleEndian.Uint64(v[8:])*0x9e3779b97f4a7c15, 29)
	h = (h ^ h>>32) * 0xd6e8feb86659fd93
	return h ^ h>>29
}

// text returns the text of a number.
func (s *ids) text(number uint32) string {
	if number == 0 {
		return ""
	}
	if text, ok := s.texts[number]; ok {
		return text
	}
	return s.values.at(int(number) - 1).text()
}

// names numbers the few names of topics, groups and types from 1.
type names struct {
	number map[string]uint8
	list   []string
}

func newNames() names { return names{number: map[string]uint8{"": 0}, list: []string{""}} }

// overflow is the number of all names after the 254th: more topics or types than
// any platform has are garbage, and told apart by nothing.
const overflow = 255

func (n *names) get(name string) uint8 {
	if number, known := n.number[name]; known {
		return number
	}
	if len(n.list) >= overflow {
		return overflow
	}
	number := uint8(len(n.list))
	n.list = append(n.list, name)
	n.number[name] = number
	return number
}

func (n *names) text(number uint8) string {
	if int(number) >= len(n.list) {
		return "(one of too many names)"
	}
	return n.list[number]
}
