package render

import (
	"regexp"
	"strings"
	"testing"
)

// renamed are names of the reference platform and those of another one, as regular
// expressions: nothing that is deployed there may have one of the first.
var renamed = [][2]string{
	{`todo-app`, "shop"},
	{`dapr-system`, "sidecars"},
	{`ingress-nginx`, "edge"},
	{`namespace: monitoring`, "namespace: metrics"},
	{`name: monitoring`, "name: metrics"},
	{`from: monitoring`, "from: metrics"},
	{`, monitoring\]`, ", metrics]"},
	{`namespace: chaos-mesh`, "namespace: faults"},
	{`namespace: kafka`, "namespace: broker"},
	{`name: kafka, podSecurity`, "name: broker, podSecurity"},
	{`to: kafka`, "to: broker"},
	{`\.kafka\.svc`, ".broker.svc"},
	{`, kafka, `, ", broker, "},
	{`namespace: postgresql`, "namespace: data"},
	{`to: postgresql`, "to: data"},
	{`kafka, postgresql\]`, "kafka, data]"},
	{`broker, postgresql\]`, "broker, data]"},
	{`name: postgresql\n    role`, "name: ledger\n    role"},
	{`role: infrastructure, name: postgresql`, "role: infrastructure, name: ledger"},
	{`data-postgresql-0`, "data-ledger-0"},
	{`pubsub-kafka`, "bus"},
	{`statestore-postgresql`, "store-connection"},
	{`statestore`, "store"},
	{`kubernetes-secrets`, "vault"},
	{`task-update`, "order-sync"},
	{`task-event`, "order-event"},
	{`reminders`, "nudges"},
	{`task\.(created|updated|completed|deleted|sync)`, "order.$1"},
	{`reminder\.scheduled`, "nudge.planned"},
	{`todo-`, "shop-"},
	{`todo\.local`, "shop.example"},
}

// more are changes of the shape of the other platform.
var more = [][2]string{
	{"  replicas: 1\n  storage:\n", "  replicas: 3\n  storage:\n"},
	{"    type: persistent\n", "    type: ephemeral\n"},
	{"  - {name: order-events, partitions: 3, replicas: 1, retention: 168h", "  - {name: order-events, partitions: 7, replicas: 3, retention: 36h"},
	// A topic whose events nobody describes, one of records that are no events, and a
	// seventh program that consumes both. Neither has dead letters.
	{"\nevents:\n", `
  - {name: clicks, partitions: 2, replicas: 1, retention: 1h30m, cluster: shop-kafka, purpose: Raw}
  - {name: hints, partitions: 2, replicas: 1, retention: 1h, cluster: shop-kafka, purpose: Undescribed}

events:
`},
	{"  # derived: without an inbound retry policy", `    - {name: counter-clicks, app: counter, pubsub: bus, topic: clicks, route: /clicks, raw: true}
    - {name: counter-hints, app: counter, pubsub: bus, topic: hints, route: /hints}
  # derived: without an inbound retry policy`},
	{"\n# derived: how the six are rolled out", `
  - name: counter
    namespace: shop
    replicas: 2
    image: registry.example/counter:1.4
    env: {API_PATH: /v1/orders}
    dapr: {enabled: true, appId: counter, appPort: 9100, appToken: true}
    app: {cpuRequest: 20m, cpuLimit: 60m, memoryRequest: 32Mi, memoryLimit: 96Mi}
    sidecar: {cpuRequest: 30m, cpuLimit: 90m, memoryRequest: 80Mi, memoryLimit: 192Mi}
  - name: plain
    namespace: batch
    replicas: 1
    image: registry.example/plain:1.0
    calls: [{as: ORDERS, deployment: shop-backend}]
    dapr: {enabled: false, appId: plain, appPort: 9200, appToken: false}
    app: {cpuRequest: "0.5", cpuLimit: 1, memoryRequest: 0.5Gi, memoryLimit: 1200M}
    sidecar: {cpuRequest: 30m, cpuLimit: 90m, memoryRequest: 80Mi, memoryLimit: 192Mi}

# derived: how the six are rolled out`},
	{"  - {name: metrics, podSecurity: restricted}", "  - {name: metrics, podSecurity: restricted}\n  - {name: batch, podSecurity: baseline}"},
	{"      scopes: [shop-backend, recurring-worker, notification-worker, audit-worker, websocket-worker]",
		"      scopes: [shop-backend, recurring-worker, notification-worker, audit-worker, websocket-worker, counter]"},
	{"    - {path: /, service: shop-frontend", "    - {path: /counter, service: counter, port: 9100}\n    - {path: /, service: shop-frontend"},
	{"    - {from: edge, to: shop, port: 3000, why: the route /}", "    - {from: edge, to: shop, port: 9100, why: the route /counter}\n    - {from: edge, to: shop, port: 3000, why: the route /}"},
	{"    podsCidr: 10.244.0.0/16", "    podsCidr: 10.20.0.0/16"},
	{"    servicesCidr: 10.96.0.0/16", "    servicesCidr: 10.21.0.0/16"},
}

// otherText is the platform.yaml of another platform: names, shape and sizes differ.
func otherText(t *testing.T) string {
	t.Helper()
	text := read(t, referencePlatform)
	for _, change := range renamed {
		pattern := regexp.MustCompile(change[0])
		if !pattern.MatchString(text) && !strings.HasPrefix(change[0], "kafka, ") {
			t.Fatalf("%q is no longer in platform.yaml", change[0])
		}
		text = pattern.ReplaceAllString(text, change[1])
	}
	return replaced(t, text, more)
}

// replaced changes each text once.
func replaced(t *testing.T, text string, changes [][2]string) string {
	t.Helper()
	for _, change := range changes {
		if !strings.Contains(text, change[0]) {
			t.Fatalf("%q is not in platform.yaml", change[0])
		}
		text = strings.Replace(text, change[0], change[1], 1)
	}
	return text
}
