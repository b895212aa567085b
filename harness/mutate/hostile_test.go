package mutate

import (
	"bytes"
	"strings"
	"testing"
)

// acts is what a cluster's text may hold that a terminal or a CI system acts on.
const acts = "\x1b]0;owned\x07\u202e\n::error::owned\t\u009b2J"

func TestResultsDoNotAct(t *testing.T) {
	result := Result{ID: "topic.task-events.exists-fewer", Status: Survived, Text: acts, Message: acts, Red: []string{acts}}
	var progress bytes.Buffer
	printResult(&progress, 1, 2, result, 0)
	for name, text := range map[string]string{"table": Table([]Result{result}), "progress": progress.String()} {
		if i := strings.IndexAny(text, "\x1b\x07\u202e\u009b"); i >= 0 {
			t.Errorf("the %s holds %q", name, text[i:])
		}
		for line := range strings.Lines(text) {
			if strings.HasPrefix(strings.TrimSpace(line), "::") {
				t.Errorf("a line of the %s is a command: %q", name, line)
			}
		}
		if !strings.Contains(text, "owned") {
			t.Errorf("the %s does not show the text: %q", name, text)
		}
	}
}
