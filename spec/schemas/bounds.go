package schemas

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
)

// outOfBounds picks a value that breaks a keyword which bounds a value (JSON Schema
// Validation, sections 6.2 to 6.5), made from the value that the example has there. It
// does not know the keyword if the second result is false.
func outOfBounds(keyword string, bound, value any) (any, bool) {
	switch keyword {
	case "minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum", "multipleOf":
		return otherNumber(keyword, number(bound)), true
	case "minLength":
		return strings.Repeat("x", int(number(bound))-1), true
	case "maxLength":
		return strings.Repeat("x", int(number(bound))+1), true
	case "pattern":
		return unmatched(bound), true
	case "minItems", "maxItems", "uniqueItems":
		return otherList(keyword, bound, value), true
	}
	return nil, false
}

func otherNumber(keyword string, bound float64) any {
	switch keyword {
	case "minimum":
		return bound - 1
	case "maximum":
		return bound + 1
	case "multipleOf":
		if bound == 1 {
			panic(underivablef("every integer is a multiple of 1; say type integer"))
		}
		// A whole number stays one, so that its type is not what is wrong.
		if bound > 1 {
			return bound + 1
		}
		return bound / 2
	}
	return bound
}

// unmatched is a text that a pattern does not find.
func unmatched(pattern any) any {
	text, _ := pattern.(string)
	find, err := regexp.Compile(text)
	if err != nil {
		panic(underivablef("pattern %q: %v", text, err))
	}
	for _, candidate := range []string{"!", "x", "0", "", "X_x-9 !", "\u00e9"} {
		if !find.MatchString(candidate) {
			return candidate
		}
	}
	panic(underivablef("no text is known that the pattern %q does not find", text))
}

// otherList is the example's list with one item too few, one too many, or one twice.
func otherList(keyword string, bound, value any) any {
	list, _ := value.([]any)
	if keyword == "minItems" && len(list) >= int(number(bound)) {
		return slices.Clone(list[:int(number(bound))-1])
	}
	if len(list) == 0 {
		panic(underivablef("the first example has no item, and %s needs one to be tried", keyword))
	}
	longer := append(slices.Clone(list), list[0])
	for keyword == "maxItems" && len(longer) <= int(number(bound)) {
		longer = append(longer, list[0])
	}
	return longer
}

// number is a number of a schema, which has them as they were written.
func number(value any) float64 {
	written, _ := value.(json.Number)
	n, err := written.Float64()
	if err != nil {
		panic(underivablef("%v is not a number", value))
	}
	return n
}
