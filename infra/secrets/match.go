package secrets

import (
	"encoding/binary"
	"strings"
	"unicode/utf16"
)

// matcher finds many patterns in one pass: its time does not grow with their number.
// Each pattern has at least minLength bytes, by the first of which it is looked up.
type matcher struct {
	// starts has the first two bytes of each pattern: most places in a text are none.
	starts   [1 << 16]bool
	patterns map[uint64][]pattern
}

type pattern struct {
	text   string
	secret int
}

func (m *matcher) add(secret int, text string) {
	if len(text) < minLength {
		return
	}
	if m.patterns == nil {
		m.patterns = map[uint64][]pattern{}
	}
	start := []byte(text[:minLength])
	m.starts[binary.LittleEndian.Uint16(start)] = true
	key := binary.LittleEndian.Uint64(start)
	m.patterns[key] = append(m.patterns[key], pattern{text, secret})
}

// find calls found with the secret of each pattern that is in the text.
func (m *matcher) find(text []byte, found func(secret int)) {
	for i := 0; i+minLength <= len(text); i++ {
		if !m.starts[binary.LittleEndian.Uint16(text[i:])] {
			continue
		}
		for _, p := range m.patterns[binary.LittleEndian.Uint64(text[i:])] {
			if len(text)-i >= len(p.text) && string(text[i:i+len(p.text)]) == p.text {
				found(p.secret)
			}
		}
	}
}

// patternsOf are the forms of a secret that decoding leaves: the secret itself, with
// the plus that forms have for a space, with other line ends, in UTF-16, and what its
// Variants are in a text that stops in their middle.
func patternsOf(secret string) []string {
	return append(Variants(secret), strings.ReplaceAll(secret, " ", "+"), strings.ReplaceAll(secret, "\n", "\r\n"),
		string(utf16Bytes(secret, binary.LittleEndian)), string(utf16Bytes(secret, binary.BigEndian)))
}

func utf16Bytes(text string, order binary.AppendByteOrder) []byte {
	var out []byte
	for _, unit := range utf16.Encode([]rune(text)) {
		out = order.AppendUint16(out, unit)
	}
	return out
}
