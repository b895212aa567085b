package eventing

import (
	"encoding/json"
	"strings"

	"assay.dev/assay/spec"
)

// member is what is at a path of decoded JSON, such as data.order.id, and whether anything
// is.
func member(of map[string]any, path string) (any, bool) {
	name, rest, deeper := strings.Cut(path, ".")
	value, there := of[name]
	if !deeper {
		return value, there
	}
	below, _ := value.(map[string]any)
	return member(below, rest)
}

// replaceMember replaces what is at a path, if it is in an object that is there.
func replaceMember(of map[string]any, path string, value any) {
	name, rest, deeper := strings.Cut(path, ".")
	if !deeper {
		if of != nil && path != "" {
			of[name] = value
		}
		return
	}
	below, _ := of[name].(map[string]any)
	replaceMember(below, rest, value)
}

// text is the text at a path, empty if there is none.
func text(of map[string]any, path string) string {
	value, _ := member(of, path)
	found, _ := value.(string)
	return found
}

// decodeObject decodes an object as the API answers it. What is none has no members.
func decodeObject(raw []byte) map[string]any {
	var object map[string]any
	_ = json.Unmarshal(raw, &object)
	return object
}

// caused reports whether a request of the load causes events of a family.
func caused(family string) bool {
	for _, e := range p.Spec.Load.Expectations() {
		if e.Family == family {
			return true
		}
	}
	return false
}

// fieldMembers are the members of a family's events by the field of an object that they
// are equal to, as a body names it.
func fieldMembers(family string) map[string]string {
	found := map[string]string{}
	for r, e := range p.Spec.Load.Expectations() {
		if e.Family != family {
			continue
		}
		for path, answered := range e.Equal {
			template, _ := r.Body[answered].(string)
			if field, is := strings.CutPrefix(template, "$"); is {
				found[path] = field
			}
		}
	}
	for _, publication := range p.Spec.Load.Publications {
		for name, template := range publication.Data {
			if text, is := template.(string); is && publication.Family == family && strings.HasPrefix(text, "$") {
				found["data."+name] = text[1:]
			}
		}
	}
	return found
}

// derives reports whether the platform makes another object because of an object with a field.
func derives(field string) bool {
	for _, e := range p.Spec.Load.Expectations() {
		if e.Makes != "" && e.When == field {
			return true
		}
	}
	return false
}

// subscribers are the subscriptions of a topic.
func subscribers(topic string) []spec.Subscription {
	return filter(p.Spec.Dapr.Subscriptions, func(s spec.Subscription) bool { return s.Topic == topic })
}
