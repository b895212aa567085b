package cost

import (
	"fmt"
	"strconv"
)

// values are a resource's planned attributes.
type values map[string]any

// nested returns a block that may stand once, empty when it is missing.
func (v values) nested(name string) values {
	blocks, _ := v[name].([]any)
	if len(blocks) == 0 {
		return values{}
	}
	block, _ := blocks[0].(map[string]any)
	return block
}

// number reads a number, which the provider's schema may hold as text.
func (v values) number(name string) (float64, error) {
	switch value := v[name].(type) {
	case float64:
		return value, nil
	case string:
		number, err := strconv.ParseFloat(value, 64)
		if err != nil {
			return 0, fmt.Errorf("%s %q is not a number", name, value)
		}
		return number, nil
	case nil:
		return 0, fmt.Errorf("%s is not set or not known before apply: set it, so that the cost can be computed", name)
	default:
		return 0, fmt.Errorf("%s is a %T, not a number", name, value)
	}
}
