package eventing

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/google/uuid"

	"assay.dev/assay/harness/record/observe"
	"assay.dev/assay/harness/record/traffic"
	"assay.dev/assay/spec"
	"assay.dev/assay/spec/schemas"
)

// refusal is a request that would cause an invalid event, and what was answered.
type refusal struct {
	Name string
	// Marker is a text in the request that no other has.
	Marker string
	Answer observe.Answer
}

// ask sends every request that would cause an invalid event: for each constraint
// on what a client decides, a request of each kind that breaks it.
func (x *experiment) ask(ctx context.Context) error {
	for _, object := range p.Spec.Load.Objects {
		makes, known := makesObject(object.Name)
		if !known {
			continue
		}
		maker := x.maker()
		step, err := maker.Build(makes, nil, x.user(), nil)
		if err != nil {
			return err
		}
		made, err := x.accepted(ctx, step.Call)
		if err != nil {
			return fmt.Errorf("make the object that nobody may break: %w", err)
		}
		broken, err := x.invalid(maker, object, step.After(made))
		if err != nil {
			return err
		}
		for _, r := range broken {
			r.call.Change = "" // it must not change anything
			answer, err := x.ingress.Do(ctx, r.call)
			if err != nil {
				return err
			}
			x.Refused = append(x.Refused, refusal{r.name, r.marker, answer})
		}
	}
	return nil
}

// broken is a request that has to be refused.
type broken struct {
	name, marker string
	call         observe.Call
}

// mergePatch is the media type of bodies that name single members (RFC 7396).
const mergePatch = "application/merge-patch+json"

// invalid are all requests about an object that have to be refused.
func (x *experiment) invalid(maker *traffic.Maker, object spec.LoadObject, of *traffic.Object) ([]broken, error) {
	var all []broken
	for _, r := range p.Spec.Load.Requests {
		if r.Object != object.Name || len(r.Body) == 0 || len(r.Expects) == 0 {
			continue
		}
		for _, v := range p.Spec.Schemas.Variants(r.Expects[0].Family) {
			one, breaks, err := x.breaking(maker, r, of, v)
			if err != nil {
				return nil, err
			}
			if breaks {
				all = append(all, one)
			}
		}
		if r.Does != spec.Makes {
			continue
		}
		more, err := x.unreadable(maker, r, object)
		if err != nil {
			return nil, err
		}
		all = append(all, more...)
	}
	return all, nil
}

// clientDecides says which member of a request's body an event's member is equal to, empty
// if it is not for a client to decide.
func clientDecides(r spec.LoadRequest, v schemas.Variant) string {
	place, _, _ := strings.Cut(v.Location, "[")
	object, _ := p.Spec.Load.Object(r.Object)
	if name, inside := strings.CutPrefix(place, "data."); inside && object.Closed && v.Keyword == "additionalProperties" {
		return name
	}
	for other, e := range p.Spec.Load.Expectations() {
		if answered, equal := e.Equal[place]; equal && other.Object == r.Object {
			_, carried := r.Body[answered]
			_, known := object.Field(answered)
			if carried || known || r.ContentType == mergePatch {
				return answered
			}
		}
	}
	return ""
}

// breaking is a request that would cause an event as a variant is, and whether it can be
// sent: the server decides about the rest, and gives what is left out a default.
func (x *experiment) breaking(maker *traffic.Maker, r spec.LoadRequest, of *traffic.Object, v schemas.Variant) (broken, bool, error) {
	name := clientDecides(r, v)
	made, _ := makesObject(r.Object)
	_, own := made.Body[name]
	if _, carried := r.Body[name]; carried || v.Keyword == "additionalProperties" {
		own = true
	}
	switch {
	case name == "", v.Keyword == "required" && !slices.Contains(r.Required, name), r.ContentType == mergePatch && (!own || v.Keyword == "required" || isUser(made, name)):
		return broken{}, false, nil
	}
	step, err := maker.Build(r, of, x.user(), nil)
	if err != nil {
		return broken{}, false, err
	}
	body := decodeObject(step.Call.Body)
	marker := uuid.NewString()
	if r.ContentType == mergePatch {
		body, marker = map[string]any{}, ""
	} else {
		marker = mark(r, body, name, marker)
	}
	bad, there := member(decodeObject(v.Raw), strings.SplitN(v.Location, "[", 2)[0])
	if there {
		body[name] = bad
	} else {
		delete(body, name)
	}
	raw, err := json.Marshal(body)
	step.Call.Body = raw
	return broken{name: r.Name + " with " + v.Name, marker: marker, call: step.Call}, true, err
}

// isUser reports whether a member of a body names the user.
func isUser(r spec.LoadRequest, name string) bool { return r.Body[name] == "$user" }

// mark puts a text that no other request has into the members of a body that may be any
// text, but for the one that is broken. It returns the text, empty if it is nowhere.
func mark(r spec.LoadRequest, body map[string]any, except, marker string) string {
	placed := ""
	object, _ := p.Spec.Load.Object(r.Object)
	for name, template := range r.Body {
		field, is := template.(string)
		f, known := object.Field(strings.TrimPrefix(field, "$"))
		if is && name != except && (isUser(r, name) || known && f.Text != nil && f.Text.Largest >= len(marker)) {
			body[name], placed = marker, marker
		}
	}
	return placed
}

// unreadable are requests whose moments are none, and bodies that are no objects.
func (x *experiment) unreadable(maker *traffic.Maker, r spec.LoadRequest, object spec.LoadObject) ([]broken, error) {
	var all []broken
	for _, f := range object.Fields {
		if f.Moment == nil {
			continue
		}
		for name, at := range map[string]any{"a date": "2026-02-30", "a number": 7, "no date": "soon"} {
			step, err := maker.Build(r, nil, x.user(), map[string]any{f.Name: at})
			if err != nil {
				return nil, err
			}
			body, marker := decodeObject(step.Call.Body), uuid.NewString()
			marker = mark(r, body, f.Name, marker)
			if step.Call.Body, err = json.Marshal(body); err != nil {
				return nil, err
			}
			all = append(all, broken{name: r.Name + " with " + f.Name + " at " + name, marker: marker, call: step.Call})
		}
	}
	bytes := schemas.Undecodable()
	for _, name := range slices.Sorted(maps.Keys(bytes)) {
		if len(bytes[name]) == 0 {
			continue
		}
		step, err := maker.Build(r, nil, x.user(), nil)
		if err != nil {
			return nil, err
		}
		step.Call.Body = bytes[name]
		all = append(all, broken{name: r.Name + " with bytes: " + name, call: step.Call})
	}
	return all, nil
}
