package secrets

import (
	"bytes"
	"html"
	"strconv"
	"unicode/utf8"
)

// textRuns calls yield with each longest part of a text that has no control characters
// but tabs and line ends, and holds a mark. Bytes that are no text hold many marks by
// chance: this keeps what is decoded of them short.
func textRuns(text []byte, mark byte, yield func([]byte) bool) {
	for {
		start := bytes.IndexByte(text, mark)
		if start < 0 {
			return
		}
		end := start
		for start > 0 && !control[text[start-1]] {
			start--
		}
		for end < len(text) && !control[text[end]] {
			end++
		}
		if end-start >= minLength && !yield(text[start:end]) {
			return
		}
		text = text[end:]
	}
}

// control has the control characters but tabs and line ends.
var control = func() (table [256]bool) {
	for c := range ' ' {
		table[c] = c != '\t' && c != '\n' && c != '\r'
	}
	table[0x7f] = true
	return table
}()

// unescapeHTML decodes character references (HTML, section 13.5).
func unescapeHTML(text []byte, _ int, yield func([]byte) bool) {
	textRuns(text, '&', func(run []byte) bool {
		decoded := html.UnescapeString(string(run))
		return decoded == string(run) || yield([]byte(decoded))
	})
}

// unescapePercent decodes percent-encoding (RFC 3986, section 2.1) and leaves what is
// none.
func unescapePercent(text []byte, _ int, yield func([]byte) bool) {
	textRuns(text, '%', func(run []byte) bool {
		out := make([]byte, 0, len(run))
		for i := 0; i < len(run); i++ {
			if run[i] == '%' && i+2 < len(run) && isHex(run[i+1]) && isHex(run[i+2]) {
				out = append(out, unhex(run[i+1])<<4|unhex(run[i+2]))
				i += 2
			} else {
				out = append(out, run[i])
			}
		}
		return len(out) == len(run) || yield(out)
	})
}

// unescapeBackslash decodes the escapes of strings in JSON (RFC 8259, section 7), YAML
// and Go, a backslash at a line's end, and leaves what is none.
func unescapeBackslash(text []byte, _ int, yield func([]byte) bool) {
	textRuns(text, '\\', func(run []byte) bool {
		out := make([]byte, 0, len(run))
		for i := 0; i < len(run); {
			if run[i] != '\\' || i+1 == len(run) {
				out = append(out, run[i])
				i++
				continue
			}
			var n int
			out, n = backslash(out, run[i:])
			i += n
		}
		return len(out) == len(run) || yield(out)
	})
}

var shortEscapes = map[byte]byte{
	'n': '\n', 'r': '\r', 't': '\t', 'b': '\b', 'f': '\f', 'v': '\v', 'a': 7, 'e': 27, '0': 0,
	'\\': '\\', '/': '/', '"': '"', '\'': '\'', '&': '&', '$': '$', '`': '`', ' ': ' ',
}

// backslash appends what the escape at the start of a text stands for, and returns how
// many bytes of the text it has.
func backslash(out, text []byte) ([]byte, int) {
	switch c := text[1]; {
	case c == '\n':
		return out, 2
	case c == '\r' && len(text) > 2 && text[2] == '\n':
		return out, 3
	case c == 'u' || c == 'U' || c == 'x':
		digits := map[byte]int{'u': 4, 'U': 8, 'x': 2}[c]
		value, ok := number(text[2:], digits, 16)
		if !ok {
			break
		}
		if c == 'x' {
			return append(out, byte(value)), 2 + digits
		}
		// JSON has two halves for a character beyond 16 bits.
		if low, ok := surrogate(text[2+digits:], value); ok {
			return utf8.AppendRune(out, low), 2 * (2 + digits)
		}
		return utf8.AppendRune(out, rune(value)), 2 + digits
	case '0' <= c && c <= '3':
		if value, ok := number(text[1:], 3, 8); ok {
			return append(out, byte(value)), 4
		}
	}
	if short, ok := shortEscapes[text[1]]; ok {
		return append(out, short), 2
	}
	return append(out, text[0]), 1
}

// number reads so many digits of a base at the start of a text.
func number(text []byte, digits, base int) (uint64, bool) {
	if len(text) < digits {
		return 0, false
	}
	value, err := strconv.ParseUint(string(text[:digits]), base, 32)
	return value, err == nil
}

// surrogate joins a high half with the low one that the text escapes next.
func surrogate(text []byte, high uint64) (rune, bool) {
	if high < 0xd800 || high > 0xdbff || len(text) < 2 || text[0] != '\\' || text[1] != 'u' {
		return 0, false
	}
	low, ok := number(text[2:], 4, 16)
	if !ok || low < 0xdc00 || low > 0xdfff {
		return 0, false
	}
	return rune(0x10000 + (high-0xd800)<<10 + low - 0xdc00), true
}

// narrowUTF16 yields the ASCII text of each part that is UTF-16 in either order of
// bytes: characters with a zero byte between them.
func narrowUTF16(text []byte, _ int, yield func([]byte) bool) {
	for i := bytes.IndexByte(text, 0); i >= 0 && i < len(text); {
		var out []byte
		for i++; i < len(text) && text[i] != 0; i += 2 {
			out = append(out, text[i])
			if i+1 >= len(text) || text[i+1] != 0 {
				break
			}
		}
		if len(out) >= minLength && !yield(out) {
			return
		}
		next := bytes.IndexByte(text[min(i, len(text)):], 0)
		if next < 0 {
			return
		}
		i += next
	}
}
