package mutants

import (
	"strings"
	"testing"
	"testing/fstest"

	"assay.dev/assay/spec/todo"
)

func TestEmbeddedMutantsLoad(t *testing.T) {
	if list, _, err := Load(todo.Must()); err != nil || len(list) == 0 {
		t.Fatalf("%d mutants, %v", len(list), err)
	}
}

func TestProblems(t *testing.T) {
	const good = `mutants:
  - id: quota.todo-app.cpu-requests-raised
    requirement: quota.todo-app.cpu-requests
    what: More.
    apply:
      - delete: {apiVersion: v1, kind: ResourceQuota, namespace: todo-app, name: compute}
    message: requests
`
	tests := []struct{ name, old, new, want string }{
		{"good", "", "", ""},
		{"unknown key", "message:", "massage:", "field massage not found"},
		{"unknown requirement", "requirement: quota.todo-app.cpu-requests", "requirement: QUO-999", `there is no requirement "QUO-999"`},
		{"ID of another requirement", "id: quota.todo-app.cpu-requests-raised", "id: quota.todo-app.cpu-limits-raised", "the ID must start with quota.todo-app.cpu-requests-"},
		{"no message", "message: requests", "message: ''", "what, message and apply must be given"},
		{"message that is no expression", "message: requests", "message: 'a('", "missing closing )"},
		{"two changes in one step", "name: compute}", "name: compute}\n        restart: {apiVersion: v1, kind: Pod, name: x}", "apply[0] has 2 kinds of change"},
		{"platform and cloud", "name: compute}", "name: compute}\n      - cloud: {kind: vcn, name: todo-vcn, json: [{op: remove, path: /dnsLabel}]}", "apply[0] changes the platform, another step the cloud"},
		{"specification and configuration", "delete: {apiVersion: v1, kind: ResourceQuota, namespace: todo-app, name: compute}",
			"file: {path: spec/cells.yaml, replace: a, by: b}\n      - file: {path: infra/terraform/adb.tf, replace: a, by: b}", "apply[1] changes the configuration, another step the specification"},
		{"file of nothing that is judged", "delete: {apiVersion: v1, kind: ResourceQuota, namespace: todo-app, name: compute}",
			"file: {path: README.md, replace: a, by: b}", "change a file below"},
		{"rewrite that changes nothing", "delete: {", "rewrite: {", "rewrite hides the object"},
		{"rewrite of nothing", "delete: {apiVersion: v1, kind: ResourceQuota, namespace: todo-app, name: compute}", "rewrite: {apiVersion: v1, kind: Node, absent: true}", "name the object to rewrite"},
		{"platform and recording", "name: compute}", "name: compute}\n      - recording: {experiment: eventing, inject: lost-sync}", "apply[0] changes the platform, another step the recording"},
		{"recording of nothing", "delete: {apiVersion: v1, kind: ResourceQuota, namespace: todo-app, name: compute}", "recording: {experiment: eventing}", "give one of inject and list"},
		{"recording of two experiments", "- delete: {apiVersion: v1, kind: ResourceQuota, namespace: todo-app, name: compute}", "- recording: {experiment: eventing, inject: lost-sync}\n      - recording: {experiment: io-fault, inject: lost-sync}", "apply[1] is about io-fault"},
		{"list that is left as it is", "delete: {apiVersion: v1, kind: ResourceQuota, namespace: todo-app, name: compute}", "recording: {experiment: eventing, list: events}", "a list is changed by"},
		{"removed and changed", "delete: {apiVersion: v1, kind: ResourceQuota, namespace: todo-app, name: compute}", "recording: {experiment: eventing, list: events, remove: true, repeat: true}", "cannot be changed"},
		{"excuse without a reason", "mutants:", "uncovered: [{requirements: [quota.todo-app.cpu-limits]}]\nmutants:", "state why it has no mutant"},
		{"excuse for nothing", "mutants:", "uncovered: [{why: Because.}]\nmutants:", "name requirements"},
		{"excuse for what is unknown", "mutants:", "equivalents: [{requirement: QUO-999, why: Because.}]\nmutants:", `"QUO-999": name a requirement`},
		{"unknown related check", "message:", "also: [XXX-001]\n    message:", `also: there is no requirement "XXX-001"`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := load(todo.Must(), fstest.MapFS{"x.yaml": {Data: []byte(strings.Replace(good, test.old, test.new, 1))}})
			if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
				t.Errorf("%v", err)
			}
		})
	}
}
