package render

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/util/validation"

	"assay.dev/assay/spec"
)

// otherEnvironments are those in which another specification is rendered.
var otherEnvironments = []string{"kind-hermetic", "oke-sim-hermetic"}

func otherKey(environment string) string { return environment + " of another specification" }

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

func other(t *testing.T) *spec.Platform {
	t.Helper()
	p, err := spec.ParsePlatform("platform.yaml", []byte(otherText(t)))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func writeOther(t *testing.T) string {
	t.Helper()
	return written(t, otherText(t))
}

// written is the path of a file with a text.
func written(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "platform.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// foreign are namespaces of the reference.
var foreign = regexp.MustCompile(`^(postgresql|monitoring|chaos-mesh|kafka|ingress-nginx)$`)

// TestNothingIsCalledAsInTheReference finds names of the reference platform in what
// another one has. Definitions and rights of operators are not ours.
func TestNothingIsCalledAsInTheReference(t *testing.T) {
	names := regexp.MustCompile(`todo|task-events|task\.created|reminders|reminder\.scheduled|task-updates|task\.sync|` +
		`pubsub-kafka|statestore|kubernetes-secrets|ingress-nginx`)
	for _, environmentName := range otherEnvironments {
		for _, object := range environment(t, otherKey(environmentName)).objects {
			if object.GetKind() == "CustomResourceDefinition" || object.GetKind() == "ClusterRole" {
				continue
			}
			for path, value := range flat(object.Object) {
				if text, _ := value.(string); names.MatchString(text) && !strings.Contains(path, "metadata.labels") {
					t.Errorf("%s: %s: %s is %q", environmentName, Name(object), path, text)
				}
			}
			// Chaos Mesh's chart puts a namespace into objects that have none.
			if namespace := object.GetNamespace(); foreign.MatchString(namespace) && object.GetKind() != "ClusterRoleBinding" {
				t.Errorf("%s: %s is in a namespace of the reference", environmentName, Name(object))
			}
		}
	}
}

// TestAnotherShapeIsRendered looks at what the reference platform does not have.
func TestAnotherShapeIsRendered(t *testing.T) {
	for _, environmentName := range otherEnvironments {
		t.Run(environmentName, func(t *testing.T) {
			objects := environment(t, otherKey(environmentName)).objects
			kafka := named(t, objects, "Kafka", "broker", "shop-kafka")
			for path, want := range map[string]any{
				"spec.kafka.replicas": float64(3), "spec.kafka.storage.type": "ephemeral", "spec.zookeeper.storage.type": "ephemeral",
				"spec.kafka.config.min.insync.replicas": float64(2), "spec.kafka.config.default.replication.factor": float64(3),
			} {
				if got := flat(kafka.Object)[path]; got != want {
					t.Errorf("Kafka: %s is %v, want %v", path, got, want)
				}
			}
			raw := named(t, objects, "Subscription", "shop", "counter-clicks")
			if at(raw, "spec", "metadata", "rawPayload") != "true" || at(raw, "spec", "deadLetterTopic") != nil || at(raw, "spec", "routes", "rules") != nil {
				t.Errorf("the subscription to records that are no events is %v", raw.Object["spec"])
			}
			plain := named(t, objects, "Subscription", "shop", "counter-hints")
			if rules, _ := at(plain, "spec", "routes", "rules").([]any); len(rules) != 1 || at(plain, "spec", "deadLetterTopic") != nil {
				t.Errorf("the subscription to a topic without an event family is %v", plain.Object["spec"])
			}
			counter := decode[appsv1.Deployment](t, named(t, objects, "Deployment", "shop", "counter")).Spec.Template.Spec
			if got := counter.Containers[0].Image; got != "registry.example/counter:1.4" {
				t.Errorf("the image that a registry has is %s", got)
			}
			for name, want := range map[string]string{"API_PATH": "/v1/orders", "PUBSUB_NAME": "bus", "PORT": "9100"} {
				if !slices.Contains(counter.Containers[0].Env, corev1.EnvVar{Name: name, Value: want}) {
					t.Errorf("%s is not %s in %v", name, want, counter.Containers[0].Env)
				}
			}
		})
	}
}

// TestAProgramWithoutASidecarIsRendered: it is in a namespace of its own, and calls an
// application of another one.
func TestAProgramWithoutASidecarIsRendered(t *testing.T) {
	pod := decode[appsv1.Deployment](t, named(t, environment(t, otherKey("kind-hermetic")).objects, "Deployment", "batch", "plain")).Spec.Template
	if pod.Annotations["dapr.io/enabled"] != "false" || pod.Annotations["dapr.io/config"] != "" || len(pod.Spec.InitContainers) > 0 {
		t.Errorf("the pod has %v and %v", pod.Annotations, pod.Spec.InitContainers)
	}
	for name, want := range map[string]string{"ORDERS_URL": "http://shop-backend.shop:8000", "ORDERS_APP_ID": "shop-backend", "GOMEMLIMIT": "953MiB"} {
		if !slices.Contains(pod.Spec.Containers[0].Env, corev1.EnvVar{Name: name, Value: want}) {
			t.Errorf("%s is not %s in %v", name, want, pod.Spec.Containers[0].Env)
		}
	}
}

// TestTopicsMayBeCalledAsKafkaLets: names of Kafka have characters that those of
// Kubernetes have not.
func TestTopicsMayBeCalledAsKafkaLets(t *testing.T) {
	renderer := find(t)
	renderer.Platform = written(t, replaced(t, read(t, referencePlatform), [][2]string{
		{"{name: task-events, partitions", "{name: Task_Events.v1, partitions"}, {"{name: reminders, partitions", "{name: task_events.v1, partitions"},
		{"{name: task-updates, partitions", "{name: task.updates, partitions"},
	}))
	objects, err := renderer.Render(t.Context(), Options{Environment: "kind-hermetic", Selector: "name=kafka"})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, object := range objects {
		if topic, ok := at(object, "spec", "topicName").(string); ok {
			got[topic] = object.GetName()
			if errs := validation.IsDNS1123Subdomain(object.GetName()); len(errs) > 0 {
				t.Errorf("%s: %s", object.GetName(), errs)
			}
		}
	}
	if len(got) != 2 || got["Task_Events.v1"] == got["task_events.v1"] {
		t.Errorf("topics with a name of their own: %v, want those with an underscore", got)
	}
	named(t, objects, "KafkaTopic", "kafka", "task.updates")
}

// TestNobodyMayConnectToAListenerWithoutPeers: Strimzi lets everyone in where no peer is
// given.
func TestNobodyMayConnectToAListenerWithoutPeers(t *testing.T) {
	renderer := find(t)
	renderer.Platform = written(t, replaced(t, read(t, referencePlatform), [][2]string{
		{"    - {from: todo-app, to: kafka, port: 9092, why: sidecars publish and consume}\n", ""},
	}))
	objects, err := renderer.Render(t.Context(), Options{Environment: "kind-hermetic", Selector: "name=kafka"})
	if err != nil {
		t.Fatal(err)
	}
	listeners, _ := at(named(t, objects, "Kafka", "kafka", "todo-kafka"), "spec", "kafka", "listeners").([]any)
	peers, _ := listeners[0].(map[string]any)["networkPolicyPeers"].([]any)
	if len(peers) != 1 || peers[0].(map[string]any)["podSelector"] == nil {
		t.Errorf("the peers of the listener are %v, want one that no pod is", peers)
	}
}

// TestTablesMayBeEmpty renders a platform without a database, metrics, routes, quotas,
// topics and policies.
func TestTablesMayBeEmpty(t *testing.T) {
	text := read(t, referencePlatform)
	for _, table := range []string{"topics", "events", "quotas", "volumes"} {
		text = emptied(t, text, table)
	}
	text = replaced(t, text, [][2]string{
		{"  namespaces: [todo-app, kafka, dapr-system, monitoring]", "  namespaces: []"},
		{"hidden: [todo-app, kafka, postgresql]", "hidden: [todo-app, kafka]"},
	})
	for pattern, by := range map[string]string{
		`(?s)  - name: (metrics-server|postgresql)\n    role: .*?containers:\n      - [^\n]*\n`: "",
		`(?s)  paths:\n.*?\n\n`:                     "  paths: []\n\n",
		`(?s)  subscriptions:\n.*?\n  # derived: w`: "  subscriptions: []\n  # derived: w",
		`(?s)  allowed:\n.*?\n  outbound:`:          "  allowed: []\n  denied: []\n  outbound:",
		`(?m)^    denied:\n      - .*\n`:            "    denied: []\n",
	} {
		found := regexp.MustCompile(pattern)
		if !found.MatchString(text) {
			t.Fatalf("%s is not in platform.yaml", pattern)
		}
		text = found.ReplaceAllString(text, by)
	}
	renderer := find(t)
	renderer.Platform = written(t, text)
	objects, err := renderer.Render(t.Context(), Options{Environment: "kind-hermetic"})
	if err != nil {
		t.Fatal(err)
	}
	for _, object := range objects {
		switch object.GetKind() {
		case "Ingress", "KafkaTopic", "ResourceQuota", "LimitRange", "Subscription":
			t.Errorf("there is %s", Name(object))
		case "NetworkPolicy":
			if policy := decode[networkingv1.NetworkPolicy](t, object); len(policy.Spec.PolicyTypes) == 1 && ofIngress(policy.Spec) {
				t.Errorf("there is %s", Name(object))
			}
		}
		if object.GetNamespace() == "monitoring" || object.GetNamespace() == "postgresql" {
			t.Errorf("there is %s", Name(object))
		}
	}
}

// emptied leaves a table of the top level without rows.
func emptied(t *testing.T, text, table string) string {
	t.Helper()
	found := regexp.MustCompile(`(?m)^` + table + `:\n(?:[ #].*\n|\n)*`)
	if !found.MatchString(text) {
		t.Fatalf("there is no table %s", table)
	}
	return found.ReplaceAllString(text, table+": []\n")
}
