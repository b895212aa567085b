package experiment

import (
	"fmt"
	"slices"
	"sync"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/observe"
)

// ledger is a log that remembers which task events the accepted changes cause,
// so that the end can wait for those that are still on their way: while the broker
// is away, events wait where no consumer group counts them.
type ledger struct {
	*observe.Journal
	mu   sync.Mutex
	owed []debt
}

// debt is a task event that has to come: by its id, or, for a deletion, which is
// answered without one, by its task and type.
type debt struct{ id, task, kind string }

// deleted is the type of the event of a deletion.
const deleted = "task.deleted"

// Write implements observe.Log.
func (l *ledger) Write(entry history.Entry) error {
	if request, ok := entry.(history.Request); ok && request.Outcome == history.Accepted && request.Change != "" {
		owed := debt{id: request.Event}
		if request.Change == "delete" {
			owed = debt{task: request.Key, kind: deleted}
		}
		l.mu.Lock()
		l.owed = append(l.owed, owed)
		l.mu.Unlock()
	}
	return l.Journal.Write(entry)
}

// due says which events have not been seen, at most a few of them.
func (l *ledger) due(captures []observe.Capture) []string {
	ids, gone := map[string]bool{}, map[string]bool{}
	for i := range captures {
		ids[captures[i].ID] = true
		if captures[i].Type == deleted {
			gone[captures[i].EventKey] = true
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.owed = slices.DeleteFunc(l.owed, func(d debt) bool { return d.id != "" && ids[d.id] || d.kind != "" && gone[d.task] })
	var due []string
	const few = 5
	for _, d := range l.owed[:min(few, len(l.owed))] {
		due = append(due, fmt.Sprintf("%s%s %s", d.id, d.kind, d.task))
	}
	if more := len(l.owed) - few; more > 0 {
		due = append(due, fmt.Sprintf("and %d more", more))
	}
	return due
}
