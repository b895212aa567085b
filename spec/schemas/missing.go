package schemas

import (
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
)

// missingOf names the member that a `required` misses or an
// `additionalProperties: false` finds too much. The library reports both at the
// object; a reader looks for the member.
func missingOf(e *jsonschema.ValidationError) string {
	switch k := e.ErrorKind.(type) {
	case *kind.Required:
		if len(k.Missing) == 1 {
			return k.Missing[0]
		}
	case *kind.AdditionalProperties:
		if len(k.Properties) == 1 {
			return k.Properties[0]
		}
	}
	return ""
}
