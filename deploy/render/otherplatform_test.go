package render

import (
	"path/filepath"
	"strings"
	"testing"

	"assay.dev/assay/spec"
)

// more is what testdata/shop has not: a topic whose events nobody describes, one of
// records that are no events, a program that consumes both without dead letters and whose
// image a registry has, and one without a sidecar in a namespace of its own.
var more = [][2]string{
	{"\nevents:\n", `
  - {name: clicks, partitions: 2, replicas: 1, retention: 1h30m, cluster: shop-log, purpose: Raw}
  - {name: hints, partitions: 2, replicas: 1, retention: 1h, cluster: shop-log, purpose: Undescribed}

events:
`},
	{"  resiliency:\n", `    - {name: watcher-clicks, app: watcher, pubsub: bus, topic: clicks, route: /clicks, raw: true}
    - {name: watcher-hints, app: watcher, pubsub: bus, topic: hints, route: /hints}
  resiliency:
`},
	{"\nrollout:\n", `
  - name: watcher
    namespace: shop
    replicas: 2
    image: registry.example/watcher:1.4
    env: {API_PATH: /v1/clicks}
    dapr: {enabled: true, appId: watcher, appPort: 9100, appToken: true}
    app: {cpuRequest: 20m, cpuLimit: 60m, memoryRequest: 32Mi, memoryLimit: 96Mi}
    sidecar: {cpuRequest: 30m, cpuLimit: 90m, memoryRequest: 80Mi, memoryLimit: 192Mi}
  - name: plain
    namespace: batch
    replicas: 1
    image: registry.example/plain:1.0
    calls: [{as: ORDERS, deployment: order-api}]
    dapr: {enabled: false, appId: plain, appPort: 9201, appToken: false}
    app: {cpuRequest: "0.5", cpuLimit: 1, memoryRequest: 0.5Gi, memoryLimit: 1200M}
    sidecar: {cpuRequest: 30m, cpuLimit: 90m, memoryRequest: 80Mi, memoryLimit: 192Mi}

rollout:
`},
	{"  - {name: metrics, podSecurity: restricted}", "  - {name: metrics, podSecurity: restricted}\n  - {name: batch, podSecurity: baseline}"},
	{"ledger, live-board, counter]", "ledger, live-board, counter, watcher]"},
	{"    - {path: /, service: storefront", "    - {path: /watcher, service: watcher, port: 9100}\n    - {path: /, service: storefront"},
	{"    - {from: edge, to: shop, port: 3100, why: the route /}", "    - {from: edge, to: shop, port: 9100, why: the route /watcher}\n    - {from: edge, to: shop, port: 3100, why: the route /}"},
}

// otherText is the platform.yaml of testdata/shop, with more that the reference has not.
func otherText(t *testing.T) string {
	t.Helper()
	return replaced(t, read(t, filepath.Join("..", "..", "testdata", "shop", spec.PlatformFile)), more)
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
