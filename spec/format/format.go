// Package format writes the JSON Schema of platform.yaml, for editors: the keys, which of
// them have to be there, the values of enumerations, and what each means, from the types
// and their comments.
package format

import (
	"encoding/json"
	"fmt"
	"reflect"

	"github.com/invopop/jsonschema"

	"assay.dev/assay/spec"
)

// File is where the schema is published, below the repository.
const File = "docs/platform.schema.json"

// Schema returns the JSON Schema (2020-12). repo is the checkout, whose comments become
// descriptions.
func Schema(repo string) ([]byte, error) {
	r := &jsonschema.Reflector{FieldNameTag: "yaml", Mapper: value, Anonymous: true}
	if err := r.AddGoComments("assay.dev/assay", "spec", jsonschema.WithFullComment()); err != nil {
		return nil, fmt.Errorf("read the comments of %s: %w", repo, err)
	}
	schema := r.Reflect(&spec.Platform{})
	schema.Title = "platform.yaml of a specification of assay"
	raw, err := json.MarshalIndent(schema, "", "  ")
	if err != nil {
		return nil, err
	}
	return append(raw, '\n'), nil
}

// value is the schema of a type that reads its own text.
func value(t reflect.Type) *jsonschema.Schema {
	text := func(pattern, description string, examples ...any) *jsonschema.Schema {
		return &jsonschema.Schema{Type: "string", Pattern: pattern, Description: description, Examples: examples}
	}
	switch reflect.New(t).Interface().(type) {
	case *spec.Quantity:
		return &jsonschema.Schema{
			OneOf:       []*jsonschema.Schema{{Type: "string"}, {Type: "number"}},
			Description: "A Kubernetes resource quantity.", Examples: []any{"250m", 2, "512Mi"},
		}
	case *spec.Duration:
		return text(`^([0-9.]+(ns|us|µs|ms|s|m|h))+$`, "A length of time, as Go writes it.", "500ms", "30s", "168h")
	case *spec.CIDR:
		return text(`/[0-9]+$`, "A range of addresses whose host bits are zero.", "10.0.0.0/16")
	case *spec.Date:
		return &jsonschema.Schema{Type: "string", Format: "date", Description: "A calendar day.", Examples: []any{"2026-02-15"}}
	}
	if e, ok := reflect.Zero(t).Interface().(spec.Enumerated); ok {
		s := &jsonschema.Schema{Type: "string"}
		for _, v := range e.Values() {
			s.Enum = append(s.Enum, v)
		}
		return s
	}
	return nil
}
