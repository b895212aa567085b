package spec

// problem is a change of platform.yaml and the message that it gives. LINE and OTHER are
// numbers of lines.
type problem struct{ name, old, new, want string }

// formProblems are about keys, values and YAML.
func formProblems() []problem {
	return []problem{
		{"unknown key", "    dnsLabel: todovcn", "    dnsLabel: todovcn\n    dnsLable: x",
			`platform.yaml:LINE: unknown key "oci.vcn.dnsLable" (did you mean "dnsLabel"?)`},
		{"unknown key at the top", "\ningress:\n", "\nzzz: 1\n\ningress:\n",
			`platform.yaml:LINE: unknown key "zzz" (known: specification, oci, namespaces, kafka, topics, events, dapr, deployments, rollout, infrastructure, volumes, ingress, quotas, limitRange, network, allowed, timeouts, load, faults)`},
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
		{"authentication that no client can do", "type: internal\n", "type: internal\n    authentication: tls\n",
			`platform.yaml:LINE: "tls" is no authentication; use one of scram-sha-512`},
		{"nobody is authenticated", "type: internal\n", "type: internal\n    authentication: scram-sha-512\n",
			`platform.yaml:LINE: kafka.listener.user must not be empty`},
		{"a user of nobody", "type: internal\n", "type: internal\n    user: assay\n",
			`platform.yaml:LINE: kafka.listener.user: without authentication there is no user, and no password`},
		{"an authority of nothing", "type: internal\n", "type: internal\n    ca: {secret: authority}\n",
			`platform.yaml:LINE: kafka.listener.ca: without tls there is no certificate to check`},
		{"allowed of no kind", "allowed: []\n", "allowed: [{kind: Secert, name: x, reason: y}]\n",
			`platform.yaml:LINE: allowed[x].kind: no kind of objects is called "Secert" (did you mean "Secret"?)`},
		{"allowed without a reason", "allowed: []\n", "allowed: [{kind: Secret, namespace: todo-app, name: backup-*, reason: ''}]\n",
			`platform.yaml:LINE: allowed[todo-app/backup-*].reason must not be empty`},
		{"allowed by a broken pattern", "allowed: []\n", "allowed: [{kind: Secret, name: 'a[', reason: y}]\n",
			`platform.yaml:LINE: allowed[a[].name: "a[" is no name with wildcards (* and ?)`},
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
platform.yaml:LINE: unknown key "x" (known: specification, oci, namespaces, kafka, topics, events, dapr, deployments, rollout, infrastructure, volumes, ingress, quotas, limitRange, network, allowed, timeouts, load, faults)`},
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
	}
}

// referenceProblems are about names of what is not there, and loads.
func referenceProblems() []problem {
	return []problem{
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
	}
}

// ruleProblems are about values that do not go together.
func ruleProblems() []problem {
	return []problem{
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
}
