package platform

import (
	"bytes"
	"testing"
)

// What a cluster, an engine or a registry said stands in messages: it must not act.
func TestMessagesDoNotAct(t *testing.T) {
	var out bytes.Buffer
	p := &Platform{out: &out}
	p.printf("left out: %s", "\x1b]0;owned\x07\n::error::owned\u202e")
	if got, want := out.String(), "left out: \\u001b]0;owned\\u0007\n\\u003a:error::owned\\u202e\n"; got != want {
		t.Errorf("printed %q, want %q", got, want)
	}
}
