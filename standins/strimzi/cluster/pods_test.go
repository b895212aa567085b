package cluster

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
)

func TestBrokerPod(t *testing.T) {
	set := render(t).KafkaPodSet()
	if set.Name != "todo-kafka-kafka" || len(set.Spec.Pods) != 1 {
		t.Fatalf("pod set %s has %d pods", set.Name, len(set.Spec.Pods))
	}
	pod := set.Spec.Pods[0]
	for label, want := range map[string]string{
		"strimzi.io/pod-name":        "todo-kafka-kafka-0",
		"strimzi.io/broker-role":     "true",
		"strimzi.io/pool-name":       "kafka",
		"strimzi.io/controller":      "strimzipodset",
		"strimzi.io/controller-name": "todo-kafka-kafka",
		"strimzi.io/name":            "todo-kafka-kafka",
	} {
		if pod.Labels[label] != want {
			t.Errorf("label %s = %q, want %q", label, pod.Labels[label], want)
		}
	}
	for key, value := range set.Spec.Selector.MatchLabels {
		if pod.Labels[key] != value {
			t.Errorf("the set's selector %s=%s does not pick its pod", key, value)
		}
	}
	if pod.Name != "todo-kafka-kafka-0" || pod.Spec.Hostname != pod.Name || pod.Spec.Subdomain != "todo-kafka-kafka-brokers" {
		t.Errorf("pod %s is %s.%s", pod.Name, pod.Spec.Hostname, pod.Spec.Subdomain)
	}
	container := pod.Spec.Containers[0]
	if container.Name != "kafka" || container.Image != "quay.io/strimzi/kafka:0.40.0-kafka-3.6.0" {
		t.Errorf("container %s runs %s", container.Name, container.Image)
	}
	want := []string{
		"java", "-Xms256m", "-Xmx512m", "-XX:+ExitOnOutOfMemoryError", "-XX:+PerfDisableSharedMem", "-Djava.awt.headless=true",
		"-XX:+UseG1GC", "-XX:MaxGCPauseMillis=20", "-XX:InitiatingHeapOccupancyPercent=35", "-XX:+ExplicitGCInvokesConcurrent",
		"-Dlog4j.configuration=file:/opt/kafka/custom-config/log4j.properties",
		"-cp", "/opt/kafka/libs/*", "kafka.Kafka", "/opt/kafka/custom-config/server.config",
	}
	if diff := cmp.Diff(want, container.Command); diff != "" {
		t.Errorf("command (-want +got):\n%s", diff)
	}
	if cpu := container.Resources.Requests.Cpu().String(); cpu != "300m" {
		t.Errorf("cpu request = %s", cpu)
	}
}

func TestZookeeperPod(t *testing.T) {
	pods := render(t, "zookeeper:\n    replicas: 1", "zookeeper:\n    replicas: 3").ZookeeperPodSet().Spec.Pods
	if len(pods) != 3 {
		t.Fatalf("%d pods", len(pods))
	}
	pod := pods[2]
	container := pod.Spec.Containers[0]
	if pod.Name != "todo-kafka-zookeeper-2" || pod.Spec.Subdomain != "todo-kafka-zookeeper-nodes" || container.Name != "zookeeper" {
		t.Errorf("pod %s.%s has container %s", pod.Name, pod.Spec.Subdomain, container.Name)
	}
	if env := container.Env[0]; env.Name != "ZOOKEEPER_ID" || env.Value != "3" {
		t.Errorf("environment = %v", container.Env)
	}
	if script := container.Command[2]; !strings.HasSuffix(script, `exec "$@"`) || container.Command[4] != "java" {
		t.Errorf("command = %q, want a shell that becomes java", container.Command)
	}
	if _, brokerRole := pod.Labels[LabelBrokerRole]; brokerRole {
		t.Error("a ZooKeeper pod must not be picked as a broker")
	}
}

func TestHeapFollowsMemoryWithoutXmx(t *testing.T) {
	command := render(t, `jvmOptions: {"-Xms": 256m, "-Xmx": 512m}`,
		`jvmOptions: {"-XX": {UseSerialGC: "true", UseG1GC: "false", MaxGCPauseMillis: "50"}, javaSystemProperties: [{name: a.b, value: c}]}`,
	).KafkaPodSet().Spec.Pods[0].Spec.Containers[0].Command
	for _, want := range []string{"-XX:MaxRAMPercentage=50", "-XX:+UseSerialGC", "-XX:-UseG1GC", "-XX:MaxGCPauseMillis=50", "-Da.b=c"} {
		if !slices.Contains(command, want) {
			t.Errorf("command %q lacks %s", command, want)
		}
	}
	if slices.Contains(command, "-XX:+UseG1GC") {
		t.Error("-XX options must replace the default ones")
	}
}

func TestPodTemplate(t *testing.T) {
	pod := render(t, "    storage: {type: ephemeral}\n    resources:",
		`    template: {pod: {metadata: {labels: {team: todo}, annotations: {note: x}}, terminationGracePeriodSeconds: 90}}
    storage: {type: ephemeral}
    resources:`).KafkaPodSet().Spec.Pods[0]
	if pod.Labels["team"] != "todo" || pod.Annotations["note"] != "x" || *pod.Spec.TerminationGracePeriodSeconds != 90 {
		t.Errorf("pod = %+v", pod.ObjectMeta)
	}
}

// TestRestrictedPods holds pods to the restricted Pod Security Standard.
func TestRestrictedPods(t *testing.T) {
	c := render(t)
	for name, spec := range map[string]corev1.PodSpec{
		"kafka":           c.KafkaPodSet().Spec.Pods[0].Spec,
		"zookeeper":       c.ZookeeperPodSet().Spec.Pods[0].Spec,
		"entity operator": c.EntityOperatorDeployment().Spec.Template.Spec,
	} {
		t.Run(name, func(t *testing.T) {
			security := spec.SecurityContext
			if !*security.RunAsNonRoot || *security.RunAsUser == 0 ||
				security.SeccompProfile.Type != corev1.SeccompProfileTypeRuntimeDefault {
				t.Errorf("pod security = %+v", security)
			}
			for _, container := range spec.Containers {
				security := container.SecurityContext
				if *security.AllowPrivilegeEscalation || !*security.ReadOnlyRootFilesystem ||
					!slices.Equal(security.Capabilities.Drop, []corev1.Capability{"ALL"}) || len(security.Capabilities.Add) > 0 {
					t.Errorf("container security = %+v", security)
				}
				if container.ReadinessProbe == nil || container.LivenessProbe == nil {
					t.Error("probes are missing")
				}
			}
			if len(spec.InitContainers) > 0 || spec.HostNetwork || spec.HostPID || spec.HostIPC {
				t.Error("pods need no init containers and nothing of the host")
			}
			for _, volume := range spec.Volumes {
				if volume.HostPath != nil {
					t.Errorf("volume %s is of the host", volume.Name)
				}
			}
		})
	}
}

func TestRevisionFollowsWhatIsInThePod(t *testing.T) {
	revisionOf := func(replacements ...string) string {
		return render(t, replacements...).KafkaPodSet().Spec.Pods[0].Annotations[AnnotationRevision]
	}
	before := revisionOf()
	if again := revisionOf(); again != before || before == "" {
		t.Errorf("revision %q became %q without a change", before, again)
	}
	for name, change := range map[string][]string{
		"configuration": {"auto.create.topics.enable: false", "auto.create.topics.enable: true"},
		"resources":     {"memory: 1Gi", "memory: 2Gi"},
		"heap":          {`"-Xmx": 512m`, `"-Xmx": 600m`},
	} {
		if revisionOf(change...) == before {
			t.Errorf("a change of %s did not change the revision", name)
		}
	}
	for name, change := range map[string][]string{
		"the topic operator": {"topicOperator: {}", "topicOperator: {reconciliationIntervalSeconds: 5}"},
		"more brokers":       {"kafka:\n    version: 3.6.0\n    replicas: 1", "kafka:\n    version: 3.6.0\n    replicas: 3"},
	} {
		if revisionOf(change...) != before {
			t.Errorf("a change of %s would restart brokers", name)
		}
	}
}
