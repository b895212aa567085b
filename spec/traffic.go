package spec

import (
	"fmt"
	"iter"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Traffic is the load under which the platform is judged: requests through the ingress,
// and events that are published straight into topics. Either may be missing.
type Traffic struct {
	// Rate is how many requests are sent a second. Minimum is how many of them have to be
	// accepted a second on average, or the load proves nothing, and MinimumWithFault that
	// number where a fault is injected.
	Rate             float64 `yaml:"rate,omitempty"`
	Minimum          float64 `yaml:"minimum,omitempty"`
	MinimumWithFault float64 `yaml:"minimumWithFault,omitempty"`
	// Keys is how many objects are changed side by side, Users to how many users they belong.
	Keys  int `yaml:"keys,omitempty"`
	Users int `yaml:"users,omitempty"`
	// Through names the infrastructure that passes requests on, and may repeat them.
	Through      []string      `yaml:"through,omitempty"`
	Objects      []LoadObject  `yaml:"objects,omitempty"`
	Requests     []LoadRequest `yaml:"requests,omitempty"`
	Publications []Publication `yaml:"publications,omitempty"`
}

// LoadObject is what requests make, change and remove.
type LoadObject struct {
	Name string `yaml:"name"`
	// Read is the path that answers an object, with {key} in the place of its key; empty
	// where there is none.
	Read string `yaml:"read,omitempty"`
	// Closed says that the API refuses members which it does not know.
	Closed bool    `yaml:"closed,omitempty"`
	Fields []Field `yaml:"fields"`
}

// RequestEffect is what a request does to an object.
type RequestEffect string

// The effects of requests.
const (
	Makes   RequestEffect = "makes"
	Changes RequestEffect = "changes"
	Removes RequestEffect = "removes"
)

// UnmarshalYAML refuses any other effect.
func (e *RequestEffect) UnmarshalYAML(n *yaml.Node) error { return enum(n, e, "effect of a request") }

// Values implements Enumerated.
func (RequestEffect) Values() []string {
	return []string{string(Makes), string(Changes), string(Removes)}
}

// LoadRequest is a kind of request. Its path has {key} and {user} in the places of the
// object's key and of its user. A string of the body that is $key, $user or $ and the name
// of a field stands for that value.
type LoadRequest struct {
	Name        string         `yaml:"name"`
	Object      string         `yaml:"object"`
	Does        RequestEffect  `yaml:"does"`
	Method      string         `yaml:"method"`
	Path        string         `yaml:"path"`
	ContentType string         `yaml:"contentType,omitempty"`
	Body        map[string]any `yaml:"body,omitempty"`
	// Required are the members of the body without which the API refuses it.
	Required []string `yaml:"required,omitempty"`
	// Weight is how often the request is chosen, in proportion to the others that suit the
	// object. After is how many requests have to come before it, Unless the field that must
	// not be true.
	Weight int    `yaml:"weight"`
	After  int    `yaml:"after,omitempty"`
	Unless string `yaml:"unless,omitempty"`
	// Sets are fields that have other values once the request is accepted.
	Sets map[string]any `yaml:"sets,omitempty"`
	// Key is where the answer holds the key of what was made, Event where it holds the id of
	// the event that the first expectation is of. Without Event that event is known by its
	// key and type.
	Key     Place         `yaml:"key,omitempty"`
	Event   Place         `yaml:"event,omitempty"`
	Expects []Expectation `yaml:"expects,omitempty"`
}

// Place is where an answer holds a value: in a header, or in a member of its JSON body,
// such as order.id.
type Place struct {
	Header string `yaml:"header,omitempty"`
	Body   string `yaml:"body,omitempty"`
}

// Expectation is what events an accepted request causes. The first one of a request is of
// exactly one event, by which the request is known in Kafka.
type Expectation struct {
	Name   string `yaml:"name"`
	Family string `yaml:"family"`
	Type   string `yaml:"type"`
	// Label is the value of the family's label.
	Label       string `yaml:"label,omitempty"`
	Requirement string `yaml:"requirement,omitempty"`
	// Each names fields: one event comes for each that the request sets to a value of its
	// own. When and Unless name fields: the events come if the first has a value, and the
	// second is not true.
	Each   []string `yaml:"each,omitempty"`
	When   string   `yaml:"when,omitempty"`
	Unless string   `yaml:"unless,omitempty"`
	// Makes names a request: the platform itself makes another object because of this one,
	// as that request would, and the expected event is that of its first expectation.
	Makes string `yaml:"makes,omitempty"`
	// Equal are members of the event by the members of the answer that they equal. Of a
	// request that is answered without a body, the last answer of its object counts.
	Equal map[string]string `yaml:"equal,omitempty"`
	// Copies are members of the event by the members of the request's first event that they
	// are copies of, Says members by the values that they always have.
	Copies *Members `yaml:"copies,omitempty"`
	Fields *Members `yaml:"says,omitempty"`
	// Scheduled is how the event tells for when its effect is scheduled.
	Scheduled *Scheduled `yaml:"scheduled,omitempty"`
}

// Members are members of an event that a requirement is for.
type Members struct {
	Requirement string         `yaml:"requirement,omitempty"`
	Members     map[string]any `yaml:"members"`
}

// Scheduled is how an event tells for which field it was scheduled: At is the member with
// the time, Tells the member that tells the field, by the names in As.
type Scheduled struct {
	At       string            `yaml:"at"`
	DueField string            `yaml:"tells,omitempty"`
	As       map[string]string `yaml:"as,omitempty"`
}

// Counted reports whether the number of events depends on what was asked for.
func (e Expectation) Counted() bool {
	return len(e.Each) > 0 || e.When != "" || e.Unless != "" || e.Makes != ""
}

// Most is the largest number of events that one request can cause.
func (e Expectation) Most() int { return max(1, len(e.Each)) }

// Publication are valid events that are published straight into their family's topic: so
// many a second, of which a minimum has to be accepted, of so many keys. A string of the
// data that is $key or $user stands for that; the family's key is set by itself.
type Publication struct {
	Name    string         `yaml:"name"`
	Family  string         `yaml:"family"`
	Type    string         `yaml:"type"`
	Rate    float64        `yaml:"rate"`
	Minimum float64        `yaml:"minimum"`
	Keys    int            `yaml:"keys"`
	Data    map[string]any `yaml:"data"`
}

// Object returns the object of a name, and whether there is one.
func (t Traffic) Object(name string) (LoadObject, bool) {
	i := slices.IndexFunc(t.Objects, func(o LoadObject) bool { return o.Name == name })
	if i < 0 {
		return LoadObject{}, false
	}
	return t.Objects[i], true
}

// Expectations are those of all requests, each with its request, in their order.
func (t Traffic) Expectations() iter.Seq2[LoadRequest, Expectation] {
	return func(yield func(LoadRequest, Expectation) bool) {
		for _, r := range t.Requests {
			for _, e := range r.Expects {
				if !yield(r, e) {
					return
				}
			}
		}
	}
}

// Request returns the request of a name, and whether there is one.
func (t Traffic) Request(name string) (LoadRequest, bool) {
	i := slices.IndexFunc(t.Requests, func(r LoadRequest) bool { return r.Name == name })
	if i < 0 {
		return LoadRequest{}, false
	}
	return t.Requests[i], true
}

// Field returns the field of a name, and whether there is one.
func (o LoadObject) Field(name string) (Field, bool) {
	i := slices.IndexFunc(o.Fields, func(f Field) bool { return f.Name == name })
	if i < 0 {
		return Field{}, false
	}
	return o.Fields[i], true
}

// References are the names behind $ in a template.
func References(template any) []string {
	var found []string
	switch value := template.(type) {
	case string:
		if name, is := strings.CutPrefix(value, "$"); is {
			found = append(found, name)
		}
	case map[string]any:
		for _, one := range value {
			found = append(found, References(one)...)
		}
	case []any:
		for _, one := range value {
			found = append(found, References(one)...)
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// rates wants a minimum that the rate can reach.
func (c *checker) rates(path string, rate, minimum float64) {
	if rate <= 0 || minimum <= 0 || minimum > rate {
		c.add("%s: a rate of %g with a minimum of %g; use 0 < minimum ≤ rate", path, rate, minimum)
	}
}

// oneOf wants a name to be among others.
func (c *checker) oneOf(path, value, what string, names []string) {
	if !slices.Contains(names, value) {
		c.add("%s", fmt.Sprintf("%s: no %s is called %q%s", path, what, value, hint(value, names)))
	}
}
