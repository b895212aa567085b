package mutants

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	jsonpatch "gopkg.in/evanphx/json-patch.v4"
	"k8s.io/apimachinery/pkg/api/resource"

	"assay.dev/assay/spec"
)

// idle lists the operations (RFC 6902) that change nothing of what is known of an object,
// or cannot be done to it.
func idle(object any, operations []map[string]any) []string {
	var found []string
	for _, operation := range operations {
		path, _ := operation["path"].(string)
		is, known, missing := at(object, strings.Split(strings.TrimPrefix(path, "/"), "/"))
		switch op := operation["op"]; {
		case missing && op != "add":
			found = append(found, "there is no "+path)
		case !known:
		case op == "test" && !same(is, operation["value"]):
			found = append(found, fmt.Sprintf("%s is %v, not %v", path, is, operation["value"]))
		case op != "test" && op != "remove" && same(is, operation["value"]):
			found = append(found, fmt.Sprintf("%s is %v already", path, is))
		}
	}
	return found
}

// at is what is at a path of what is known of an object, whether that is known, and whether
// it is known that nothing is there: lists are known as a whole, objects in part.
func at(object any, path []string) (is any, known, missing bool) {
	if len(path) == 0 {
		return object, true, false
	}
	name := strings.NewReplacer("~1", "/", "~0", "~").Replace(path[0])
	switch node := object.(type) {
	case map[string]any:
		below, there := node[name]
		if !there {
			return nil, false, false
		}
		return at(below, path[1:])
	case []any:
		n, err := strconv.Atoi(name)
		if err != nil { // behind the last one
			return nil, false, false
		}
		if n < 0 || n >= len(node) {
			return nil, false, true
		}
		return at(node[n], path[1:])
	}
	return nil, false, false
}

// idleMerge lists the members of a merge patch (RFC 7396), if none of them changes what is
// known of an object.
func idleMerge(object any, patch map[string]any) []string {
	unchanged, all := 0, 0
	var found []string
	leaves(patch, nil, func(path []string, value any) {
		all++
		if is, known, _ := at(object, path); known && same(is, value) {
			unchanged++
			found = append(found, fmt.Sprintf("%s is %v already", strings.Join(path, "."), value))
		}
	})
	if unchanged < all {
		return nil
	}
	return found
}

// leaves calls for each value of an object that is no object.
func leaves(value any, path []string, call func([]string, any)) {
	object, is := value.(map[string]any)
	if !is {
		call(path, value)
		return
	}
	for name, below := range object {
		leaves(below, append(slices.Clone(path), escape.Replace(name)), call)
	}
}

var escape = strings.NewReplacer("~", "~0", "/", "~1")

// same reports whether two values are the same to Kubernetes: as they are written, or as
// quantities.
func same(a, b any) bool {
	one, other := fmt.Sprint(a), fmt.Sprint(b)
	if one == other {
		return true
	}
	p, err := resource.ParseQuantity(one)
	q, err2 := resource.ParseQuantity(other)
	return err == nil && err2 == nil && p.Cmp(q) == 0
}

// changesEvent wants a patch to change the record of an event, by a valid event of the type.
func changesEvent(s *spec.Spec, family spec.EventFamily, kind string, operations []map[string]any) []string {
	event, _ := decodeAny(s.Schemas.Examples(family.Family)[0].Raw).(map[string]any)
	event["type"] = kind
	before, err := json.Marshal(map[string]any{"event": event, "topic": family.Topic, "partition": 0})
	if err != nil {
		return []string{err.Error()}
	}
	raw, err := json.Marshal(operations)
	if err != nil {
		return []string{err.Error()}
	}
	patch, err := jsonpatch.DecodePatch(raw)
	if err != nil {
		return []string{err.Error()}
	}
	after, err := patch.Apply(before)
	if err != nil {
		return []string{fmt.Sprintf("it cannot be done to a %s: %v", kind, err)}
	}
	if jsonpatch.Equal(before, after) {
		return []string{fmt.Sprintf("it changes nothing of a %s", kind)}
	}
	return nil
}
