package eventing

import (
	"fmt"
	"maps"
	"reflect"
	"slices"

	. "github.com/onsi/ginkgo/v2"

	"assay.dev/assay/harness/record/observe"
)

// describe is a member with its value, for people.
func describe(path string, value any, there bool) string {
	if !there {
		return "no " + path
	}
	return fmt.Sprintf("%s %v", path, value)
}

// judgeCopies judges that events hold copies of what the first events of the same requests
// say, of those that the platform makes by itself as well: the n-th of a key is of its n-th
// request.
func judgeCopies(all []expected) {
	GinkgoHelper()
	if len(all) == 0 {
		return
	}
	first := all[0].request.Expects[0]
	firsts := byKey(decode(published(p.Spec.Event(first.Family).Topic)))
	copies := byKey(decode(published(p.Spec.Event(all[0].Family).Topic)))
	var wrong problems
	evaluated := 0
	for _, key := range slices.Sorted(maps.Keys(copies)) {
		for i, e := range copies[key] {
			at := slices.IndexFunc(all, func(x expected) bool { return x.is(e) })
			if at < 0 {
				continue
			}
			evaluated++
			for path, from := range all[at].Copies.Members {
				got, _ := member(e.attributes, path)
				var want any
				if i < len(firsts[key]) {
					want, _ = member(firsts[key][i].attributes, fmt.Sprint(from))
				}
				if i >= len(firsts[key]) || !reflect.DeepEqual(got, want) {
					wrong.add("%s: %s is %v", places([]observe.Capture{e.Capture}), path, got)
				}
			}
		}
	}
	wrong.none("copies that are what the first event of the same request says", "Kafka", evaluated)
}
