package render

import "strings"

const (
	componentPrefix  = "#/components/schemas/"
	definitionPrefix = "#/definitions/"
)

// strict turns an OpenAPI 3 schema, or a structural schema of a definition, into
// a JSON Schema of draft 4 that knows no fields but the described ones.
func strict(value any) any {
	switch value := value.(type) {
	case []any:
		items := make([]any, len(value))
		for i, item := range value {
			items[i] = strict(item)
		}
		return items
	case map[string]any:
		return strictObject(value)
	default:
		return value
	}
}

func strictObject(source map[string]any) map[string]any {
	if source["x-kubernetes-int-or-string"] == true {
		return map[string]any{"anyOf": []any{map[string]any{"type": "integer"}, map[string]any{"type": "string"}}}
	}
	target := make(map[string]any, len(source)+1)
	for key, value := range source {
		switch key {
		case "properties", "definitions":
			target[key] = strictFields(value)
		case "default", "enum", "example":
			target[key] = value
		case "description", "nullable":
		default:
			if !strings.HasPrefix(key, "x-kubernetes-") {
				target[key] = strict(value)
			}
		}
	}
	_, described := source["properties"]
	_, additional := source["additionalProperties"]
	if described && !additional && source["x-kubernetes-preserve-unknown-fields"] != true &&
		source["x-kubernetes-embedded-resource"] != true {
		target["additionalProperties"] = false
	}
	if kind, ok := target["type"].(string); ok && source["nullable"] == true {
		target["type"] = []any{kind, "null"}
	}
	return target
}

// strictFields keeps the names of fields, which may be those of keywords.
func strictFields(value any) any {
	fields, ok := value.(map[string]any)
	if !ok {
		return value
	}
	converted := make(map[string]any, len(fields))
	for name, field := range fields {
		converted[name] = strict(field)
	}
	return converted
}

// relocate points references at definitions, and notes which ones they are.
func relocate(value any, referred map[string]bool) any {
	switch value := value.(type) {
	case []any:
		for i, item := range value {
			value[i] = relocate(item, referred)
		}
	case map[string]any:
		for key, item := range value {
			reference, ok := item.(string)
			if name, found := strings.CutPrefix(reference, componentPrefix); key == "$ref" && ok && found {
				referred[name] = true
				value[key] = definitionPrefix + name
				continue
			}
			value[key] = relocate(item, referred)
		}
	}
	return value
}

// withoutNulls removes fields whose value is null, as the API server does with
// fields that are not nullable.
func withoutNulls(value any) any {
	switch value := value.(type) {
	case []any:
		items := make([]any, len(value))
		for i, item := range value {
			items[i] = withoutNulls(item)
		}
		return items
	case map[string]any:
		fields := make(map[string]any, len(value))
		for name, field := range value {
			if field != nil {
				fields[name] = withoutNulls(field)
			}
		}
		return fields
	default:
		return value
	}
}
