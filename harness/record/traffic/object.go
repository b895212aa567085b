package traffic

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"
	"time"

	"assay.dev/assay/harness/record/observe"
	"assay.dev/assay/spec"
)

// Object is what is known of an object that requests make, change and remove.
type Object struct {
	// Kind is its name in the specification, Key its key, User whose it is.
	Kind, Key, User string
	// Values are those of its fields.
	Values map[string]any
	// requests counts the accepted ones.
	requests int
}

// Maker makes requests of a load.
type Maker struct {
	load   spec.Traffic
	values values
}

// NewMaker makes requests of a load; all choices come from random.
func NewMaker(load spec.Traffic, random *rand.Rand) *Maker {
	return &Maker{load: load, values: values{random: random, now: time.Now}}
}

// Value makes a value of a field.
func (m *Maker) Value(f spec.Field) any { return m.values.of(f) }

// Step is a request with what its object is once it is accepted.
type Step struct {
	Request spec.LoadRequest
	Call    observe.Call
	next    Object
	gone    bool
}

// After returns the object after the request was answered, nil if it is gone.
func (s Step) After(answer observe.Answer) *Object {
	if s.gone {
		return nil
	}
	next := s.next
	next.Key = answer.Key
	next.requests++
	return &next
}

// Build makes a request about an object, which is nil for one that makes it. The values of
// fields are chosen, but for those in with.
func (m *Maker) Build(r spec.LoadRequest, of *Object, user string, with map[string]any) (Step, error) {
	kind, known := m.load.Object(r.Object)
	if !known {
		return Step{}, fmt.Errorf("request %s: there is no object %q", r.Name, r.Object)
	}
	before := Object{Kind: r.Object, User: user, Values: map[string]any{}}
	if r.Does != spec.Makes && of != nil {
		before = *of
	}
	next := before
	next.Values = maps.Clone(before.Values)
	chosen := m.choose(r, kind, next.Values, with)
	step := Step{Request: r, next: next, gone: r.Does == spec.Removes}
	step.Call = observe.Call{
		Method: r.Method, ContentType: r.ContentType, Key: before.Key, User: before.User, Change: r.Name,
		Path:   strings.NewReplacer("{key}", url.PathEscape(before.Key), "{user}", url.PathEscape(before.User)).Replace(r.Path),
		Counts: counts(r, before.Values, next.Values, chosen), KeyAt: r.Key, EventAt: r.Event,
	}
	if r.Body != nil {
		body, err := json.Marshal(fill(r.Body, func(name string) any {
			switch name {
			case "key":
				return before.Key
			case "user":
				return before.User
			}
			return next.Values[name]
		}))
		if err != nil {
			return Step{}, fmt.Errorf("write request %s: %w", r.Name, err)
		}
		step.Call.Body = body
	}
	maps.Copy(next.Values, r.Sets)
	return step, nil
}

// choose chooses the values of the fields that a request carries, and returns which of
// them it sets again. An object has its fixed values from the start.
func (m *Maker) choose(r spec.LoadRequest, kind spec.LoadObject, values, with map[string]any) []string {
	var chosen []string
	carried := spec.References(r.Body)
	for _, f := range kind.Fields {
		forced, is := with[f.Name]
		switch {
		case is:
			values[f.Name] = forced
		case f.Value != nil:
			if r.Does == spec.Makes {
				values[f.Name] = f.Value
			}
			continue
		case !slices.Contains(carried, f.Name), f.Once && r.Does != spec.Makes,
			f.Share > 0 && m.values.random.Float64() >= f.Share:
			continue // it stays as it is
		default:
			values[f.Name] = m.values.of(f)
		}
		if values[f.Name] != nil {
			chosen = append(chosen, f.Name)
		}
	}
	return chosen
}

// counts are the numbers of the expected events that depend on what is asked for.
func counts(r spec.LoadRequest, before, after map[string]any, chosen []string) map[string]int {
	var all map[string]int
	for _, e := range r.Expects {
		if !e.Counted() {
			continue
		}
		n := 1
		if len(e.Each) > 0 {
			n = 0
			for _, name := range e.Each {
				if slices.Contains(chosen, name) {
					n++
				}
			}
		}
		if e.When != "" && after[e.When] == nil || e.Unless != "" && before[e.Unless] == true {
			n = 0
		}
		if n == 0 {
			continue
		}
		if all == nil {
			all = map[string]int{}
		}
		all[e.Name] = n
	}
	return all
}

// fill puts values in the places of the names of a template.
func fill(template any, value func(name string) any) any {
	switch t := template.(type) {
	case string:
		if name, is := strings.CutPrefix(t, "$"); is {
			return value(name)
		}
	case map[string]any:
		filled := make(map[string]any, len(t))
		for name, one := range t {
			filled[name] = fill(one, value)
		}
		return filled
	case []any:
		filled := make([]any, len(t))
		for i, one := range t {
			filled[i] = fill(one, value)
		}
		return filled
	}
	return template
}

// Next chooses and makes the next request about an object, or one that makes an object if
// it is nil, or if no request suits it any more.
func (m *Maker) Next(of *Object, user string) (Step, error) {
	var suit []spec.LoadRequest
	if of != nil {
		suit = m.suiting(func(r spec.LoadRequest) bool {
			return r.Does != spec.Makes && r.Object == of.Kind && of.requests >= r.After && (r.Unless == "" || of.Values[r.Unless] != true)
		})
	}
	if len(suit) == 0 {
		of, suit = nil, m.suiting(func(r spec.LoadRequest) bool { return r.Does == spec.Makes })
	}
	all := 0
	for _, r := range suit {
		all += r.Weight
	}
	if all == 0 {
		return Step{}, fmt.Errorf("the load has no request that makes an object")
	}
	at := m.values.random.IntN(all)
	for _, r := range suit {
		if at -= r.Weight; at < 0 {
			return m.Build(r, of, user, nil)
		}
	}
	return Step{}, nil // the weights add up
}

func (m *Maker) suiting(suits func(spec.LoadRequest) bool) []spec.LoadRequest {
	var found []spec.LoadRequest
	for _, r := range m.load.Requests {
		if suits(r) {
			found = append(found, r)
		}
	}
	return found
}
