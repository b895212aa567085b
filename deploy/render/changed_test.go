package render

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// flat maps the path of each value in an object to the value. An item of a list that has
// a name counts by it.
func flat(object any) map[string]any {
	found := map[string]any{}
	var walk func(path string, value any)
	walk = func(path string, value any) {
		switch value := value.(type) {
		case map[string]any:
			for key, item := range value {
				walk(path+"."+key, item)
			}
		case []any:
			for i, item := range value {
				key := fmt.Sprint(i)
				if fields, ok := item.(map[string]any); ok && fields["name"] != nil {
					key = fmt.Sprint(fields["name"])
				}
				walk(path+"."+key, item)
			}
		default:
			found[strings.TrimPrefix(path, ".")] = value
		}
	}
	walk("", object)
	return found
}

// made are values that each rendering makes again: certificates, tokens and their sums.
var made = regexp.MustCompile(`^data\.|caBundle|checksum/|rollme`)

// differences are the values that two renderings have otherwise, as "object path: value".
// An object that only one of them has is one difference.
func differences(before, after []unstructured.Unstructured) map[string]string {
	byName := func(objects []unstructured.Unstructured) map[string]map[string]any {
		found := map[string]map[string]any{}
		for _, object := range objects {
			found[Name(object)] = flat(object.Object)
		}
		return found
	}
	old, now := byName(before), byName(after)
	found := map[string]string{}
	for name, values := range now {
		was, ok := old[name]
		if !ok {
			found[name] = "new"
			continue
		}
		for path, value := range values {
			if was[path] != value && !made.MatchString(path) {
				found[name+" "+path] = fmt.Sprint(value)
			}
		}
		for path := range was {
			if _, ok := values[path]; !ok {
				found[name+" "+path] = "gone"
			}
		}
	}
	for name := range old {
		if now[name] == nil {
			found[name] = "gone"
		}
	}
	return found
}

// change is one value of platform.yaml and all that is deployed otherwise by it.
type change struct {
	table, old, new string
	want            map[string]string
}

const (
	container  = "spec.template.spec.containers."
	annotation = "spec.template.metadata.annotations."
)

// everyDeployment is a change of each of the six.
func everyDeployment(path, value string) map[string]string {
	want := map[string]string{}
	for _, name := range []string{"todo-frontend", "todo-backend", "recurring-worker", "notification-worker", "audit-worker", "websocket-worker"} {
		want["Deployment todo-app/"+name+" "+strings.ReplaceAll(path, "NAME", name)] = value
	}
	return want
}

var changes = []change{
	{"topics.partitions", "{name: task-events, partitions: 3,", "{name: task-events, partitions: 5,",
		map[string]string{"KafkaTopic kafka/task-events spec.partitions": "5"}},
	{"topics.retention", "{name: reminders, partitions: 1, replicas: 1, retention: 168h", "{name: reminders, partitions: 1, replicas: 1, retention: 1h30m",
		map[string]string{"KafkaTopic kafka/reminders spec.config.retention.ms": "5.4e+06"}},
	{"topics.replicas", "{name: task-updates, partitions: 3, replicas: 1,", "{name: task-updates, partitions: 3, replicas: 2,",
		map[string]string{"KafkaTopic kafka/task-updates spec.replicas": "2"}},
	{"kafka.storage", "brokerSize: 5Gi", "brokerSize: 6Gi", map[string]string{"Kafka kafka/todo-kafka spec.kafka.storage.size": "6Gi"}},
	{"kafka.storage", "zookeeperSize: 1Gi", "zookeeperSize: 2Gi", map[string]string{"Kafka kafka/todo-kafka spec.zookeeper.storage.size": "2Gi"}},
	{"kafka.zookeeper", "  zookeeper:\n    replicas: 1", "  zookeeper:\n    replicas: 3", map[string]string{"Kafka kafka/todo-kafka spec.zookeeper.replicas": "3"}},
	{"kafka.retentionCheck", "retentionCheck: 20s", "retentionCheck: 1m", map[string]string{"Kafka kafka/todo-kafka spec.kafka.config.log.retention.check.interval.ms": "60000"}},
	{"kafka.heap", "heap: 512Mi", "heap: 640Mi",
		map[string]string{"Kafka kafka/todo-kafka spec.kafka.jvmOptions.-Xmx": "640m", "Kafka kafka/todo-kafka spec.kafka.jvmOptions.-Xms": "320m"}},
	{"quotas", "{namespace: kafka, cpuRequest: 1000m", "{namespace: kafka, cpuRequest: 1100m",
		map[string]string{"ResourceQuota kafka/compute spec.hard.requests.cpu": "1100m"}},
	{"limitRange", "namespaces: [todo-app, kafka, dapr-system, monitoring]\n  defaultCpuRequest: 100m", "namespaces: [todo-app, kafka, dapr-system]\n  defaultCpuRequest: 90m",
		map[string]string{
			"LimitRange todo-app/container-defaults spec.limits.0.defaultRequest.cpu":    "90m",
			"LimitRange kafka/container-defaults spec.limits.0.defaultRequest.cpu":       "90m",
			"LimitRange dapr-system/container-defaults spec.limits.0.defaultRequest.cpu": "90m",
			"LimitRange monitoring/container-defaults":                                   "gone",
		}},
	{"deployments.replicas", "namespace: todo-app\n    replicas: 1\n    image: assay.dev/workloads/todo-backend:dev", "namespace: todo-app\n    replicas: 2\n    image: assay.dev/workloads/todo-backend:dev",
		map[string]string{"Deployment todo-app/todo-backend spec.replicas": "2"}},
	{"deployments.env", "    build: ./workloads/todo-backend\n", "    build: ./workloads/todo-backend\n    env: {API_PATH: /api/v2/tasks}\n",
		map[string]string{
			"Deployment todo-app/todo-backend " + container + "todo-backend.env.API_PATH.name":                  "API_PATH",
			"Deployment todo-app/todo-backend " + container + "todo-backend.env.API_PATH.value":                 "/api/v2/tasks",
			"Deployment todo-app/recurring-worker " + container + "recurring-worker.env.BACKEND_API_PATH.name":  "BACKEND_API_PATH",
			"Deployment todo-app/recurring-worker " + container + "recurring-worker.env.BACKEND_API_PATH.value": "/api/v2/tasks",
			"Deployment todo-app/todo-frontend " + container + "todo-frontend.env.BACKEND_API_PATH.name":        "BACKEND_API_PATH",
			"Deployment todo-app/todo-frontend " + container + "todo-frontend.env.BACKEND_API_PATH.value":       "/api/v2/tasks",
		}},
	{"deployments.app", "app: {cpuRequest: 20m, cpuLimit: 70m,", "app: {cpuRequest: 20m, cpuLimit: 75m,",
		map[string]string{"Deployment todo-app/audit-worker " + container + "audit-worker.resources.limits.cpu": "75m"}},
	{"deployments.sidecar", "sidecar: {cpuRequest: 30m, cpuLimit: 70m, memoryRequest: 80Mi, memoryLimit: 192Mi}", "sidecar: {cpuRequest: 30m, cpuLimit: 70m, memoryRequest: 80Mi, memoryLimit: 240Mi}",
		map[string]string{
			"Deployment todo-app/todo-frontend " + annotation + "dapr.io/sidecar-memory-limit": "240Mi",
			"Deployment todo-app/todo-frontend " + annotation + "dapr.io/env":                  "GOMEMLIMIT=200MiB",
		}},
	{"deployments.port", "appPort: 8004", "appPort: 8104",
		map[string]string{
			"Deployment todo-app/websocket-worker " + annotation + "dapr.io/app-port":                         "8104",
			"Deployment todo-app/websocket-worker " + container + "websocket-worker.ports.http.containerPort": "8104",
			"Deployment todo-app/websocket-worker " + container + "websocket-worker.env.PORT.value":           "8104",
			"Service todo-app/websocket-worker spec.ports.http.port":                                          "8104",
			"Deployment todo-app/todo-frontend " + container + "todo-frontend.env.WEBSOCKET_WORKER_URL.value": "http://websocket-worker:8104",
		}},
	{"rollout", "progressDeadline: 60s", "progressDeadline: 1m30s", everyDeployment("spec.progressDeadlineSeconds", "90")},
	{"rollout.probes", "readiness: {path: /readyz, period: 2s", "readiness: {path: /readyz, period: 4s",
		everyDeployment(container+"NAME.readinessProbe.periodSeconds", "4")},
	{"infrastructure of our charts", "{name: kafka, cpuRequest: 200m, cpuLimit: 900m", "{name: kafka, cpuRequest: 200m, cpuLimit: 950m",
		map[string]string{"Kafka kafka/todo-kafka spec.kafka.resources.limits.cpu": "950m"}},
	{"infrastructure of charts of others", "{name: dapr-sentry, cpuRequest: 20m, cpuLimit: 100m", "{name: dapr-sentry, cpuRequest: 20m, cpuLimit: 110m",
		map[string]string{"Deployment dapr-system/dapr-sentry " + container + "dapr-sentry.resources.limits.cpu": "110m"}},
	{"infrastructure.replicas", "role: metrics\n    namespace: monitoring\n    kind: Deployment\n    replicas: 1", "role: metrics\n    namespace: monitoring\n    kind: Deployment\n    replicas: 2",
		map[string]string{"Deployment monitoring/metrics-server spec.replicas": "2"}},
	{"volumes", "namespace: postgresql, size: 2Gi}", "namespace: postgresql, size: 3Gi}",
		map[string]string{"StatefulSet postgresql/postgresql spec.volumeClaimTemplates.0.spec.resources.requests.storage": "3Gi"}},
	{"ingress.host", "host: todo.local", "host: other.local",
		map[string]string{
			"Ingress todo-app/todo-ingress spec.rules.0.host":              "other.local",
			"Ingress todo-app/todo-ingress spec.tls.0.hosts.0":             "other.local",
			"Secret todo-app/todo-tls metadata.annotations.assay.dev/host": "other.local",
		}},
	{"ingress.paths", "{path: /api, service: todo-backend, port: 8000,", "{path: /v1, service: todo-backend, port: 8000,",
		map[string]string{"Ingress todo-app/todo-ingress spec.rules.0.http.paths.1.path": "/v1"}},
	{"dapr.components", "{name: initialOffset, value: oldest}", "{name: initialOffset, value: newest}",
		map[string]string{"Component todo-app/pubsub-kafka spec.metadata.initialOffset.value": "newest"}},
	{"dapr.subscriptions", "route: /events/reminders", "route: /events/nudges",
		map[string]string{
			"Subscription todo-app/notification-worker-reminders spec.routes.rules.0.path":                          "/events/nudges",
			"Deployment todo-app/notification-worker " + container + "notification-worker.env.REMINDER_ROUTE.value": "/events/nudges",
		}},
	{"dapr.resiliency", "maxRetries: 5", "maxRetries: 7",
		map[string]string{"Resiliency todo-app/todo-resiliency spec.policies.retries.inbound-retry.maxRetries": "7"}},
	{"namespaces", "{name: monitoring, podSecurity: restricted}", "{name: monitoring, podSecurity: baseline}",
		map[string]string{
			"Namespace monitoring metadata.labels.pod-security.kubernetes.io/enforce": "baseline",
			"Namespace monitoring metadata.labels.pod-security.kubernetes.io/warn":    "baseline",
			"Namespace monitoring metadata.labels.pod-security.kubernetes.io/audit":   "baseline",
		}},
	{"network.allowed", "{from: ingress-nginx, to: todo-app, port: 3000", "{from: monitoring, to: todo-app, port: 3000",
		map[string]string{
			"NetworkPolicy todo-app/allow-ingress-nginx-3000": "gone",
			"NetworkPolicy todo-app/allow-monitoring-3000":    "new",
		}},
}

// TestEachValueOfThePlatformChangesWhatItIsAboutAndNothingElse renders a copy of the
// specification with one value of each table changed: what is deployed otherwise is what
// the values are about, and no more.
func TestEachValueOfThePlatformChangesWhatItIsAboutAndNothingElse(t *testing.T) {
	text, want := read(t, referencePlatform), map[string]string{}
	for _, c := range changes {
		if strings.Count(text, c.old) != 1 {
			t.Fatalf("%s: %q is in platform.yaml %d times", c.table, c.old, strings.Count(text, c.old))
		}
		text = strings.Replace(text, c.old, c.new, 1)
		for place, value := range c.want {
			if _, taken := want[place]; taken {
				t.Fatalf("%s: another change is at %s, too", c.table, place)
			}
			want[place] = value
		}
	}
	renderer := find(t)
	renderer.Platform = written(t, text)
	changed, err := renderer.Render(t.Context(), Options{Environment: "kind-hermetic"})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, differences(environment(t, "kind-hermetic").objects, changed)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestTheVersionOfDaprIsThatOfItsImages changes more than one object, and nothing else.
func TestTheVersionOfDaprIsThatOfItsImages(t *testing.T) {
	renderer := find(t)
	renderer.Platform = written(t, replaced(t, read(t, referencePlatform), [][2]string{{"version: 1.18.2", "version: 1.99.0"}}))
	changed, err := renderer.Render(t.Context(), Options{Environment: "kind-hermetic", Selector: "name=dapr"})
	if err != nil {
		t.Fatal(err)
	}
	for _, image := range Images(changed) {
		if !strings.HasSuffix(image, ":1.99.0") {
			t.Errorf("%s is not of the version", image)
		}
	}
}
