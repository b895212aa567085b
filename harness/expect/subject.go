package expect

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/onsi/ginkgo/v2"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"assay.dev/assay/harness/kube"
	"assay.dev/assay/harness/runs/suitereport"
)

// Subject is what a check looks at. Each of its methods saves what was seen as
// evidence, and fails the check, with everything that a reader needs, if that is
// not what was expected.
type Subject struct {
	// What is looked at, and From where: see Evidence.
	What string
	From string
	// Object, if there is one, is printed by a failing check.
	Object any
}

// Is fails the check unless what was seen equals what is wanted. Lists of texts
// are compared as sets with repetitions: what the platform lists has no order.
func (s Subject) Is(seen, want any) {
	ginkgo.GinkgoHelper()
	s.judge(same(seen, want), text(want), text(seen))
}

// AssertThat fails the check unless ok. expected is what should have been, seen what was.
func (s Subject) AssertThat(ok bool, expected, seen string) {
	ginkgo.GinkgoHelper()
	s.judge(ok, expected, seen)
}

// NoError fails the check with an error of looking at the subject. It saves no
// evidence: the next call does.
func (s Subject) NoError(err error) {
	ginkgo.GinkgoHelper()
	if err != nil {
		ginkgo.Fail(s.report("an answer", "error: "+err.Error()))
	}
}

// Inconclusive fails a check that cannot tell whether its requirement is met.
func Inconclusive(format string, args ...any) {
	ginkgo.GinkgoHelper()
	ginkgo.Fail(suitereport.InconclusivePrefix + fmt.Sprintf(format, args...))
}

func (s Subject) judge(ok bool, expected, seen string) {
	ginkgo.GinkgoHelper()
	RecordEvidence(Evidence{What: s.What, From: s.From, Object: nameOf(s.Object), Expected: expected, Seen: seen})
	if !ok {
		ginkgo.Fail(s.report(expected, seen))
	}
}

// nameOf is the kind, namespace and name of a Kubernetes object, empty for anything else.
func nameOf(object any) string {
	value := reflect.ValueOf(object)
	named, ok := object.(client.Object)
	if !ok || value.Kind() == reflect.Pointer && value.IsNil() || named.GetName() == "" {
		return ""
	}
	kind := named.GetObjectKind().GroupVersionKind().Kind
	if kind == "" { // client-go leaves it out of typed objects
		kind = reflect.Indirect(value).Type().Name()
	}
	return strings.TrimSpace(kind + " " + strings.TrimPrefix(named.GetNamespace()+"/"+named.GetName(), "/"))
}

// objectLimit bounds the object in a failure, in characters.
const objectLimit = 12000

// report is the text of a failure.
func (s Subject) report(expected, seen string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n  expected: %s\n  seen:     %s\n  from:     %s", s.What, expected, seen, s.From)
	if s.Object == nil || reflect.ValueOf(s.Object).Kind() == reflect.Pointer && reflect.ValueOf(s.Object).IsNil() {
		return b.String()
	}
	object := kube.YAML(s.Object)
	if len(object) > objectLimit {
		object = object[:objectLimit] + "\n… cut; all of it is in the diagnostics\n"
	}
	b.WriteString("\n  object:\n")
	for line := range strings.Lines(object) {
		b.WriteString("    " + line)
	}
	return b.String()
}

func same(seen, want any) bool {
	a, ok := seen.([]string)
	b, both := want.([]string)
	if ok && both {
		a, b = slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))
		return slices.Equal(a, b)
	}
	return reflect.DeepEqual(seen, want)
}

// text is a value as people read it.
func text(value any) string {
	if list, ok := value.([]string); ok {
		if len(list) == 0 {
			return "none"
		}
		return strings.Join(slices.Sorted(slices.Values(list)), ", ")
	}
	if value == "" {
		return "nothing"
	}
	return fmt.Sprint(value)
}
