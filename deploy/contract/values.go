package contract

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// ValueProblems holds a chart's own values and those that the platform sets against
// the contract: each that is set must be in it and, in the chart, be of its type.
func (c Contract) ValueProblems(chart map[string]any, set []map[string]any, standIn bool) []string {
	var problems []string
	known := map[string]Value{}
	for _, value := range c.Values {
		known[value.Path] = value
		if !value.holds(standIn) {
			continue
		}
		own, declared := lookUp(chart, strings.Split(value.Path, "."))
		switch got := typeOf(own); {
		case value.Undeclared != "" && !standIn:
			if declared && got == value.Type {
				problems = append(problems, fmt.Sprintf("%s is declared by the chart; the contract says: %s", value.Path, value.Undeclared))
			}
		case !declared:
			problems = append(problems, value.Path+" is no value of the chart")
		case got != value.Type:
			problems = append(problems, fmt.Sprintf("%s is a %s in the chart, want a %s", value.Path, got, value.Type))
		}
	}
	for _, values := range set {
		problems = append(problems, unknown(values, "", known)...)
	}
	slices.Sort(problems)
	return slices.Compact(problems)
}

// unknown names what is set and not in the contract, and what is of another type.
func unknown(set map[string]any, prefix string, known map[string]Value) []string {
	var problems []string
	for _, key := range slices.Sorted(maps.Keys(set)) {
		path := prefix + key
		value, found := known[path]
		below, isMap := set[key].(map[string]any)
		switch got := typeOf(set[key]); {
		case found && got != value.Type:
			problems = append(problems, fmt.Sprintf("%s is set to a %s, want a %s", path, got, value.Type))
		case found:
		case isMap && len(below) > 0:
			problems = append(problems, unknown(below, path+".", known)...)
		default:
			problems = append(problems, path+" is set, but not in the contract")
		}
	}
	return problems
}

func lookUp(values map[string]any, path []string) (any, bool) {
	value, found := values[path[0]]
	if !found || len(path) == 1 {
		return value, found
	}
	below, isMap := value.(map[string]any)
	if !isMap {
		return nil, false
	}
	return lookUp(below, path[1:])
}

func typeOf(value any) string {
	switch value.(type) {
	case string:
		return "string"
	case bool:
		return "boolean"
	case int, int64, uint64, float64:
		return "number"
	case []any:
		return "list"
	case map[string]any:
		return "map"
	case nil:
		return "nothing"
	}
	return fmt.Sprintf("%T", value)
}
