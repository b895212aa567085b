package soak

import (
	"strings"
	"testing"
)

func TestResultDoesNotAct(t *testing.T) {
	r := Result{Flakes: []Flake{{Check: "check \x1b]0;owned\x07\u202e", IDs: []string{"\u009b2J"}}}}
	text := r.String()
	if i := strings.IndexAny(text, "\x1b\x07\u202e\u009b"); i >= 0 || !strings.Contains(text, "owned") {
		t.Errorf("the table is %q", text)
	}
}
