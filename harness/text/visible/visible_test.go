package visible

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

func TestTextShowsWhatWouldAct(t *testing.T) {
	for in, want := range map[string]string{
		"plain ä 日本 ✓\tand\nmore":          "plain ä 日本 ✓\tand\nmore",
		"\x1b]0;owned\x07\x1b[2J":          `\u001b]0;owned\u0007\u001b[2J`,
		"\u009b2J":                         `\u009b2J`,
		"over\rwritten\b\x7f":              `over\u000dwritten\u0008\u007f`,
		"a\u202eb\u2066c\u200ed\u061c":     `a\u202eb\u2066c\u200ed\u061c`,
		"\ufeff\u200b\u2028\u2029":         `\ufeff\u200b\u2028\u2029`,
		"\xff\x9b2J":                       `\xff\x9b2J`,
		"\U000e0041":                       `\udb40\udc41`,
		"a\n::error::injected":             "a\n\\u003a:error::injected",
		"a\n \t::warning::injected":        "a\n \t\\u003a:warning::injected",
		"x ##[error]injected":              `x \u0023#[error]injected`,
		"##vso[task.complete]":             `\u0023#vso[task.complete]`,
		"section_start:1:name":             `section_start\u003a1:name`,
		"std::vector, a ## heading, x: :y": "std::vector, a ## heading, x: :y",
		"\uFFFD stays":                     "\uFFFD stays",
	} {
		if got := Text(in); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
	if got := Line("a\n::error::b\tc"); got != `a\n::error::b\tc` {
		t.Errorf("%q", got)
	}
}

func TestWhatIsEscapedInsideOfJSONStaysJSON(t *testing.T) {
	in := "\u202e\u0085\x7f\U000e0041\u2028"
	content, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	var out string
	if err := json.Unmarshal([]byte(Characters(string(content))), &out); err != nil || out != in {
		t.Errorf("%q, %v", out, err)
	}
}

func TestWriterSeesCommandsAcrossWrites(t *testing.T) {
	var out bytes.Buffer
	w := NewWriter(&out)
	for _, part := range []string{"a\n:", ":error::x\n\x1b", "[2J and no end"} {
		if _, err := w.Write([]byte(part)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if got := out.String(); got != "a\n\\u003a:error::x\n\\u001b[2J and no end" {
		t.Errorf("%q", got)
	}
	out.Reset()
	if _, err := w.Write(bytes.Repeat([]byte("x"), 2*longest)); err != nil || out.Len() != 2*longest {
		t.Errorf("%d bytes, %v", out.Len(), err)
	}
}

func FuzzText(f *testing.F) {
	f.Add("\x1b[2J\n::error::x")
	f.Fuzz(func(t *testing.T, in string) {
		out := Text(in)
		for line := range strings.Lines(out) {
			if strings.HasPrefix(strings.TrimSpace(line), "::") || strings.ContainsAny(line, "\x1b\r\u202e\u2028\u009b") {
				t.Errorf("%q becomes %q", in, out)
			}
		}
	})
}
