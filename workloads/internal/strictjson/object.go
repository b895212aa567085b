// Package strictjson reads JSON objects whose members are all known and typed.
//
// encoding/json matches names without regard to case, accepts members that a
// struct does not have and stops at the first wrong type. A service that must
// tell a client (or a dead-letter reader) everything that is wrong with a
// document needs the opposite: exact names, no extra members and every
// violation at once, each with an RFC 6901 pointer.
package strictjson

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// Violation is one broken rule: where (RFC 6901 pointer) and what.
type Violation struct {
	Pointer string `json:"pointer"`
	Detail  string `json:"detail"`
}

// InvalidError says that a document is well-formed JSON but breaks rules.
type InvalidError struct{ Violations []Violation }

// Error lists every violation in one line.
func (e *InvalidError) Error() string {
	parts := make([]string, len(e.Violations))
	for i, v := range e.Violations {
		parts[i] = v.Pointer + " " + v.Detail
	}
	return "invalid document: " + strings.Join(parts, "; ")
}

// ErrSyntax says that the bytes are not one JSON object.
var ErrSyntax = errors.New("not a JSON object")

// Object reads the members of one JSON object and collects violations.
// Readers of a missing or wrong member record a violation and return the zero
// value, so a caller reads everything first and asks Err once.
type Object struct {
	path       string
	members    map[string]json.RawMessage
	known      map[string]bool
	violations *[]Violation
}

// Parse reads raw as exactly one JSON object of I-JSON (RFC 7493): valid UTF-8, no
// lone surrogates, no member twice. encoding/json alone replaces broken text and takes
// the last of doubled members, so that other text is read than was sent. The error
// wraps ErrSyntax.
func Parse(raw []byte) (*Object, error) {
	dec := jsontext.NewDecoder(bytes.NewReader(raw))
	if _, err := dec.ReadValue(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSyntax, err)
	}
	if _, err := dec.ReadToken(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%w: data follows the object", ErrSyntax)
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(raw, &members); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSyntax, err)
	}
	if members == nil {
		return nil, fmt.Errorf("%w: it is null", ErrSyntax)
	}
	return newObject("", members, &[]Violation{}), nil
}

func newObject(path string, members map[string]json.RawMessage, violations *[]Violation) *Object {
	return &Object{path: path, members: members, known: map[string]bool{}, violations: violations}
}

// Err is nil when no violation was recorded in this object or a nested one,
// else an *InvalidError.
func (o *Object) Err() error {
	if len(*o.violations) == 0 {
		return nil
	}
	return &InvalidError{Violations: slices.Clone(*o.violations)}
}

// Violations is how many violations were recorded so far.
func (o *Object) Violations() int { return len(*o.violations) }

// Fail records a violation of the named member.
func (o *Object) Fail(name, format string, args ...any) {
	escaped := strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
	*o.violations = append(*o.violations, Violation{
		Pointer: o.path + "/" + escaped,
		Detail:  fmt.Sprintf(format, args...),
	})
}

// Has reports whether the member is present, null included, and marks it known.
func (o *Object) Has(name string) bool {
	o.known[name] = true
	_, ok := o.members[name]
	return ok
}

// Null reports whether the member is present and null.
func (o *Object) Null(name string) bool {
	return o.Has(name) && string(bytes.TrimSpace(o.members[name])) == "null"
}

// NoOthers records a violation for each member that no reader asked for.
func (o *Object) NoOthers() {
	for _, name := range o.Others() {
		o.Fail(name, "is not a known member")
	}
}

// Others returns the names of members that no reader asked for, sorted.
func (o *Object) Others() []string {
	names := make([]string, 0)
	for name := range o.members {
		if !o.known[name] {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// read decodes a required, non-null member; what names the wanted JSON type.
func read[T any](o *Object, name, what string) (T, bool) {
	var value T
	if !o.Has(name) {
		o.Fail(name, "is required")
		return value, false
	}
	if o.Null(name) {
		o.Fail(name, "must be %s, not null", what)
		return value, false
	}
	if err := json.Unmarshal(o.members[name], &value); err != nil {
		o.Fail(name, "must be %s", what)
		return value, false
	}
	return value, true
}

// String reads a required string.
func (o *Object) String(name string) string {
	s, _ := read[string](o, name, "a string")
	return s
}

// NullableString reads a required member that is a string or null.
func (o *Object) NullableString(name string) *string {
	if o.Null(name) {
		return nil
	}
	s, ok := read[string](o, name, "a string or null")
	if !ok {
		return nil
	}
	return &s
}

// Bool reads a required boolean.
func (o *Object) Bool(name string) bool {
	b, _ := read[bool](o, name, "a boolean")
	return b
}

// Strings reads a required array of strings; it is never nil.
func (o *Object) Strings(name string) []string {
	items, ok := read[[]*string](o, name, "an array of strings")
	out := make([]string, 0, len(items))
	if !ok {
		return out
	}
	for _, item := range items {
		if item == nil {
			o.Fail(name, "must be an array of strings, without null")
			return []string{}
		}
		out = append(out, *item)
	}
	return out
}

// Enum reads a required string that is one of the allowed values.
func (o *Object) Enum(name string, allowed ...string) string {
	s, ok := read[string](o, name, "a string")
	if ok && !slices.Contains(allowed, s) {
		o.Fail(name, "must be one of %s", strings.Join(allowed, ", "))
	}
	return s
}

// UUID reads a required RFC 9562 UUID in its 36-character form and returns it
// in lower case.
func (o *Object) UUID(name string) string {
	s, ok := read[string](o, name, "a string")
	if ok && !IsUUID(s) {
		o.Fail(name, "must be a UUID such as 0190163d-8694-739b-aea5-966c26f8ad91")
	}
	return strings.ToLower(s)
}

// Time reads a required RFC 3339 timestamp.
func (o *Object) Time(name string) time.Time {
	t, _ := o.time(name)
	return t
}

func (o *Object) time(name string) (time.Time, bool) {
	s, ok := read[string](o, name, "a string")
	if !ok {
		return time.Time{}, false
	}
	t, err := ParseTime(s)
	if err != nil {
		o.Fail(name, "%v", err)
	}
	return t, err == nil
}

// NullableTime reads a required member that is an RFC 3339 timestamp or null.
func (o *Object) NullableTime(name string) *time.Time {
	if o.Null(name) {
		return nil
	}
	t, ok := o.time(name)
	if !ok {
		return nil
	}
	return &t
}

// Object reads a required nested object that shares this one's violations.
func (o *Object) Object(name string) *Object {
	members, ok := read[map[string]json.RawMessage](o, name, "an object")
	if !ok {
		// One violation for the missing object says enough: what its members
		// lack would only repeat it.
		return newObject(o.path+"/"+name, nil, &[]Violation{})
	}
	return newObject(o.path+"/"+name, members, o.violations)
}

// Raw returns the member's bytes, nil when it is absent.
func (o *Object) Raw(name string) json.RawMessage {
	o.known[name] = true
	return o.members[name]
}
