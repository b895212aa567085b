package report

import (
	"regexp"
	"slices"
	"strings"
)

// named are the names of what holds a secret, at the end of a longer name or alone.
const named = `[a-z0-9_.-]*(?:password|passwd|pwd|passphrase|token|(?:api|access|private|secret|account|encryption)[_-]?key|client-key-data|(?:client|app|shared|consumer|signing|webhook)[_-]?secret)`

// keys are what stands before a secret.
var keys = []key{
	{regexp.MustCompile(`(?i)\b(?:proxy-)?authorization\\*["']?[ \t]*[=:][ \t]*`), (*value).line},
	{regexp.MustCompile(`(?i)\b(?:set-)?cookie\\*["']?[ \t]*[=:][ \t]*`), (*value).line},
	{regexp.MustCompile(`(?i)` + named + `\\*["']?[ \t]*(?:[=:]+>?)[ \t]*`), (*value).word},
	// The word alone names Kubernetes' objects far more often than a value.
	{regexp.MustCompile(`(?i)\bsecret\\*(?:["'][ \t]*:|["']?[ \t]*=)[ \t]*`), (*value).word},
	{regexp.MustCompile(`(?i)(?:^|[\s"'])--?(?:` + named + `|(?:[a-z0-9]+-)*secret)[ \t]+`), (*value).word},
}

// key is what stands before a secret, and how far the secret goes.
type key struct {
	form *regexp.Regexp
	skip func(*value)
}

// redact replaces what stands behind each key.
func (k key) redact(text string) string {
	var out strings.Builder
	for {
		at := k.form.FindStringIndex(text)
		if at == nil {
			return out.String() + text
		}
		before := byte(0)
		if at[0] > 0 {
			before = text[at[0]-1]
		}
		v := value{rest: text[at[1]:], before: before}
		k.skip(&v)
		out.WriteString(text[:at[1]] + v.shown)
		text = v.rest
	}
}

// value is a text that starts with a secret.
type value struct {
	// rest is what is not read yet, shown what stands for what is read.
	rest, shown string
	// before is the character before the key, 0 at the start of a text.
	before byte
}

// replacements are what stands for a secret already.
var replacements = []string{"[secret]", "[token]", "[private key]"}

func (v *value) replaced() bool {
	return slices.ContainsFunc(replacements, func(r string) bool { return strings.HasPrefix(v.rest, r) })
}

// hide replaces n bytes.
func (v *value) hide(n int) {
	if n > 0 {
		v.rest, v.shown = v.rest[n:], v.shown+"[secret]"
	}
}

// word reads a quoted text or a word.
func (v *value) word() {
	if v.replaced() || v.quoted() {
		return
	}
	if n := block(v.rest); n > 0 {
		v.hide(n)
		return
	}
	n := strings.IndexAny(v.rest, " \t\r\n\"'`&;")
	if n < 0 {
		n = len(v.rest)
	}
	v.hide(len(strings.TrimRight(v.rest[:n], `,.)}]\`)))
}

// line reads a quoted text, or all to the line's end or to the quote that the key is
// in, but for the scheme of an authorization (RFC 9110, section 11.6.2).
func (v *value) line() {
	if n := len(opening(v.rest)); n > 0 {
		v.shown, v.rest = v.rest[:n], v.rest[n:]
		v.before = v.shown[n-1]
	}
	if scheme := schemes.FindString(v.rest); scheme != "" {
		v.shown, v.rest = v.shown+scheme, v.rest[len(scheme):]
	}
	if v.replaced() {
		return
	}
	end := "\r\n"
	if v.before == '"' || v.before == '\'' {
		end += string(v.before)
	}
	n := strings.IndexAny(v.rest, end)
	if n < 0 {
		n = len(v.rest)
	}
	v.hide(len(strings.TrimRight(v.rest[:n], `\`)))
}

var schemes = regexp.MustCompile(`(?i)^(?:basic|bearer|digest|negotiate|token|apikey|signature|aws4-hmac-sha256)[ \t]+`)

// quoted reads one quoted text, or several that follow each other without a space, as
// shells and libpq join them. What is never closed ends with its line.
func (v *value) quoted() bool {
	open := opening(v.rest)
	if open == "" {
		return false
	}
	v.shown, v.rest = open, v.rest[len(open):]
	if v.replaced() {
		return true
	}
	n := closing(v.rest, open)
	for n >= 0 {
		again := opening(v.rest[n+len(open):])
		if again == "" {
			v.hide(n)
			return true
		}
		next := closing(v.rest[n+len(open)+len(again):], again)
		if next < 0 {
			break
		}
		n, open = n+len(open)+len(again)+next, again
	}
	if n = strings.IndexAny(v.rest, "\r\n"); n < 0 {
		n = len(v.rest)
	}
	v.hide(n)
	return true
}

// opening is the quote that a text starts with, with the backslashes before it.
func opening(text string) string {
	n := 0
	for n < len(text) && text[n] == '\\' {
		n++
	}
	if n < len(text) && strings.IndexByte("\"'`", text[n]) >= 0 {
		return text[:n+1]
	}
	return ""
}

// closing returns where the quote is that closes a text, -1 if none does: the same one
// with as many backslashes, or without a backslash that escapes it.
func closing(text, open string) int {
	quote, depth, slashes := open[len(open)-1], len(open)-1, 0
	for i := range len(text) {
		switch {
		case text[i] == '\\':
			slashes++
			continue
		case text[i] == quote && (depth > 0 && slashes == depth || depth == 0 && slashes%2 == 0):
			return i - depth
		}
		slashes = 0
	}
	return -1
}

// block returns how long a block of YAML is that a text starts with: its sign and the
// indented lines after it (YAML 1.2.2, section 8.1).
func block(text string) int { return len(blockForm.FindString(text)) }

var blockForm = regexp.MustCompile(`^[|>][-+0-9]*[ \t]*(?:\r?\n[ \t]+[^\n]*)+`)
