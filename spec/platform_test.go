package spec

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReferencePlatformLoads(t *testing.T) {
	p, err := ParsePlatform("platform.yaml", platformYAML(t))
	if err != nil {
		t.Fatal(err)
	}
	if got := p.Topic("task-events").RetentionMs(); got != 604_800_000 {
		t.Errorf("retention of task-events is %d ms, want seven days", got)
	}
	if got := p.DeadLetters("reminders").Name; got != "reminders-dlq" {
		t.Errorf("dead letters of reminders go to %q", got)
	}
	if got := p.Quota("kafka").MemoryLimit.String(); got != "6Gi" {
		t.Errorf("memory limit of kafka is %s", got)
	}
}

func TestClaimsFollowKafkasReplicasAndStorage(t *testing.T) {
	for _, test := range []struct {
		storage StorageType
		want    []string
	}{
		{Persistent, []string{"a/data-k-kafka-0", "a/data-k-kafka-1", "a/data-k-zookeeper-0", "b/data-db-0"}},
		{Ephemeral, []string{"b/data-db-0"}},
	} {
		p := &Platform{Volumes: []Volume{{Name: "data-db-0", Namespace: "b"}}}
		p.Kafka = Kafka{Name: "k", Namespace: "a", Replicas: 2, ZooKeeper: ZooKeeper{Replicas: 1}, Storage: KafkaStorage{Type: test.storage}}
		var got []string
		for _, claim := range p.VolumeClaims() {
			got = append(got, claim.Namespace+"/"+claim.Name)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s: claims (-want +got):\n%s", test.storage, diff)
		}
	}
}

// One mistake at a time, with the whole message: what a user sees.
func TestPlatformProblems(t *testing.T) {
	tests := []struct {
		name, old, new, want string
	}{
		{"unknown key", "    dnsLabel: todovcn", "    dnsLabel: todovcn\n    dnsLable: x",
			`platform.yaml:LINE: unknown key "oci.vcn.dnsLable" (did you mean "dnsLabel"?)`},
		{"unknown key at the top", "\ningress:\n", "\nzzz: 1\n\ningress:\n",
			`platform.yaml:LINE: unknown key "zzz" (known: specification, oci, namespaces, kafka, topics, events, dapr, deployments, rollout, infrastructure, volumes, ingress, quotas, limitRange, network, timeouts, load, faults)`},
		{"unknown key in a list", "kind: nat, name:", "kind: nat, nam:",
			`platform.yaml:LINE: unknown key "oci.gateways[1].nam" (did you mean "name"?)
platform.yaml:LINE: missing key "oci.gateways[1].name"`},
		{"missing key", "    dnsLabel: todovcn\n", "",
			`platform.yaml:LINE: missing key "oci.vcn.dnsLabel"`},
		{"doubled key", "  host: todo.local", "  host: todo.local\n  host: x.local",
			`platform.yaml:LINE: key "ingress.host" is already set on line OTHER`},
		{"wrong quantity", "maxMemory: 2Gi", "maxMemory: 2GiB",
			`platform.yaml:LINE: "2GiB" is not a quantity; write for example 250m, 2 or 512Mi`},
		{"negative quantity", "maxMemory: 2Gi", "maxMemory: -1",
			`platform.yaml:LINE: "-1" is a negative quantity`},
		{"wrong duration", "progressDeadline: 60s", "progressDeadline: 60",
			`platform.yaml:LINE: "60" is not a duration; write for example 500ms, 30s or 168h`},
		{"zero duration", "progressDeadline: 60s", "progressDeadline: 0s",
			`platform.yaml:LINE: "0s" is not a positive duration`},
		{"wrong enumeration", "type: persistent", "type: durable",
			`platform.yaml:LINE: "durable" is no storage type; use one of ephemeral, persistent`},
		{"external listener", "type: internal", "type: loadbalancer",
			`platform.yaml:LINE: "loadbalancer" is no listener type; use one of internal`},
		{"wrong range", "cidrBlock: 10.0.1.0/24", "cidrBlock: 10.0.1.7/24",
			`platform.yaml:LINE: "10.0.1.7/24" has host bits set; the range is 10.0.1.0/24`},
		{"no range", "cidrBlock: 10.0.1.0/24", "cidrBlock: tenish",
			`platform.yaml:LINE: "tenish" is not a CIDR; write for example 10.0.0.0/16`},
		{"wrong date", "date: 2026-02-15", "date: 15.2.2026",
			`platform.yaml:LINE: "15.2.2026" is not a date; write for example 2026-02-15`},
		{"wrong type", "  replicas: 1\n  storage:", "  replicas: one\n  storage:",
			"platform.yaml:LINE: cannot unmarshal !!str `one` into int"},
		{"a list where a mapping belongs", "limitRange:\n", "limitRange: []\nx:\n",
			`platform.yaml:LINE: limitRange must be a mapping
platform.yaml:LINE: unknown key "x" (known: specification, oci, namespaces, kafka, topics, events, dapr, deployments, rollout, infrastructure, volumes, ingress, quotas, limitRange, network, timeouts, load, faults)`},
		{"wrong content", "carries: sync", "carries: sink",
			`platform.yaml:LINE: "sink" is no content of events; use one of change, reminder, sync`},
		{"broken YAML", "kafka:\n  name: todo-kafka", "kafka: {\n  name: todo-kafka",
			`platform.yaml:LINE: did not find expected ',' or '}'`},
		{"port out of range", "appPort: 8004", "appPort: 80040",
			`platform.yaml:LINE: deployments[websocket-worker].dapr.appPort: 80040 is not a port; use 1 to 65535`},
		{"unknown reference", "app: audit-worker, pubsub", "app: audit-wroker, pubsub",
			`platform.yaml:LINE: dapr.subscriptions[audit-worker-task-events].app: no Dapr application is called "audit-wroker" (did you mean "audit-worker"?)`},
		{"doubled name", "name: dapr-placement, kind", "name: dapr-operator, kind",
			`platform.yaml:LINE: dapr.controlPlane: "dapr-operator" appears twice
platform.yaml:LINE: faults[dapr-placement-kill].target.name: no control-plane is called "dapr-placement" (known: dapr-operator, dapr-operator, dapr-scheduler, dapr-sidecar-injector, dapr-sentry)`},
		{"role twice", "role: dapr-sentry", "role: dapr-operator",
			`platform.yaml:LINE: infrastructure.role: "dapr-operator" appears twice`},
		{"less than no ZooKeeper", "  zookeeper:\n    replicas: 1", "  zookeeper:\n    replicas: -1",
			`platform.yaml:LINE: kafka.zookeeper.replicas: -1 is less than 0, which means none (KRaft)`},
		{"call of nobody", "deployment: todo-backend}]", "deployment: todo-backnd}]",
			`platform.yaml:LINE: deployments[todo-frontend].calls[BACKEND].deployment: no deployment is called "todo-backnd" (did you mean "todo-backend"?)`},
		{"unknown dead-letter topic", "deadLetterTopic: reminders-dlq", "deadLetterTopic: reminders-dql",
			`platform.yaml:LINE: dapr.subscriptions[notification-worker-reminders].deadLetterTopic: no topic is called "reminders-dql" (did you mean "reminders-dlq"?)`},
		{"a field that is not there", "title: $title, priority: $priority, due_date: $due_date, remind_at: $remind_at, recurrence_pattern: $recurrence_pattern, tags: $tags, completed", "title: $titel, priority: $priority, due_date: $due_date, remind_at: $remind_at, recurrence_pattern: $recurrence_pattern, tags: $tags, completed",
			`platform.yaml:LINE: load.requests[update].body: no field is called "titel" (did you mean "title"?)`},
		{"a load without a minimum", "  minimum: 4\n", "",
			`platform.yaml:LINE: load: a rate of 8 with a minimum of 0; use 0 < minimum ≤ rate`},
		{"an object that nothing makes", "does: makes", "does: changes",
			`platform.yaml:LINE: load.objects[task]: no request makes it
platform.yaml:LINE: load.requests[create].path: "/api/tasks" has no {key}
platform.yaml:LINE: load.requests[complete].expects[occurrences].makes: no request that makes an object and causes an event is called "create" (known: )`},
		{"a label that nobody could read", ", label: data.action", "",
			`platform.yaml:LINE: load.requests[create].expects[sync].label: "create", and the events of task-update-event have no label; name its member in events[task-update-event].label
platform.yaml:LINE: load.requests[update].expects[sync].label: "update", and the events of task-update-event have no label; name its member in events[task-update-event].label
platform.yaml:LINE: load.requests[complete].expects[sync].label: "complete", and the events of task-update-event have no label; name its member in events[task-update-event].label
platform.yaml:LINE: load.requests[delete].expects[sync].label: "delete", and the events of task-update-event have no label; name its member in events[task-update-event].label`},
		{"an unknown effect", "does: removes", "does: eats",
			`platform.yaml:LINE: "eats" is no effect of a request; use one of makes, changes, removes`},
		{"a type of another family", "family: task-event, type: task.deleted", "family: task-event, type: task.sync",
			`platform.yaml:LINE: load.requests[delete].expects[change].type: no type of task-event is called "task.sync" (known: task.created, task.updated, task.completed, task.deleted)`},
		{"two ways to make a value", "oneOf: [low, medium, high]}", "oneOf: [low, medium, high], text: {length: 1, largest: 2}}",
			`platform.yaml:LINE: load.objects[task].fields[priority]: 2 ways to make its value; use one of value, oneOf, text, texts, moment`},
		{"a proxy that is not there", "through: [ingress-controller]", "through: [ingress-controler]",
			`platform.yaml:LINE: load.through: no infrastructure is called "ingress-controler" (did you mean "ingress-controller"?)`},
		{"wrong action", "action: health-blip", "action: health-blop",
			`platform.yaml:LINE: "health-blop" is no action of a fault; use one of ` + actions()},
		{"wrong role", "target: {role: zookeeper}", "target: {role: zoo}",
			`platform.yaml:LINE: "zoo" is no role; use one of application, infrastructure, control-plane, topic, brokers, zookeeper, kafka-operator, subscribers, state-users`},
		{"a target that is not there", "role: topic, name: reminders", "role: topic, name: reminder",
			`platform.yaml:LINE: faults[deleted-topic].target.name: no topic is called "reminder" (did you mean "reminders"?)`},
		{"a name where the role needs none", "target: {role: zookeeper}", "target: {role: zookeeper, name: zk}",
			`platform.yaml:LINE: faults[zookeeper-pod-kill].target.name: "zk"; the role zookeeper names its components itself`},
		{"evidence without a path", `{evidence: notifications, path: "/notifications/{id}", state`, `{evidence: notifications, state`,
			`platform.yaml:LINE: deployments[notification-worker].shows[notifications].path must not be empty`},
		{"unknown evidence", "evidence: websocket", "evidence: telepathy",
			`platform.yaml:LINE: "telepathy" is no kind of evidence; use one of audit-query, notifications, websocket, metrics, commit`},
		{"a key that is no member", "source: todo-backend, key: data.task_id, types: [task.created", "source: todo-backend, key: data/task_id, types: [task.created",
			`platform.yaml:LINE: events[task-event].key: "data/task_id" is not a member of an event; use an attribute such as subject, or a member of the data such as data.id`},
		{"wrong surge", "maxSurge: 25%\n  maxUnavailable", "maxSurge: some\n  maxUnavailable",
			`platform.yaml:LINE: rollout.maxSurge: "some" is neither a number of pods nor a percentage such as 25%`},
		{"size out of its own range", "    size: 1\n", "    size: 3\n",
			`platform.yaml:LINE: oci.nodePool.size: 3 is outside of 1 to 2`},
		{"value and secret", "{name: authType, value: none}", "{name: authType}",
			`platform.yaml:LINE: dapr.components[pubsub-kafka].metadata[authType]: give either value or secret and key`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			raw := string(platformYAML(t))
			if strings.Count(raw, test.old) < 1 {
				t.Fatalf("%q is no longer in platform.yaml", test.old)
			}
			_, err := ParsePlatform("platform.yaml", []byte(strings.Replace(raw, test.old, test.new, 1)))
			if err == nil {
				t.Fatal("loaded without an error")
			}
			got := strings.Split(err.Error(), "\n")
			want := strings.Split(test.want, "\n")
			for i := range min(len(got), len(want)) {
				want[i] = sameLine(want[i], got[i])
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("message (-want +got):\n%s", diff)
			}
		})
	}
}

// actions are all actions of faults, as messages list them.
func actions() string {
	var all []string
	for _, a := range FaultActions() {
		all = append(all, string(a))
	}
	return strings.Join(all, ", ")
}

// sameLine puts the line numbers that were seen in the place of LINE and OTHER,
// so that the table does not change with every edit of the file. That the
// numbers are right is checked by TestProblemNamesTheLine.
func sameLine(want, got string) string {
	if rest, ok := strings.CutPrefix(got, "platform.yaml:"); ok {
		if n, _, ok := strings.Cut(rest, ":"); ok {
			want = strings.Replace(want, "LINE", n, 1)
		}
	}
	if i := strings.LastIndex(got, "line "); i >= 0 {
		want = strings.Replace(want, "OTHER", got[i+len("line "):], 1)
	}
	return want
}

func TestProblemNamesTheLine(t *testing.T) {
	raw := []byte("specification:\n  feature: x\n  date: 2026-02-15\n  colour: red\n")
	var out struct {
		Specification Specification `yaml:"specification"`
	}
	err := decodeStrict("a.yaml", raw, &out)
	want := `a.yaml:4: unknown key "specification.colour" (known: feature, date)`
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestEmptyFile(t *testing.T) {
	if _, err := ParsePlatform("p.yaml", nil); err == nil || err.Error() != "p.yaml: the file is empty" {
		t.Errorf("empty file: %v", err)
	}
}

func TestUnknownNamePanics(t *testing.T) {
	s := reference(t)
	tests := map[string]func(){
		`spec: no topic "task-event" (did you mean "task-events"?)`:                                                                                  func() { s.Topic("task-event") },
		`spec: no Dapr component "secrets" (known: pubsub-kafka, statestore, kubernetes-secrets)`:                                                    func() { s.Component("secrets") },
		`spec: no quota for namespace "ingress-nginx" (known: todo-app, kafka, dapr-system, monitoring)`:                                             func() { s.Quota("ingress-nginx") },
		`spec: no event family "task" (known: task-event, reminder-event, task-update-event)`:                                                        func() { s.Event("task") },
		`spec: no namespace "todoapp" (did you mean "todo-app"?)`:                                                                                    func() { s.Namespace("todoapp") },
		`spec: no deployment "frontend" (known: todo-frontend, todo-backend, recurring-worker, notification-worker, audit-worker, websocket-worker)`: func() { s.Deployment("frontend") },
	}
	for want, call := range tests {
		t.Run(want, func(t *testing.T) {
			defer func() {
				if got := recover(); got != want {
					t.Errorf("panic %v", got)
				}
			}()
			call()
		})
	}
}

func TestTheLineOfAValue(t *testing.T) {
	raw := []byte("topics:\n  - {name: a, partitions: 1}\n  - name: b.c\n    partitions: 0\nlist: [x, y]\nkafka:\n  listener:\n    port: 0\n")
	for path, want := range map[string]int{
		"topics[b.c].partitions": 4, "topics[a]": 2, "topics[1].partitions": 4, "kafka.listener.port": 8, "kafka.listener.other": 7,
		"list[y]": 5, "nothing": 0, "topics[zzz].partitions": 1,
	} {
		problems := withLines(raw, Problems{"f.yaml: " + path + ": wrong"})
		wantText := "f.yaml: " + path + ": wrong"
		if want > 0 {
			wantText = fmt.Sprintf("f.yaml:%d: %s: wrong", want, path)
		}
		if problems[0] != wantText {
			t.Errorf("%s, want line %d", problems[0], want)
		}
	}
}
