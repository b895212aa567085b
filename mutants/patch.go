package mutants

import (
	"bytes"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// decodeAny decodes JSON whose numbers stay as they are written.
func decodeAny(raw []byte) any {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		panic("mutants: what was JSON is none: " + err.Error())
	}
	return value
}

// deepest is how many members a patch goes down: what lies deeper, or in a list, need not
// be in every event.
const deepest = 2

// patchOf is the one operation (RFC 6902) that makes of a record with one event a record
// with another one, which differs in one place.
func patchOf(from, to any) map[string]any {
	path, value, there := difference(from, to)
	pointer := "/event"
	for _, name := range path {
		pointer += "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
	}
	if !there {
		return map[string]any{"op": "remove", "path": pointer}
	}
	if len(path) == 0 {
		return map[string]any{"op": "replace", "path": pointer, "value": value}
	}
	return map[string]any{"op": "add", "path": pointer, "value": value} // it may be there or not
}

// difference is where two values differ, what is there in the second, and whether anything
// is.
func difference(from, to any) (path []string, value any, there bool) {
	for len(path) < deepest {
		a, isA := from.(map[string]any)
		b, isB := to.(map[string]any)
		if !isA || !isB {
			return path, to, true
		}
		names := slices.Sorted(maps.Keys(a))
		for name := range b {
			if _, known := a[name]; !known {
				names = append(names, name)
			}
		}
		at := slices.IndexFunc(names, func(name string) bool {
			was, before := a[name]
			is, after := b[name]
			return before != after || !reflect.DeepEqual(was, is)
		})
		if at < 0 {
			return path, to, true
		}
		name := names[at]
		path = append(path, name)
		if _, left := b[name]; !left {
			return path, nil, false
		}
		from, to = a[name], b[name]
	}
	return path, to, true
}
