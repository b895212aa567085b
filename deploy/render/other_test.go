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
		`pubsub-kafka|statestore|kubernetes-secrets|ingress-nginx|10\.96\.0\.0|10\.244\.0\.0`)
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
			kafka := named(t, objects, "Kafka", "streaming", "shop-log")
			for path, want := range map[string]any{
				"spec.kafka.replicas": float64(3), "spec.kafka.storage.type": "ephemeral", "spec.zookeeper.storage.type": "ephemeral",
				"spec.kafka.config.min.insync.replicas": float64(2), "spec.kafka.config.default.replication.factor": float64(3),
			} {
				if got := flat(kafka.Object)[path]; got != want {
					t.Errorf("Kafka: %s is %v, want %v", path, got, want)
				}
			}
			raw := named(t, objects, "Subscription", "shop", "watcher-clicks")
			if at(raw, "spec", "metadata", "rawPayload") != "true" || at(raw, "spec", "deadLetterTopic") != nil || at(raw, "spec", "routes", "rules") != nil {
				t.Errorf("the subscription to records that are no events is %v", raw.Object["spec"])
			}
			plain := named(t, objects, "Subscription", "shop", "watcher-hints")
			if rules, _ := at(plain, "spec", "routes", "rules").([]any); len(rules) != 1 || at(plain, "spec", "deadLetterTopic") != nil {
				t.Errorf("the subscription to a topic without an event family is %v", plain.Object["spec"])
			}
			watcher := decode[appsv1.Deployment](t, named(t, objects, "Deployment", "shop", "watcher")).Spec.Template.Spec
			if got := watcher.Containers[0].Image; got != "registry.example/watcher:1.4" {
				t.Errorf("the image that a registry has is %s", got)
			}
			for name, want := range map[string]string{"API_PATH": "/v1/clicks", "PUBSUB_NAME": "bus", "PORT": "9100"} {
				if !slices.Contains(watcher.Containers[0].Env, corev1.EnvVar{Name: name, Value: want}) {
					t.Errorf("%s is not %s in %v", name, want, watcher.Containers[0].Env)
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
	for name, want := range map[string]string{"ORDERS_URL": "http://order-api.shop:8100", "ORDERS_APP_ID": "order-api", "GOMEMLIMIT": "953MiB"} {
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
