package mutants

import (
	"strings"
	"testing"
	"testing/fstest"
)

func TestEmbeddedMutantsLoad(t *testing.T) {
	if list, _, err := Load(); err != nil || len(list) == 0 {
		t.Fatalf("%d mutants, %v", len(list), err)
	}
}

func TestProblems(t *testing.T) {
	const good = `mutants:
  - id: QUO-001-raised
    requirement: QUO-001
    what: More.
    apply:
      - delete: {apiVersion: v1, kind: ResourceQuota, namespace: todo-app, name: todo-app}
    message: requests
`
	tests := []struct{ name, old, new, want string }{
		{"good", "", "", ""},
		{"unknown key", "message:", "massage:", "field massage not found"},
		{"unknown requirement", "requirement: QUO-001", "requirement: QUO-999", `there is no requirement "QUO-999"`},
		{"ID of another requirement", "id: QUO-001-raised", "id: QUO-002-raised", "the ID must begin with QUO-001-"},
		{"no message", "message: requests", "message: ''", "what, message and apply must be given"},
		{"message that is no expression", "message: requests", "message: 'a('", "missing closing )"},
		{"two changes in one step", "name: todo-app}", "name: todo-app}\n        restart: {apiVersion: v1, kind: Pod, name: x}", "apply[0] has 2 kinds of change"},
		{"platform and cloud", "name: todo-app}", "name: todo-app}\n      - cloud: {kind: vcn, name: todo-vcn, json: [{op: remove, path: /dnsLabel}]}", "apply[0] changes the platform, another step the cloud"},
		{"excuse without a reason", "mutants:", "untried: [{requirements: [QUO-002]}]\nmutants:", "say why it has no mutant"},
		{"excuse for nothing", "mutants:", "untried: [{why: Because.}]\nmutants:", "name requirements"},
		{"excuse for what is unknown", "mutants:", "equivalents: [{requirement: QUO-999, why: Because.}]\nmutants:", `"QUO-999": name a requirement`},
		{"unknown related check", "message:", "also: [XXX-001]\n    message:", `also: there is no requirement "XXX-001"`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := load(fstest.MapFS{"x.yaml": {Data: []byte(strings.Replace(good, test.old, test.new, 1))}})
			if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
				t.Errorf("%v", err)
			}
		})
	}
}
