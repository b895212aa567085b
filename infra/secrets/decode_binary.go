package secrets

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"io"
)

// shortest64 and shortestHex are how many digits a secret of minLength has at least.
const (
	shortest64  = (minLength*8 + 5) / 6
	shortestHex = 2 * minLength
)

// digits64 has the digits of both alphabets of base64 (RFC 4648), by the standard one.
var digits64 = func() (table [256]byte) {
	for c := 'a'; c <= 'z'; c++ {
		table[c], table[c-'a'+'A'] = byte(c), byte(c-'a'+'A')
	}
	for c := '0'; c <= '9'; c++ {
		table[c] = byte(c)
	}
	table['+'], table['-'], table['/'], table['_'] = '+', '+', '/', '/'
	return table
}()

// base64Runs decodes each run of digits, which may go on in the next line. Where in it
// the encoded text starts is not known: each of four places is tried.
func base64Runs(text []byte, _ int, yield func([]byte) bool) {
	var run, decoded []byte
	for i := 0; i < len(text); {
		if digits64[text[i]] == 0 {
			i++
			continue
		}
		run, i = run64(run[:0], text, i)
		for from := 0; from < 4 && len(run)-from >= shortest64; from++ {
			part := run[from:]
			if len(part)%4 == 1 { // a last digit alone is no byte
				part = part[:len(part)-1]
			}
			var err error
			decoded, err = base64.RawStdEncoding.AppendDecode(decoded[:0], part)
			if err == nil && !yield(decoded) {
				return
			}
		}
	}
}

// run64 appends the digits from a place on, and returns the place behind them.
func run64(run, text []byte, i int) ([]byte, int) {
	for i < len(text) {
		if digit := digits64[text[i]]; digit != 0 {
			run = append(run, digit)
			i++
			continue
		}
		next := lineBreak(text, i)
		if next == i || next == len(text) || digits64[text[next]] == 0 {
			break
		}
		i = next
	}
	return run, i
}

// lineBreak returns the place behind a line's end and the indentation of the next line,
// or the same place if no line ends there.
func lineBreak(text []byte, i int) int {
	from := i
	for i < len(text) && (text[i] == ' ' || text[i] == '\t') {
		i++
	}
	if i < len(text) && text[i] == '\r' {
		i++
	}
	if i == len(text) || text[i] != '\n' {
		return from
	}
	for i < len(text) && (text[i] == ' ' || text[i] == '\t' || text[i] == '\n' || text[i] == '\r') {
		i++
	}
	return i
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

func unhex(c byte) byte {
	switch {
	case c <= '9':
		return c - '0'
	case c <= 'F':
		return c - 'A' + 10
	}
	return c - 'a' + 10
}

// hexRuns decodes each run of hexadecimal digits. Between bytes there may be what
// programs write there: spaces, line ends, commas, colons, 0x and \x.
func hexRuns(text []byte, _ int, yield func([]byte) bool) {
	var digits, out []byte
	for i := 0; i < len(text); {
		if !isHex(text[i]) {
			i++
			continue
		}
		digits, i = runHex(digits[:0], text, i)
		for from := 0; from < 2 && len(digits)-from >= shortestHex; from++ {
			out = out[:0]
			for k := from; k+1 < len(digits); k += 2 {
				out = append(out, digits[k]<<4|digits[k+1])
			}
			if !yield(out) {
				return
			}
		}
	}
}

// runHex appends the values of the digits from a place on, and returns the place behind.
func runHex(digits, text []byte, i int) ([]byte, int) {
	separators := 0
	for ; i < len(text); i++ {
		switch c := text[i]; {
		case isHex(c):
			digits, separators = append(digits, unhex(c)), 0
		case (c == 'x' || c == 'X') && i > 0 && text[i-1] == '0' && len(digits) > 0:
			digits = digits[:len(digits)-1] // that zero was no digit
		case separatesHex(c) && separators < 8:
			separators++
		default:
			return digits, i
		}
	}
	return digits, i
}

func separatesHex(c byte) bool {
	switch c {
	case ' ', '\t', '\r', '\n', ',', ':', ';', '-', '\\', 'x', 'X':
		return true
	}
	return false
}

// gunzip decompresses the gzip streams (RFC 1952) of a text, each up to where it is cut
// off or damaged. Streams that follow each other are one text.
func gunzip(text []byte, limit int, yield func([]byte) bool) {
	var reader gzip.Reader // its window is made once
	for {
		i := bytes.Index(text, gzipMagic)
		if i < 0 {
			return
		}
		decoded, end := members(&reader, text[i:], limit)
		if len(decoded) > 0 && !yield(decoded) {
			return
		}
		text = text[i+max(end, len(gzipMagic)):]
	}
}

var gzipMagic = []byte{0x1f, 0x8b, 8}

// members decompresses the streams at the start of a text to at most limit bytes and
// one, and returns the place behind the last that is whole.
func members(reader *gzip.Reader, text []byte, limit int) (decoded []byte, end int) {
	source := bytes.NewReader(text)
	var out bytes.Buffer
	for out.Len() <= limit && source.Len() > 0 {
		if err := reader.Reset(source); err != nil {
			break
		}
		reader.Multistream(false)
		// What came before an error is searched: a stream may be cut off.
		if _, err := io.Copy(&out, io.LimitReader(reader, int64(limit-out.Len())+1)); err != nil {
			break
		}
		end = len(text) - source.Len()
	}
	return out.Bytes(), end
}
