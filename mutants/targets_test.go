package mutants

import (
	"strings"
	"testing"
	"testing/fstest"

	"assay.dev/assay/spec/todo"
)

// TestAMutantHasATargetAndChangesIt: what the specification says of an object is known
// without a platform.
func TestAMutantHasATargetAndChangesIt(t *testing.T) {
	const head = "mutants:\n- id: quota.todo-app.cpu-requests-x\n  requirement: quota.todo-app.cpu-requests\n  what: More.\n  message: more\n  apply:\n"
	for _, c := range []struct{ name, step, want string }{
		{"quota that is another", "patch: {apiVersion: v1, kind: ResourceQuota, namespace: todo-app, name: compute, merge: {spec: {hard: {requests.cpu: 1100m}}}}", ""},
		{"quota as it is", "patch: {apiVersion: v1, kind: ResourceQuota, namespace: todo-app, name: compute, merge: {spec: {hard: {requests.cpu: '1'}}}}", "spec.hard.requests.cpu is 1 already"},
		{"one of two members as it is", "patch: {apiVersion: v1, kind: ResourceQuota, namespace: todo-app, name: compute, merge: {spec: {hard: {requests.cpu: '1', limits.cpu: '7'}}}}", ""},
		{"quota of nobody", "patch: {apiVersion: v1, kind: ResourceQuota, namespace: nobody, name: compute, merge: {spec: {hard: {requests.cpu: '3'}}}}", "the specification has no ResourceQuota nobody/compute"},
		{"topic as it is", "patch: {apiVersion: v1, kind: KafkaTopic, namespace: kafka, name: reminders, json: [{op: replace, path: /spec/partitions, value: 1}]}", "/spec/partitions is 1 already"},
		{"topic of nobody", "delete: {apiVersion: v1, kind: KafkaTopic, namespace: kafka, name: orders}", "the specification has no KafkaTopic kafka/orders"},
		{"deployment of nobody", "restart: {apiVersion: apps/v1, kind: Deployment, namespace: todo-app, name: order-api}", "the specification has no Deployment todo-app/order-api"},
		{"another deployment", "create: {apiVersion: apps/v1, kind: Deployment, metadata: {namespace: todo-app, name: order-api}}", ""},
		{"deployment that is there", "create: {apiVersion: apps/v1, kind: Deployment, metadata: {namespace: todo-app, name: todo-backend}}", "the specification has a Deployment todo-app/todo-backend"},
		{"entry of another name", "rewrite: {apiVersion: dapr.io/v1alpha1, kind: Component, namespace: todo-app, name: pubsub-kafka, json: [{op: test, path: /spec/metadata/0/name, value: authType}]}", "/spec/metadata/0/name is brokers, not authType"},
		{"entry that is not there", "rewrite: {apiVersion: dapr.io/v1alpha1, kind: Component, namespace: todo-app, name: pubsub-kafka, json: [{op: replace, path: /spec/metadata/70/name, value: x}]}", "there is no /spec/metadata/70/name"},
		{"kind that nobody specifies", "delete: {apiVersion: rbac.authorization.k8s.io/v1, kind: Role, namespace: todo-app, name: any}", ""},
		{"nodes by their labels", "rewrite: {apiVersion: v1, kind: Node, labels: any, absent: true}", ""},
		{"VCN as it is", "cloud: {kind: vcn, name: todo-vcn, json: [{op: replace, path: /displayName, value: todo-vcn}]}", "/displayName is todo-vcn already"},
		{"VCN of nobody", "cloud: {kind: vcn, name: shop-vcn, json: [{op: replace, path: /displayName, value: x}]}", "the specification has no vcn shop-vcn"},
		{"reference to nobody", "cloud: {kind: subnet, name: todo-public-subnet, json: [{op: replace, path: /vcnId, value: '${vcn/shop-vcn}'}]}", "the specification has no vcn shop-vcn"},
		{"text that is not there", "file: {path: spec/platform.yaml, replace: no such text, by: x}", `spec/platform.yaml contains "no such text" 0 times, want once`},
		{"file that is not there", "file: {path: spec/none.yaml, replace: a, by: x}", "spec/none.yaml: "},
		{"experiment of nobody", "recording: {experiment: fire, inject: lost-event}", `there is no experiment "fire"`},
		{"event as it is", "recording: {experiment: eventing, list: events, where: {topic: reminders, type: reminder.scheduled}, json: [{op: replace, path: /event/source, value: todo-backend}]}", "changes nothing"},
		{"member that no event has", "recording: {experiment: eventing, list: events, where: {topic: reminders, type: reminder.scheduled}, json: [{op: remove, path: /event/data/colour}]}", "/event/data/colour"},
		{"event of no topic", "recording: {experiment: eventing, list: events, where: {topic: orders}, remove: true}", `there is no topic "orders"`},
		{"event of no type", "recording: {experiment: eventing, list: events, where: {topic: reminders, type: task.created}, remove: true}", `reminders carries no "task.created"`},
		{"event that is repeated", "recording: {experiment: eventing, list: events, where: {topic: reminders}, repeat: true}", ""},
		{"topic of the probe", "recording: {experiment: eventing, list: captures, where: {topic: assay-probe-flow}, remove: true}", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := load(todo.Must(), fstest.MapFS{"x.yaml": {Data: []byte(head + "  - " + c.step + "\n")}})
			switch {
			case c.want == "" && err != nil:
				t.Error(err)
			case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "x.yaml:2: quota.todo-app.cpu-requests-x: ")):
				t.Errorf("%v, want %s", err, c.want)
			}
		})
	}
}
