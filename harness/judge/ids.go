package judge

import (
	"crypto/sha256"
	"encoding/hex"
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

// ids numbers ids from 1, in the order in which they are first seen.
type ids struct {
	number map[id]uint32
	values slab[id]
	texts  map[uint32]string // of those that are no UUID
}

func newIDs() ids { return ids{number: map[id]uint32{}, texts: map[uint32]string{}} }

// get returns the number of a text; empty is 0.
func (s *ids) get(text string) (number uint32, fresh bool) {
	if text == "" {
		return 0, false
	}
	v, canonical := parseID(text)
	if n, known := s.number[v]; known {
		return n, false
	}
	n := uint32(s.values.add(v)) + 1
	s.number[v] = n
	if !canonical {
		s.texts[n] = text
	}
	return n, true
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
