// Package secrets keeps secrets out of what a run shows and proves that it did:
// a writer that replaces them, and a scanner that looks for injected ones in
// files, logs and the arguments of processes.
package secrets

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"html/template"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// minLength is the shortest secret that is looked for; shorter ones would match
// ordinary words.
const minLength = 8

// Variants are the forms in which a secret may leak in a line of text: as it is, in
// base64 with either alphabet and at any offset inside longer text, once or twice, in
// percent-encoding, in hexadecimal, in HTML, and as it stands inside a JSON string, once
// or twice. The longest come first, so that replacing one after the other leaves no rest.
func Variants(secret string) []string {
	forms := append([]string{secret}, percentEncoded(secret)...)
	for _, escapeHTML := range []bool{false, true} {
		once := quoted(secret, escapeHTML)
		forms = append(forms, once, quoted(once, escapeHTML))
	}
	digits := hex.EncodeToString([]byte(secret))
	forms = append(forms, digits, strings.ToUpper(digits), html.EscapeString(secret),
		template.HTMLEscapeString(secret), strings.ReplaceAll(template.HTMLEscapeString(secret), "+", "&#43;"))
	for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		for offset := range 3 {
			once := embedded(encoding, secret, offset)
			forms = append(forms, once)
			for outer := range 3 {
				forms = append(forms, embedded(encoding, once, outer))
			}
		}
	}
	forms = slices.DeleteFunc(forms, func(form string) bool { return len(form) < minLength })
	slices.SortFunc(forms, func(a, b string) int {
		if len(a) != len(b) {
			return len(b) - len(a)
		}
		return strings.Compare(a, b)
	})
	return slices.Compact(forms)
}

// percentEncoded returns the secret as a part of a query and of a path, and with each
// byte encoded, with digits of either case.
func percentEncoded(secret string) []string {
	var all strings.Builder
	for _, c := range []byte(secret) {
		fmt.Fprintf(&all, "%%%02X", c)
	}
	var forms []string
	for _, form := range []string{url.QueryEscape(secret), url.PathEscape(secret), all.String()} {
		forms = append(forms, form, percent.ReplaceAllStringFunc(form, strings.ToLower))
	}
	return forms
}

var percent = regexp.MustCompile(`%[0-9A-F]{2}`)

// quoted returns the secret as it stands between the quotes of a JSON string;
// writers differ in whether they escape what is special in HTML.
func quoted(secret string, escapeHTML bool) string {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(escapeHTML)
	if err := encoder.Encode(secret); err != nil {
		return secret
	}
	text := strings.TrimSpace(out.String())
	return text[1 : len(text)-1]
}

// embedded returns the characters of the secret's base64 that do not depend on
// what stands around it when it starts at offset modulo 3 of the encoded text.
func embedded(encoding *base64.Encoding, secret string, offset int) string {
	encoded := encoding.EncodeToString([]byte(strings.Repeat("\x00", offset) + secret))
	// A character holds 6 bits; the first ones mix in the bytes before.
	start := (offset*8 + 5) / 6
	end := (offset + len(secret)) * 8 / 6
	return encoded[start:end]
}
