package spec

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

func TestReferenceRequirements(t *testing.T) {
	s := reference(t)
	r := s.Requirement("kafka.brokers")
	if r.Text() != "kafka.brokers The Kafka cluster MUST have 1 broker." {
		t.Errorf("text is %q", r.Text())
	}
	want := []string{"kafka.brokers", "kafka", "MUST", "provisioning", "kind", "oke"}
	if !slices.Equal(r.Labels(), want) {
		t.Errorf("labels are %v", r.Labels())
	}
	if !slices.Contains(s.Requirement("security.egress").Labels(), "derived") {
		t.Error("a derived requirement is not labelled so")
	}
	if !r.On(Kind) || r.On(OCISim) {
		t.Errorf("targets are %v", r.Targets)
	}
	if n := len(s.Requirements); n < 300 {
		t.Errorf("only %d requirements", n)
	}
}

func TestAnUnknownRequirementPanics(t *testing.T) {
	s := reference(t)
	tests := map[string]string{
		"kafka.broker": `spec: no requirement "kafka.broker"; near it are kafka.brokers`,
		"nonsense":     `spec: no requirement "nonsense" in spec/todo`,
	}
	for id, want := range tests {
		t.Run(id, func(t *testing.T) {
			defer func() {
				if got := fmt.Sprint(recover()); !strings.HasPrefix(got, want) {
					t.Errorf("panic %s", got)
				}
			}()
			s.Requirement(id)
		})
	}
}

func TestRequirementProblems(t *testing.T) {
	const good = `requirements:
  - id: kafka.ready
    level: MUST
    sentence: It MUST be.
    section: 4. Kafka
    suite: provisioning
    targets: [kind]
`
	tests := []struct{ name, old, new, want string }{
		{"good", "", "", ""},
		{"unknown key", "suite:", "siute:", `requirements.yaml:6: unknown key "requirements[0].siute" (did you mean "suite"?)
requirements.yaml:2: missing key "requirements[0].suite"`},
		{"unknown suite", "provisioning", "speed", `requirements.yaml:6: "speed" is no suite; use one of provisioning, eventing, quotas, chaos`},
		{"unknown target", "[kind]", "[kindly]", `requirements.yaml:7: "kindly" is no target; use one of kind, oke, oci-sim`},
		{"no target", "[kind]", "[]", `requirements: kafka.ready: name at least one target`},
		{"doubled target", "[kind]", "[kind, kind]", `requirements: kafka.ready: targets: "kind" appears twice`},
		{"unknown level", "level: MUST", "level: WILL", `requirements.yaml:3: "WILL" is no level; use one of MUST, SHOULD, MAY`},
		{"no ID", "kafka.ready", "KFK-1", `requirements: "KFK-1" is not an ID; write words of lower-case letters, digits and dashes, with dots between them`},
		{"one word", "kafka.ready", "kafka", `requirements: "kafka" is not an ID; write words of lower-case letters, digits and dashes, with dots between them`},
		{"level differs", "level: MUST", "level: MAY", `requirements: kafka.ready: the sentence has MUST, the level is MAY`},
		{"no keyword", "It MUST be", "It is", `requirements: kafka.ready: the sentence has 0 RFC 2119 keywords, want exactly one`},
		{"two keywords", "It MUST be", "It MUST be and SHOULD do", `requirements: kafka.ready: the sentence has 2 RFC 2119 keywords, want exactly one`},
		{"two sentences", "It MUST be.", "It MUST be. And do.", `requirements: kafka.ready: write one sentence that ends with a full stop`},
		{"derived without why", "targets: [kind]", "targets: [kind]\n    derived: true", `requirements: kafka.ready: a derived requirement has a reason, and only a derived one has`},
		{"why without derived", "targets: [kind]", "targets: [kind]\n    why: so", `requirements: kafka.ready: a derived requirement has a reason, and only a derived one has`},
		{"doubled", good[len("requirements:\n"):], good[len("requirements:\n"):] + good[len("requirements:\n"):],
			"requirements: kafka.ready: two requirements have this ID; give one of the rows another name\nrequirements: kafka.ready has the same sentence as kafka.ready"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			files := fstest.MapFS{requirementsFile: {Data: []byte(strings.Replace(good, test.old, test.new, 1))}}
			all, err := loadRequirements(files)
			c := &checker{file: "requirements"}
			if checkRequirements(c, all); err == nil && len(c.problems) > 0 {
				err = c.problems
			}
			if got := errText(err); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

func errText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
