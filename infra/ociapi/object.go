package ociapi

import "slices"

// Object is a resource as the API answers it.
type Object map[string]any

// ID is the object's OCID.
func (o Object) ID() string { return o.String("id") }

// Name is the object's display name.
func (o Object) Name(kind Kind) string { return o.String(kind.nameField) }

// State is the object's lifecycle state.
func (o Object) State() string { return o.String("lifecycleState") }

// Gone reports whether the object is listed only as a memory of itself. The
// service shows deleted objects for a while.
func (o Object) Gone() bool {
	return slices.Contains([]string{"TERMINATED", "DELETED"}, o.State())
}

// String returns a text field, empty when it is missing or no text.
func (o Object) String(field string) string {
	text, _ := o[field].(string)
	return text
}

// Strings returns a list of texts.
func (o Object) Strings(field string) []string {
	items, _ := o[field].([]any)
	texts := make([]string, 0, len(items))
	for _, item := range items {
		if text, ok := item.(string); ok {
			texts = append(texts, text)
		}
	}
	return texts
}

// Number returns a number field, zero when it is missing.
func (o Object) Number(field string) float64 {
	number, _ := o[field].(float64)
	return number
}

// Bool returns a boolean field.
func (o Object) Bool(field string) bool {
	truth, _ := o[field].(bool)
	return truth
}

// Object returns a nested object, empty when it is missing.
func (o Object) Object(field string) Object {
	nested, _ := o[field].(map[string]any)
	return nested
}

// Objects returns a list of nested objects.
func (o Object) Objects(field string) []Object {
	items, _ := o[field].([]any)
	objects := make([]Object, 0, len(items))
	for _, item := range items {
		if nested, ok := item.(map[string]any); ok {
			objects = append(objects, nested)
		}
	}
	return objects
}

// Tag returns a freeform tag.
func (o Object) Tag(name string) string { return o.Object("freeformTags").String(name) }
