package events

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Family is what the specification calls the events of one kind, and where they are.
type Family struct {
	Topic  string
	Source string
	Types  []string
	// Route is where this service gets them, if it consumes them.
	Route string
}

// Names are the families by what their events carry. Types of changes are in the order of
// the kinds below; reminders and syncs have one type each.
type Names struct{ Change, Reminder, Sync Family }

// Kind is what became of a task, and the place of its type in Change.Types.
type Kind int

// The kinds of changes.
const (
	Created Kind = iota
	Updated
	Completed
	Deleted
)

// Defaults are the names of the reference specification.
func Defaults() Names {
	const source = "todo-backend"
	return Names{
		Change: Family{
			Topic: "task-events", Source: source, Route: "/events/task-events",
			Types: []string{"task.created", "task.updated", "task.completed", "task.deleted"},
		},
		Reminder: Family{Topic: "reminders", Source: source, Route: "/events/reminders", Types: []string{"reminder.scheduled"}},
		Sync:     Family{Topic: "task-updates", Source: source, Route: "/events/task-updates", Types: []string{"task.sync"}},
	}
}

// ReadNames reads the names from the environment: CHANGE_TOPIC, CHANGE_SOURCE,
// CHANGE_TYPES (separated by commas) and CHANGE_ROUTE, and the same for REMINDER and SYNC.
// What is not set is that of Defaults; the error names every variable that is wrong.
func ReadNames(getenv func(string) string) (Names, error) {
	names := Defaults()
	return names, errors.Join(
		names.Change.read(getenv, "CHANGE"), names.Reminder.read(getenv, "REMINDER"), names.Sync.read(getenv, "SYNC"),
	)
}

func (f *Family) read(getenv func(string) string, prefix string) error {
	var errs []error
	for name, field := range map[string]*string{"_TOPIC": &f.Topic, "_SOURCE": &f.Source, "_ROUTE": &f.Route} {
		if value := getenv(prefix + name); value != "" {
			*field = value
		}
	}
	if !strings.HasPrefix(f.Route, "/") {
		errs = append(errs, fmt.Errorf("%s_ROUTE must be a path such as /events, not %q", prefix, f.Route))
	}
	if value := getenv(prefix + "_TYPES"); value != "" {
		types := strings.Split(value, ",")
		if len(types) != len(f.Types) || slices.Contains(types, "") || len(slices.Compact(slices.Sorted(slices.Values(types)))) != len(types) {
			errs = append(errs, fmt.Errorf("%s_TYPES must be %d different types, in the order of %s, not %q", prefix, len(f.Types), strings.Join(f.Types, ","), value))
		} else {
			f.Types = types
		}
	}
	return errors.Join(errs...)
}
