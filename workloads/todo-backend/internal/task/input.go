package task

import (
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"assay.dev/assay/workloads/internal/events"
	"assay.dev/assay/workloads/internal/recurrence"
	"assay.dev/assay/workloads/internal/strictjson"
)

// Bounds of what a client may send; lengths are in characters.
const (
	maxTitle = 200
	maxTags  = 20
	maxTag   = 50
	minYear  = 1970
	maxYear  = 2999
)

// change sets some fields of a task. It holds no task, so that it can be
// applied again to a newer version after a conflict.
type change []func(*Fields)

func (c change) apply(f Fields) Fields {
	for _, set := range c {
		set(&f)
	}
	return f
}

// ParseCreate reads the body of a new task: user_id and title are required,
// the rest has defaults (open, medium, no dates, no tags). Errors of all
// parsers here are those of strictjson.
func ParseCreate(raw []byte) (userID string, fields Fields, err error) {
	o, err := strictjson.Parse(raw)
	if err != nil {
		return "", Fields{}, err
	}
	userID = o.UUID("user_id")
	fields = fieldsOf(o)
	if fields.Completed {
		o.Fail("completed", "must be false: create the task first, then complete it")
	}
	o.NoOthers()
	return userID, fields, o.Err()
}

// Edit turns a task into its new fields; an error refuses the edit.
type Edit func(Task) (Fields, error)

// ParseReplace reads the body of PUT: a whole representation of a task.
// Members that a client cannot change may be sent back as they were read;
// another task_id or user_id is refused, times are not compared.
func ParseReplace(raw []byte) (Edit, error) {
	o, err := strictjson.Parse(raw)
	if err != nil {
		return nil, err
	}
	taskID, userID := optionalUUID(o, "task_id"), optionalUUID(o, "user_id")
	o.Has("created_at")
	o.Has("updated_at")
	fields := fieldsOf(o)
	o.NoOthers()
	if err := o.Err(); err != nil {
		return nil, err
	}
	return func(t Task) (Fields, error) {
		if taskID != "" && taskID != t.TaskID {
			o.Fail("task_id", "must be the id in the path, or be left out")
		}
		if userID != "" && userID != t.UserID {
			o.Fail("user_id", "cannot change")
		}
		return fields, o.Err()
	}, nil
}

func optionalUUID(o *strictjson.Object, name string) string {
	if !o.Has(name) {
		return ""
	}
	return o.UUID(name)
}

// ParsePatch reads an RFC 7396 merge patch: members that are present change,
// null clears where the task may have none.
func ParsePatch(raw []byte) (Edit, error) {
	o, err := strictjson.Parse(raw)
	if err != nil {
		return nil, err
	}
	change := present(o)
	o.NoOthers()
	return func(t Task) (Fields, error) { return change.apply(t.Fields()), nil }, o.Err()
}

// fieldsOf reads a full set of fields over the defaults.
func fieldsOf(o *strictjson.Object) Fields {
	if !o.Has("title") {
		o.Fail("title", "is required")
	}
	return present(o).apply(Fields{Priority: events.PriorityMedium, Tags: []string{}})
}

// present reads the fields that the object has.
func present(o *strictjson.Object) change {
	var c change
	if o.Has("title") {
		title := readTitle(o)
		c = append(c, func(f *Fields) { f.Title = title })
	}
	if o.Has("completed") {
		completed := o.Bool("completed")
		c = append(c, func(f *Fields) { f.Completed = completed })
	}
	if o.Has("priority") {
		priority := o.Enum("priority", events.PriorityLow, events.PriorityMedium, events.PriorityHigh)
		c = append(c, func(f *Fields) { f.Priority = priority })
	}
	if o.Has("due_date") {
		due := readTime(o, "due_date")
		c = append(c, func(f *Fields) { f.DueDate = due })
	}
	if o.Has("remind_at") {
		remind := readTime(o, "remind_at")
		c = append(c, func(f *Fields) { f.RemindAt = remind })
	}
	if o.Has("recurrence_pattern") {
		pattern := readPattern(o)
		c = append(c, func(f *Fields) { f.RecurrencePattern = pattern })
	}
	if o.Has("tags") {
		tags := readTags(o)
		c = append(c, func(f *Fields) { f.Tags = tags })
	}
	return c
}

func readTitle(o *strictjson.Object) string {
	before := o.Violations()
	title := o.String("title")
	switch {
	case o.Violations() > before:
	case strings.TrimSpace(title) == "":
		o.Fail("title", "must not be blank")
	case utf8.RuneCountInString(title) > maxTitle:
		o.Fail("title", "must have %d characters at most", maxTitle)
	case strings.ContainsFunc(title, unicode.IsControl):
		o.Fail("title", "must not contain control characters")
	}
	return title
}

func readTime(o *strictjson.Object, name string) *time.Time {
	t := o.NullableTime(name)
	if t == nil {
		return nil
	}
	utc := t.UTC()
	if utc.Year() < minYear || utc.Year() > maxYear {
		o.Fail(name, "must be in the years %d to %d", minYear, maxYear)
	}
	return &utc
}

func readPattern(o *strictjson.Object) *string {
	pattern := o.NullableString("recurrence_pattern")
	if pattern != nil {
		if _, err := recurrence.Parse(*pattern); err != nil {
			o.Fail("recurrence_pattern", "is not supported: %s", err)
		}
	}
	return pattern
}

func readTags(o *strictjson.Object) []string {
	tags := o.Strings("tags")
	if len(tags) > maxTags {
		o.Fail("tags", "must have %d items at most", maxTags)
	}
	for i, tag := range tags {
		switch {
		case strings.TrimSpace(tag) == "" || utf8.RuneCountInString(tag) > maxTag || strings.ContainsFunc(tag, unicode.IsControl):
			o.Fail("tags", "items must have 1 to %d characters and not be blank", maxTag)
			return tags
		case slices.Contains(tags[:i], tag):
			o.Fail("tags", "items must differ")
			return tags
		}
	}
	return tags
}
