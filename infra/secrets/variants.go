// Package secrets keeps secrets out of what a run shows and proves that it did:
// a writer that replaces them, and a scanner that looks for planted ones in
// files, logs and the arguments of processes.
package secrets

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
)

// minLength is the shortest secret that is looked for; shorter ones would match
// ordinary words.
const minLength = 8

// Variants are the forms in which a secret may leak: as it is, in base64 with
// either alphabet and at any offset inside longer text, URL-encoded, and as it
// stands inside a JSON string. The longest come first, so that replacing one
// after the other leaves no rest.
func Variants(secret string) []string {
	forms := []string{secret, url.QueryEscape(secret), url.PathEscape(secret)}
	for _, escapeHTML := range []bool{false, true} {
		forms = append(forms, quoted(secret, escapeHTML))
	}
	for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		for offset := range 3 {
			forms = append(forms, embedded(encoding, secret, offset))
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
