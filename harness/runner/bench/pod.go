package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/tools/remotecommand"
	"k8s.io/utils/ptr"

	"assay.dev/assay/harness/kube"
	"assay.dev/assay/harness/record/traffic"
	"assay.dev/assay/spec"
)

const (
	name = "assay-bench"
	// work is where the pod may write.
	work = "/work"
)

// generatorPod is a topic, and a pod in which both tools run.
type generatorPod struct {
	cluster *kube.Cluster
	spec    *spec.Spec
	out     io.Writer
}

// topic has the partitions of the topics with several, and keeps little: what is
// published is of no use.
func (b *generatorPod) topic() *unstructured.Unstructured {
	return kube.NewTopic(b.spec.Kafka, name, batching.Partitions, map[string]any{"retention.bytes": int64(64 << 20), "segment.bytes": int64(16 << 20)})
}

// pod has Kafka's own tools, and half a quota that is otherwise unused. It is where
// connections to the broker are let in from.
func (b *generatorPod) pod() *corev1.Pod {
	pod := kube.ProbePod(b.spec.AppNamespace(), name)
	container := &pod.Spec.Containers[0]
	container.Image = "quay.io/strimzi/kafka:" + b.spec.Kafka.Operator.Version + "-kafka-" + b.spec.Kafka.Version
	container.Resources = corev1.ResourceRequirements{
		Requests: corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("100m"), corev1.ResourceMemory: resource.MustParse("512Mi")},
		Limits:   corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("800m"), corev1.ResourceMemory: resource.MustParse("1Gi")},
	}
	container.VolumeMounts = []corev1.VolumeMount{{Name: "work", MountPath: work}}
	pod.Spec.SecurityContext.RunAsUser, pod.Spec.SecurityContext.RunAsGroup = ptr.To[int64](1001), ptr.To[int64](1001)
	pod.Spec.SecurityContext.FSGroup = ptr.To[int64](1001)
	pod.Spec.Volumes = []corev1.Volume{{Name: "work", VolumeSource: corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}}}}
	return pod
}

// install makes the topic and the pod, and puts our tool into it.
func (b *generatorPod) install(ctx context.Context, repo string) error {
	if err := b.remove(ctx); err != nil {
		return fmt.Errorf("remove what is left of a bench: %w", err)
	}
	topic, pod := b.topic(), b.pod()
	if err := errors.Join(b.cluster.Create(ctx, topic), b.cluster.Create(ctx, pod)); err != nil {
		return fmt.Errorf("install the bench: %w", err)
	}
	err := b.cluster.Await(ctx, topic, b.spec.Timeouts.TopicReady.Duration, func() (bool, error) {
		ready, _ := kube.Ready(topic)
		return ready, nil
	})
	if err := errors.Join(err, b.cluster.AwaitPodReady(ctx, pod, b.spec.Timeouts.PodReady.Duration)); err != nil {
		return fmt.Errorf("install the bench: %w", err)
	}
	return b.copy(ctx, repo, pod)
}

// copy compiles our tool for the pod's node and writes it into the pod.
func (b *generatorPod) copy(ctx context.Context, repo string, pod *corev1.Pod) error {
	found, err := b.cluster.Clients.CoreV1().Nodes().Get(ctx, pod.Spec.NodeName, metav1.GetOptions{})
	if err != nil {
		return fmt.Errorf("find the node of the bench: %w", err)
	}
	binary := filepath.Join(repo, "bin", "produce")
	compile := exec.CommandContext(ctx, "go", "build", "-buildvcs=false", "-ldflags=-s -w", "-o", binary, "./harness/runner/bench/produce")
	compile.Dir, compile.Stderr = repo, b.out
	compile.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH="+found.Status.NodeInfo.Architecture)
	if err := compile.Run(); err != nil {
		return fmt.Errorf("compile the generator: %w", err)
	}
	content, err := os.Open(binary)
	if err != nil {
		return err
	}
	defer func() { _ = content.Close() }()
	request := b.cluster.Clients.CoreV1().RESTClient().Post().
		Resource("pods").Namespace(pod.Namespace).Name(pod.Name).SubResource("exec").
		VersionedParams(&corev1.PodExecOptions{
			Command: []string{"sh", "-c", "cat > " + work + "/produce && chmod +x " + work + "/produce"}, Stdin: true, Stderr: true,
		}, scheme.ParameterCodec)
	executor, err := remotecommand.NewSPDYExecutor(b.cluster.Config, "POST", request.URL())
	if err != nil {
		return fmt.Errorf("copy the generator: %w", err)
	}
	var out bytes.Buffer
	if err := executor.StreamWithContext(ctx, remotecommand.StreamOptions{Stdin: content, Stderr: &out}); err != nil {
		return fmt.Errorf("copy the generator: %w: %s", err, out.String())
	}
	return nil
}

func (b *generatorPod) remove(ctx context.Context) error {
	within := b.spec.Timeouts.ObjectDeleted.Duration
	return errors.Join(b.cluster.Remove(ctx, b.pod(), within), b.cluster.Remove(ctx, b.topic(), within))
}

// longest bounds one turn of one tool.
const longest = 2 * time.Minute

func (b *generatorPod) exec(ctx context.Context, command ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	pod := b.pod()
	return b.cluster.Exec(ctx, pod.Namespace, pod.Name, "", command...)
}

// ours runs our generator and returns the acknowledged records a second.
func (b *generatorPod) ours(ctx context.Context, l load) (float64, error) {
	out, err := b.exec(ctx, work+"/produce", "-broker", b.spec.Kafka.Bootstrap, "-topic", name, "-work", work,
		"-records", strconv.FormatInt(l.Records, 10), "-size", strconv.Itoa(l.Size),
		"-linger", batching.Linger.String(), "-batch", strconv.Itoa(batching.Bytes), "-partitions", strconv.Itoa(batching.Partitions))
	if err != nil {
		return 0, err
	}
	var reached traffic.Produced
	if err := json.Unmarshal([]byte(out), &reached); err != nil {
		return 0, fmt.Errorf("read the output of the generator: %w: %s", err, out)
	}
	// What a broker under full load does not answer in time is not sent again; a
	// handful of that changes no rate.
	if float64(reached.Accepted) < enough*float64(l.Records) {
		return 0, fmt.Errorf("%d of %d records were accepted: %s", reached.Accepted, l.Records, reached.Refusal)
	}
	return reached.Rate, nil
}

// enough is the share of records that has to be acknowledged.
const enough = 0.99

// rate is what ProducerPerformance's last line says.
var rate = regexp.MustCompile(`(?m)^(\d+) records sent, ([\d.]+) records/sec`)

// theirs runs Kafka's ProducerPerformance and returns its records a second.
func (b *generatorPod) theirs(ctx context.Context, l load) (float64, error) {
	out, err := b.exec(ctx, "java", "-Xms256m", "-Xmx256m", "-cp", "/opt/kafka/libs/*",
		"org.apache.kafka.tools.ProducerPerformance", "--topic", name,
		"--num-records", strconv.FormatInt(l.Records, 10), "--record-size", strconv.Itoa(l.Size), "--throughput", "-1",
		"--producer-props", "bootstrap.servers="+b.spec.Kafka.Bootstrap, "acks=all", "enable.idempotence=false", "retries=0",
		"linger.ms="+strconv.FormatInt(batching.Linger.Milliseconds(), 10), "batch.size="+strconv.Itoa(batching.Bytes), "compression.type=none")
	if err != nil {
		return 0, err
	}
	lines := rate.FindAllStringSubmatch(strings.TrimSpace(out), -1)
	if len(lines) == 0 {
		return 0, fmt.Errorf("ProducerPerformance printed no rate: %s", out)
	}
	last := lines[len(lines)-1]
	if last[1] != strconv.FormatInt(l.Records, 10) {
		return 0, fmt.Errorf("ProducerPerformance sent %s of %d records", last[1], l.Records)
	}
	return strconv.ParseFloat(last[2], 64)
}
