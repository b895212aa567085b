package spec

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

func TestReferenceRequirementsLoad(t *testing.T) {
	if list, err := loadRequirements(os.DirFS("todo")); err != nil || len(list) < 200 {
		t.Fatalf("%d requirements, %v", len(list), err)
	}
}

func TestReq(t *testing.T) {
	s := reference(t)
	r := s.Requirement("KFK-003")
	if r.Text() != "KFK-003 The Kafka cluster MUST have 1 broker." {
		t.Errorf("text is %q", r.Text())
	}
	want := []string{"KFK-003", "KFK", "MUST", "provisioning", "kind", "oke"}
	if !slices.Equal(r.Labels(), want) {
		t.Errorf("labels are %v", r.Labels())
	}
	if !slices.Contains(s.Requirement("SEC-001").Labels(), "derived") {
		t.Error("a derived requirement is not labelled so")
	}
	if !r.On(Kind) || r.On(OCISim) {
		t.Errorf("targets are %v", r.Targets)
	}
}

func TestReqPanicsOnUnknownID(t *testing.T) {
	s := reference(t)
	tests := map[string]string{
		"KFK-0003": `spec: no requirement "KFK-0003"; near it are KFK-003, KFK-001, KFK-002`,
		"nonsense": `spec: no requirement "nonsense" in spec/todo`,
	}
	for id, want := range tests {
		t.Run(id, func(t *testing.T) {
			defer func() {
				if got := fmt.Sprint(recover()); got != want {
					t.Errorf("panic %s", got)
				}
			}()
			s.Requirement(id)
		})
	}
}

func TestRequirementProblems(t *testing.T) {
	const good = `family: KFK
requirements:
  - id: KFK-001
    level: MUST
    sentence: It MUST be.
    section: 4. Kafka
    suite: provisioning
    targets: [kind]
`
	tests := []struct{ name, old, new, want string }{
		{"good", "", "", ""},
		{"unknown key", "suite:", "siute:", `f.yaml:7: unknown key "requirements[0].siute" (did you mean "suite"?)
f.yaml:3: missing key "requirements[0].suite"`},
		{"unknown suite", "provisioning", "speed", `f.yaml:7: "speed" is no suite; use one of provisioning, eventing, quotas, chaos`},
		{"unknown target", "[kind]", "[kindly]", `f.yaml:8: "kindly" is no target; use one of kind, oke, oci-sim`},
		{"no target", "[kind]", "[]", `f.yaml: KFK-001: name at least one target`},
		{"doubled target", "[kind]", "[kind, kind]", `f.yaml: KFK-001: targets: "kind" appears twice`},
		{"unknown level", "level: MUST", "level: WILL", `f.yaml:4: "WILL" is no level; use one of MUST, SHOULD, MAY`},
		{"other family", "id: KFK", "id: NET", `f.yaml: NET-001 does not belong to the family KFK of this file`},
		{"no ID", "KFK-001", "KFK-1", `f.yaml: "KFK-1" is not an ID; write three capitals, a dash and three digits`},
		{"level differs", "level: MUST", "level: MAY", `f.yaml: KFK-001: the sentence says MUST, the level is MAY`},
		{"no keyword", "It MUST be", "It is", `f.yaml: KFK-001: the sentence has 0 RFC 2119 keywords, want exactly one`},
		{"two keywords", "It MUST be", "It MUST be and SHOULD do", `f.yaml: KFK-001: the sentence has 2 RFC 2119 keywords, want exactly one`},
		{"two sentences", "It MUST be.", "It MUST be. And do.", `f.yaml: KFK-001: write one sentence that ends with a full stop`},
		{"derived without why", "targets: [kind]", "targets: [kind]\n    derived: true", `f.yaml: KFK-001: a derived requirement, and only one, says why`},
		{"why without derived", "targets: [kind]", "targets: [kind]\n    why: so", `f.yaml: KFK-001: a derived requirement, and only one, says why`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			files := fstest.MapFS{"requirements/f.yaml": {Data: []byte(strings.Replace(good, test.old, test.new, 1))}}
			_, err := loadRequirements(files)
			if got := errText(err); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
	files := fstest.MapFS{"requirements/a.yaml": {Data: []byte(good)}, "requirements/b.yaml": {Data: []byte(good)}}
	_, err := loadRequirements(files)
	want := "b.yaml: KFK-001 is already defined in a.yaml\nb.yaml: KFK-001 has the same sentence as KFK-001"
	if errText(err) != want {
		t.Errorf("doubled ID: %v", err)
	}
}

func errText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// Each requirement of the family has its fault; that each fault has its requirement is
// held by Load.
func TestFaultsAndRequirementsAgree(t *testing.T) {
	s, named := reference(t), map[string]bool{}
	for _, f := range s.Faults {
		named[f.Requirement] = true
	}
	for _, r := range s.Requirements {
		if r.Family() == "FLT" && !named[r.ID] {
			t.Errorf("%s has no fault in platform.yaml", r.ID)
		}
	}
}
