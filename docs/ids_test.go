package docs_test

import (
	"slices"
	"strings"
	"testing"

	"assay.dev/assay/spec"
	"assay.dev/assay/spec/source"
	"assay.dev/assay/spec/todo"
)

// specifications are the reference and the second one, both of which pages name.
func specifications(t *testing.T) []*spec.Spec {
	t.Helper()
	shop, err := source.Open(root + "/testdata/shop")
	if err != nil {
		t.Fatal(err)
	}
	return []*spec.Spec{todo.Must(), shop}
}

// unknownID says why a text is no ID of a requirement, nor the start of some. is says
// whether it looks like one: its first part is a family.
func unknownID(all []*spec.Spec, code string) (is bool, why string) {
	id := strings.TrimSuffix(code, ".*")
	if !spec.IsID(id) || extension.MatchString(id) {
		return false, ""
	}
	family, _, _ := strings.Cut(id, ".")
	for _, s := range all {
		for _, r := range s.Requirements {
			if r.ID == id || strings.HasPrefix(r.ID, id+".") {
				return true, ""
			}
			is = is || r.Family() == family
		}
	}
	if is {
		why = "there is no requirement " + id
	}
	return is, why
}

// TestRequirementsThatPagesNameExist wants each ID that a guide names to be one of the
// reference or of the second specification.
func TestRequirementsThatPagesNameExist(t *testing.T) {
	all, seen := specifications(t), 0
	for _, p := range pages(t) {
		if !p.guide() && p.path != "README.md" && !slices.Contains([]string{"docs/reference/labels.md", "docs/reference/glossary.md"}, p.path) {
			continue
		}
		seen += count(t, p, func(code string) (bool, string) { return unknownID(all, code) })
	}
	if seen < 10 {
		t.Errorf("only %d IDs were looked at", seen)
	}
}

// TestUnknownRequirementsAreFound holds that a page with a wrong ID is red.
func TestUnknownRequirementsAreFound(t *testing.T) {
	all := specifications(t)
	for code, want := range map[string]bool{
		"topic.reminders.partitions": true, "topic.reminders": true, "topic.reminder": false, "fault.counter-failure": true, "fault.meteorite": false,
		"platform.yaml": true, "flow.accepted": true, "flow.accept": false, "quota.*": true, "event.yaml": true,
	} {
		if _, why := unknownID(all, code); (why == "") != want {
			t.Errorf("%s: %q", code, why)
		}
	}
}
