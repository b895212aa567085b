package fault

import (
	"context"
	"errors"
	"fmt"

	"github.com/IBM/sarama"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"assay.dev/assay/spec"
)

// poisonHeaders writes records to a topic that are no events in their values, and more
// than that in their headers. Dapr 1.18.2 ends with a panic at the null of JSON with a
// trace header, and again after each restart (docs/findings/null-record-with-trace.md):
// recovery moves the group past the records.
type poisonHeaders struct {
	base
	traffic Traffic
	app     target
	topic   string

	// pods may take the records, each of them: one has their partition.
	pods      []corev1.Pod
	partition int32
	first     int64
}

func poisoned(lab *Lab, name string, app target, topic string) Fault {
	return &poisonHeaders{base: base{lab: lab, name: name}, app: app, topic: topic}
}

// Involve implements Involved.
func (p *poisonHeaders) Involve(traffic Traffic) { p.traffic = traffic }

// errNoTraffic is the error of a fault that was not told of the traffic.
var errNoTraffic = errors.New("the fault has no traffic to take part in")

// aTrace and aTraceState are a valid trace context (W3C Trace Context, 3.2.2 and 3.3.1).
const (
	aTrace      = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
	aTraceState = "assay=1"
)

// poisonedRecords are the records, those that end a sidecar of Dapr 1.18.2 last. Blanks
// around the null of JSON tell them apart.
func poisonedRecords() []Record {
	trace := func(value string) []RecordHeader { return []RecordHeader{{"traceparent", value}} }
	return []Record{
		{What: "a tombstone"},
		{What: "a tombstone with a trace", Headers: trace(aTrace)},
		{What: "a tombstone with a broken trace", Headers: trace("none")},
		{What: "JSON null", Value: []byte("null")},
		{What: "JSON null with a header that is no text", Value: []byte("null "), Headers: []RecordHeader{{"x-assay", "\xff\x00\xfe"}}},
		{What: "JSON null with a trace state", Value: []byte(" null"), Headers: []RecordHeader{{"tracestate", aTraceState}}},
		{What: "JSON null with a broken trace", Value: []byte(" null "), Headers: trace("none")},
		{What: "JSON null with a trace", Value: []byte("null\n"), Headers: trace(aTrace)},
	}
}

// Prepare implements Fault.
func (p *poisonHeaders) Prepare(ctx context.Context) error {
	if p.traffic == nil {
		return errNoTraffic
	}
	pods, err := p.lab.pods(ctx, p.app)
	if err != nil {
		return err
	}
	p.pods = pods
	if err := running(pods, spec.DaprContainer); err != nil {
		return fmt.Errorf("before the fault: %w", err)
	}
	past := p.lab.skipping(p.app.name, p.topic)
	if left, err := p.lab.unskipped(ctx, past); err != nil || len(left) > 0 {
		return errors.Join(fmt.Errorf("before the fault: %v", left), err)
	}
	replicas := int32(p.lab.Spec.Deployment(p.app.name).Replicas)
	return p.plan(ctx, names(pods), past, scaling(p.app, p.app.name, replicas))
}

// Inject implements Fault.
func (p *poisonHeaders) Inject(ctx context.Context) (err error) {
	p.partition, p.first, err = p.traffic.Poison(ctx, p.topic, poisonedRecords())
	if err != nil {
		return fmt.Errorf("write poisoned records to %s: %w", p.topic, err)
	}
	return nil
}

// Proof implements Fault: the sidecar ended, by the word of Kubernetes, or its group has
// taken all of the records, by the word of the broker.
func (p *poisonHeaders) Proof(ctx context.Context) (Proof, error) {
	next := p.first + int64(len(poisonedRecords()))
	where := fmt.Sprintf("%d poisoned records are at %s/%d from offset %d on", next-p.first, p.topic, p.partition, p.first)
	return p.lab.sees(ctx, 1, func(ctx context.Context) (string, error) {
		for i := range p.pods {
			var pod corev1.Pod
			if err := p.lab.Cluster.Get(ctx, client.ObjectKeyFromObject(&p.pods[i]), &pod); err != nil {
				return "", err
			}
			if end := sidecarEnd(&pod, containerStatus(&p.pods[i], spec.DaprContainer).RestartCount); end != "" {
				return where + "; " + end, nil
			}
		}
		committed, err := p.lab.committedAt(ctx, p.app.name, p.topic, p.partition)
		if err != nil {
			return "", err
		}
		if committed < next {
			return "", fmt.Errorf("%s; the sidecar runs, and its group has committed offset %d", where, committed)
		}
		return fmt.Sprintf("%s; the broker has offset %d of group %s: the sidecar took them all", where, committed, p.app.name), nil
	})
}

// sidecarEnd says how a pod's sidecar ended since it had been restarted so often, empty
// if it did not, or as it was told to.
func sidecarEnd(pod *corev1.Pod, before int32) string {
	status := containerStatus(pod, spec.DaprContainer)
	if status == nil {
		return ""
	}
	ended := status.State.Terminated
	if ended == nil && status.RestartCount > before {
		ended = status.LastTerminationState.Terminated
	}
	if ended == nil || ended.ExitCode == 0 {
		return ""
	}
	return fmt.Sprintf("container %s of pod %s/%s ended with exit code %d (%s), %d restarts since",
		spec.DaprContainer, pod.Namespace, pod.Name, ended.ExitCode, ended.Reason, status.RestartCount-before)
}

// committedAt is the offset that a group has committed, -1 for none.
func (l *Lab) committedAt(ctx context.Context, group, topic string, partition int32) (offset int64, err error) {
	err = l.kafka(ctx, func(_ sarama.Client, admin sarama.ClusterAdmin) error {
		answer, err := admin.ListConsumerGroupOffsets(group, map[string][]int32{topic: {partition}})
		if err != nil {
			return fmt.Errorf("offsets of group %s: %w", group, err)
		}
		offset = -1
		if block := answer.GetBlock(topic, partition); block != nil {
			offset = block.Offset
		}
		return nil
	})
	return offset, err
}
