// Package visible makes text that somebody else wrote safe to show: what a terminal,
// a browser or a CI system would act on becomes text that a reader sees.
package visible

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Text escapes what is no printable text, line by line, and keeps line breaks and
// tabs. It escapes control characters (ECMA-48), characters that change the direction
// of text (Unicode Standard Annex 9) or that nobody sees, bytes that are no UTF-8,
// and the beginnings of the commands that CI systems read from a job's output.
func Text(s string) string {
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		lines[i] = commands(characters(line, false))
	}
	return strings.Join(lines, "\n")
}

// Line is Text for what stands in a line among others: line breaks and tabs are
// escaped, too.
func Line(s string) string { return commands(characters(s, true)) }

// Characters is Text without regard to commands, for files that no CI system reads
// line by line: HTML, XML and JSON. What it escapes inside of a JSON string stays a
// valid escape there.
func Characters(s string) string { return characters(s, false) }

func characters(s string, single bool) string {
	if plain(s, single) {
		return s
	}
	var b strings.Builder
	for i, r := range s {
		switch {
		case r == utf8.RuneError && !strings.HasPrefix(s[i:], "\uFFFD"):
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case !hidden(r, single):
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r > 0xffff: // as JSON writes it, in two halves
			fmt.Fprintf(&b, `\u%04x\u%04x`, 0xd800+(r-0x10000)>>10, 0xdc00+(r-0x10000)&0x3ff)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}

// plain reports whether nothing is to be escaped, as in nearly all texts.
func plain(s string, single bool) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return hidden(r, single) })
}

// hidden reports whether a character does something else than to be seen. Cf holds
// the characters that set direction or join; Zl and Zp break lines.
func hidden(r rune, single bool) bool {
	if r == '\n' || r == '\t' {
		return single
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co) || 0xfe00 <= r && r <= 0xfe0f
}

var (
	// GitHub's runner trims a line before it looks for "::".
	colons = regexp.MustCompile(`^([\s\p{Z}]*):(:)`)
	// Its older form, Azure's ##vso[ and TeamCity's ##teamcity[ are found anywhere.
	hashes = regexp.MustCompile(`#(#[A-Za-z]*\[)`)
	// GitLab reads section_start:… and section_end:… of a line.
	sections = regexp.MustCompile(`(section_(?:start|end)):`)
)

// commands breaks what a CI system would read as a command.
func commands(line string) string {
	if !strings.Contains(line, "::") && !strings.Contains(line, "##") && !strings.Contains(line, "section_") {
		return line
	}
	line = colons.ReplaceAllString(line, `$1\u003a$2`)
	line = hashes.ReplaceAllString(line, `\u0023$1`)
	return sections.ReplaceAllString(line, `$1\u003a`)
}
