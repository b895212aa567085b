package columns

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/mattn/go-runewidth"
)

func TestTablesFit(t *testing.T) {
	rows := [][]string{
		{"quota.todo-app.cpu-requests", "the quota of todo-app is 4 CPUs, which is less than what its pods request together", "fail"},
		{"X", strings.Repeat("x", 200), "a\x1b[2Jb"},
		{"日本", "日本語日本語日本語日本語日本語日本語日本語日本語日本語日本語日本語", ""},
	}
	for _, width := range []int{40, 60, 80, 200} {
		var out bytes.Buffer
		if err := Print(&out, width, []string{"id", "what", "result"}, rows); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(out.String()) {
			if n := runewidth.StringWidth(strings.TrimSuffix(line, "\n")); n > width {
				t.Errorf("a line has %d columns of %d: %s", n, width, line)
			}
		}
		if strings.Contains(out.String(), "\x1b") || strings.Count(out.String(), "x") < 200 {
			t.Errorf("a cell is cut or acts:\n%s", &out)
		}
	}
}

func TestWidth(t *testing.T) {
	t.Setenv("COLUMNS", "")
	if n := Width(&bytes.Buffer{}); n != 80 {
		t.Errorf("%d", n)
	}
	t.Setenv("COLUMNS", "61")
	if n := Width(os.Stdout); n != 61 {
		t.Errorf("%d", n)
	}
}

func TestABreakMakesNoCommand(t *testing.T) {
	for _, line := range Wrap("a word and ::error::injected", 14) {
		if strings.HasPrefix(line, "::") {
			t.Errorf("%q", line)
		}
	}
}

func TestIndent(t *testing.T) {
	if got := Indent("  ✗ ", "one two three", 12); got != "  ✗ one two\n    three" {
		t.Errorf("%q", got)
	}
	if got := Wrap("", 10); len(got) != 1 || got[0] != "" {
		t.Errorf("%q", got)
	}
}
