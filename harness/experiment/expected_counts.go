package experiment

import (
	"fmt"
	"slices"
	"sync"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/record/observe"
	"assay.dev/assay/spec"
)

// counts is a log that remembers which events the accepted requests cause, so that the end
// can wait for those that are still on their way: while the broker is away, events wait
// where no consumer group counts them.
type expectedCounts struct {
	*observe.Journal
	load spec.Traffic

	mu   sync.Mutex
	owed []debt
}

// debt is the first event that a request causes: by its id, or, where the answer does not
// name it, by its key and type.
type debt struct{ id, key, kind string }

func newExpectedCounts(journal *observe.Journal, load spec.Traffic) *expectedCounts {
	return &expectedCounts{Journal: journal, load: load}
}

// Write implements observe.Log.
func (l *expectedCounts) Write(entry history.Entry) error {
	if request, ok := entry.(history.Request); ok && request.Result == history.Accepted {
		if asked, known := l.load.Request(request.Change); known && len(asked.Expects) > 0 {
			owed := debt{id: request.Event}
			if owed.id == "" {
				owed = debt{key: request.Key, kind: asked.Expects[0].Type}
			}
			l.mu.Lock()
			l.owed = append(l.owed, owed)
			l.mu.Unlock()
		}
	}
	return l.Journal.Write(entry)
}

// due says which events have not been seen, at most a few of them.
func (l *expectedCounts) due(captures []observe.Capture) []string {
	seen := map[debt]bool{}
	for i := range captures {
		c := &captures[i]
		seen[debt{id: c.ID}], seen[debt{key: c.EventKey, kind: c.Type}] = true, true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.owed = slices.DeleteFunc(l.owed, func(d debt) bool { return seen[d] })
	var due []string
	const few = 5
	for _, d := range l.owed[:min(few, len(l.owed))] {
		due = append(due, fmt.Sprintf("%s%s %s", d.id, d.kind, d.key))
	}
	if more := len(l.owed) - few; more > 0 {
		due = append(due, fmt.Sprintf("and %d more", more))
	}
	return due
}
