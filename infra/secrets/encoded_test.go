package secrets

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"html/template"
	"net/url"
	"strings"
	"testing"
	"unicode/utf16"
)

// keyLine is a line of a PEM key: base64 with a plus and a slash.
const keyLine = "MIIEvQIBADAN+gkqhkiG9w0BAQEF/ASCBKcwggSjAgEAAoIBAQC7"

func encoded64(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }

// wrapped breaks a text into lines of a width, with a line end of its own.
func wrapped(text string, width int, end string) string {
	var b strings.Builder
	for len(text) > width {
		b.WriteString(text[:width] + end)
		text = text[width:]
	}
	return b.String() + text
}

func gzipped(t *testing.T, text string) string {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func inHTML(t *testing.T, text string) string {
	t.Helper()
	var out bytes.Buffer
	if err := template.Must(template.New("").Parse(`<p title="{{.}}">{{.}}</p>`)).Execute(&out, text); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func inUTF16(text string, big bool) string {
	var b strings.Builder
	for _, unit := range utf16.Encode([]rune(text)) {
		high, low := byte(unit>>8), byte(unit)
		if big {
			b.Write([]byte{high, low})
		} else {
			b.Write([]byte{low, high})
		}
	}
	return b.String()
}

func inJSON(t *testing.T, text string) string {
	t.Helper()
	content, err := json.Marshal(map[string]string{"data": text})
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func lowerPercent(text string) string {
	var b strings.Builder
	for _, c := range []byte(text) {
		b.WriteString("%" + hex.EncodeToString([]byte{c}))
	}
	return b.String()
}

func separated(text, before, between string) string {
	var all []string
	for _, c := range []byte(text) {
		all = append(all, before+hex.EncodeToString([]byte{c}))
	}
	return strings.Join(all, between)
}

// encodings are texts that hold a secret in an encoding, or in several.
func encodings(t *testing.T, secret string) map[string]string {
	t.Helper()
	release := `{"manifest":"password: ` + secret + `"}`
	texts := map[string]string{
		"HTML":                          inHTML(t, secret),
		"HTML twice":                    inHTML(t, inHTML(t, secret)),
		"HTML with hexadecimal":         strings.NewReplacer("+", "&#x2b;", "/", "&#X2F;", "$", "&dollar;").Replace(secret),
		"gzip":                          gzipped(t, release),
		"gzip behind other bytes":       "\x00\xff header\n" + gzipped(t, release) + "trailer",
		"gzip, cut off":                 cut(gzipped(t, strings.Repeat("x", 100)+secret+strings.Repeat("y0", 5000)), 20),
		"gzip of gzip":                  gzipped(t, gzipped(t, release)),
		"Helm's release":                encoded64(gzipped(t, release)),
		"Helm's release in a Secret":    `{"data": {"release": "` + encoded64(encoded64(gzipped(t, release))) + `"}}`,
		"base64 twice":                  encoded64("user:" + encoded64("user:"+secret)),
		"base64 three times":            encoded64(encoded64(encoded64("x" + secret))),
		"base64, wrapped":               wrapped(encoded64("user: "+secret+" and more of it"), 16, "\n"),
		"base64, wrapped by CRLF":       wrapped(encoded64("user: "+secret+" and more of it"), 20, "\r\n"),
		"base64, wrapped and indented":  "data: |\n  " + wrapped(encoded64("user: "+secret+" and more"), 12, "\n  "),
		"base64, wrapped in JSON":       inJSON(t, wrapped(encoded64("user: "+secret+" and more"), 24, "\n")),
		"base64 twice, both wrapped":    wrapped(encoded64(wrapped(encoded64("a "+secret), 19, "\n")), 30, "\r\n"),
		"base64 behind a path":          "/a/bc/" + encoded64(secret),
		"base64 for URLs, nested":       base64.RawURLEncoding.EncodeToString([]byte(encoded64("ab" + secret))),
		"hex":                           hex.EncodeToString([]byte("ab" + secret)),
		"hex, upper-case":               strings.ToUpper(hex.EncodeToString([]byte(secret))),
		"hex, odd":                      "f" + hex.EncodeToString([]byte(secret)),
		"hex, wrapped":                  wrapped(hex.EncodeToString([]byte(secret)), 20, "\n"),
		"hex with colons":               separated(secret, "", ":"),
		"hex as bytes of Go":            separated(secret, "0x", ", "),
		"hex as escapes":                separated(secret, `\x`, ""),
		"hex of base64":                 hex.EncodeToString([]byte(encoded64(secret))),
		"UTF-16":                        inUTF16("log: "+secret, false),
		"UTF-16, big-endian":            "x" + inUTF16("\ufeff"+secret, true),
		"UTF-16 of base64":              inUTF16(encoded64("u:"+secret), false),
		"base64 of UTF-16":              encoded64(inUTF16("echo "+secret, false)),
		"percent, lower-case":           strings.ToLower(url.QueryEscape("$+/ &\"")) + lowerPercent(secret),
		"percent, lower-case digits":    lowered(url.QueryEscape(secret)),
		"percent twice":                 url.QueryEscape(url.PathEscape(secret)),
		"percent of base64":             lowered(url.QueryEscape(encoded64(secret + "?>~"))),
		"JSON in JSON":                  inJSON(t, inJSON(t, secret)),
		"JSON with escapes of all":      `"` + unicodeEscapes(secret) + `"`,
		"JSON in HTML":                  inHTML(t, inJSON(t, secret)),
		"HTML in JSON in base64 in hex": hex.EncodeToString([]byte(encoded64(inJSON(t, inHTML(t, secret))))),
	}
	return texts
}

func cut(text string, n int) string { return text[:len(text)-n] }

// lowered writes the digits of percent-encoding in lower case.
func lowered(text string) string {
	b := []byte(text)
	for i := range b {
		if b[i] == '%' {
			copy(b[i:i+3], bytes.ToLower(b[i:i+3]))
		}
	}
	return string(b)
}

func unicodeEscapes(text string) string {
	var b strings.Builder
	for _, c := range []byte(text) {
		b.WriteString(`\u00` + hex.EncodeToString([]byte{c}))
	}
	return b.String()
}

func TestScannerFindsEncodedSecrets(t *testing.T) {
	for name, secret := range map[string]string{"password": sample, "line of a key": keyLine} {
		scanner := NewScanner("another-secret", secret)
		for encoding, text := range encodings(t, secret) {
			t.Run(name+"/"+encoding, func(t *testing.T) {
				for where, around := range map[string]string{"alone": text, "between": "before \"" + text + "\" after"} {
					if got := scanner.Bytes("here", []byte(around)); len(got) != 1 || got[0] != (Leak{1, "here"}) {
						t.Errorf("%s: found %v in %q, want the second secret", where, got, around)
					}
				}
			})
		}
		// The same text with another secret of the same shape holds nothing.
		other := strings.Map(func(r rune) rune {
			if r == 'w' || r == 'A' {
				return 'Z'
			}
			return r
		}, secret)
		for encoding, text := range encodings(t, other) {
			if got := scanner.Bytes("here", []byte(text)); len(got) != 0 {
				t.Errorf("%s: found %v where another secret is: %q", encoding, got, text)
			}
		}
	}
}

// A secret beyond ASCII is found in UTF-16, too.
func TestScannerFindsUTF16BeyondASCII(t *testing.T) {
	const secret = "пароль-日本語-🔑"
	scanner := NewScanner(secret)
	for _, text := range []string{inUTF16("x"+secret, false), inUTF16("x"+secret, true), encoded64(inUTF16(secret, false))} {
		if got := scanner.Bytes("here", []byte(text)); len(got) != 1 {
			t.Errorf("found %v in %q", got, text)
		}
	}
}

// What is nested deeper or decodes to more than the scanner follows is reported, since
// nobody knows what is in it.
func TestScannerReportsWhatItDoesNotSearch(t *testing.T) {
	deep := sample
	for range maxDepth + 1 {
		deep = encoded64(deep)
	}
	quarter := string(make([]byte, maxDecoded/4))
	bomb := gzipped(t, gzipped(t, strings.Repeat(quarter, 5))+sample)
	for name, text := range map[string]string{"deep": deep, "bomb": bomb} {
		t.Run(name, func(t *testing.T) {
			got := NewScanner(sample).Bytes("here", []byte(text))
			if len(got) == 0 || got[len(got)-1] != (Leak{Unsearched, "here"}) {
				t.Errorf("found %v, want a report that not all was searched", got)
			}
			if text := got[len(got)-1].String(); !strings.Contains(text, "not searched") || !strings.Contains(text, "here") {
				t.Errorf("the report is %q", text)
			}
		})
	}
	if got := NewScanner(sample).Bytes("here", bytes.Repeat([]byte(`{"a": "AAAA\n&amp;%41 aGVsbG8gd29ybGQ="}`), 1<<15)); len(got) != 0 {
		t.Errorf("found %v in harmless text", got)
	}
}

func FuzzScanner(f *testing.F) {
	for _, text := range []string{"&#43;%41\\u0041", "H4sIAAAAAAAA", "\x1f\x8b\x08", "41:42", "a\x00b\x00"} {
		f.Add([]byte(text))
	}
	scanner := NewScanner(sample, keyLine)
	f.Fuzz(func(_ *testing.T, text []byte) { scanner.Bytes("here", text) })
}

// The time of a search grows as a text does: texts that make a decoder start again at
// many places take seconds at most, where a quadratic search takes hours.
func TestScannerIsLinear(t *testing.T) {
	const size = 4 << 20
	scanner := NewScanner(sample)
	repeat := func(text string) string { return strings.Repeat(text, size/len(text)) }
	for name, text := range map[string]string{
		"empty gzip streams": repeat(gzipped(t, "")), "headers of gzip": repeat("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x00"),
		"control characters before a mark": repeat("12345678\x01") + "&%\\12345678", "zero bytes": repeat("\x00a"),
		"marks": repeat("&&&&"), "percent": repeat("%%%4"), "backslashes": repeat(`\`), "digits": repeat("a"), "line ends": repeat("\n \r"),
	} {
		t.Run(name, func(t *testing.T) {
			if got := scanner.Bytes("here", []byte(text+sample)); len(got) == 0 || got[0].Secret != 0 {
				t.Errorf("found %v", got)
			}
		})
	}
}
