package fault

import (
	"context"
	"fmt"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// byLimit is the means of IO faults where Chaos Mesh's file system is missing.
const byLimit = "write limit"

// writeLimit lets the broker's writes fail by a limit on the size of its files: a
// broker whose disk fails ends, and the one that starts after it has no limit, so
// the fault is one that comes and goes.
type writeLimit struct {
	base
	target  target
	brokers []corev1.Pod
	asked   time.Time
}

// brokerIO uses Chaos Mesh where its file system is there.
func brokerIO(lab *Lab, name string, t target) Fault {
	if lab.Mechanisms[ioFaults] == byLimit {
		return &writeLimit{base: base{lab: lab, name: name}, target: t}
	}
	return ioFault(lab, name, t)
}

// limitFiles sets the soft limit $2 on the size of the files of a pod's processes;
// whoever has their user and group may. Those without a limit below the hard one
// can write what they like.
const limitFiles = `for pid in $(processes "$1"); do
  user=$(awk '/^Uid/ {print $2}' "/proc/$pid/status" 2>/dev/null) || continue
  group=$(awk '/^Gid/ {print $2}' "/proc/$pid/status" 2>/dev/null) || continue
  setpriv --reuid="$user" --regid="$group" --clear-groups prlimit --pid "$pid" --fsize="$2:" || [ ! -d "/proc/$pid" ]
done`

// Prepare implements Fault.
func (w *writeLimit) Prepare(ctx context.Context) (err error) {
	if w.brokers, err = w.lab.pods(ctx, w.target); err != nil {
		return err
	}
	var undos []Undo
	for i := range w.brokers {
		undos = append(undos, inside(unlimit, &w.brokers[i]))
	}
	return w.plan(ctx, names(w.brokers), undos...)
}

// Inject implements Fault.
func (w *writeLimit) Inject(ctx context.Context) error {
	w.asked = time.Now()
	for i := range w.brokers {
		if _, err := w.lab.onNode(ctx, w.brokers[i].Spec.NodeName, limitFiles, string(w.brokers[i].UID), "1"); err != nil {
			return fmt.Errorf("limit the broker's writes: %w", err)
		}
	}
	return nil
}

// Proof implements Fault: each broker says itself that it could not write.
func (w *writeLimit) Proof(ctx context.Context) (Proof, error) {
	return w.lab.sees(ctx, 1, func(ctx context.Context) (string, error) {
		return each(w.brokers, func(broker *corev1.Pod) (string, error) { return w.failedWrite(ctx, broker) })
	})
}

// failedWrite finds what a broker says of a write that failed.
func (w *writeLimit) failedWrite(ctx context.Context, broker *corev1.Pod) (string, error) {
	for _, previous := range []bool{false, true} {
		since := metav1.NewTime(w.asked.Truncate(time.Second))
		lines, err := w.lab.Cluster.Clients.CoreV1().Pods(broker.Namespace).GetLogs(broker.Name, &corev1.PodLogOptions{
			Container: brokerContainer, SinceTime: &since, Previous: previous,
		}).DoRaw(ctx)
		if err != nil {
			continue // there is no such log (yet)
		}
		for line := range strings.Lines(string(lines)) {
			if strings.Contains(line, "File too large") {
				return "the broker says (its writes are limited: Chaos Mesh has no file system here): " + strings.TrimSpace(line), nil
			}
		}
	}
	return "", fmt.Errorf("the broker %s says of no write that it failed", broker.Name)
}

// unlimit lets a pod's processes write files of any size again.
func (l *Lab) unlimit(ctx context.Context, u Undo) error {
	if gone, err := l.gone(ctx, u); gone || err != nil {
		return err
	}
	if _, err := l.onNode(ctx, u.Node, limitFiles, u.UID, "unlimited"); err != nil {
		return fmt.Errorf("take the limit off the writes of pod %s/%s: %w", u.Namespace, u.Name, err)
	}
	return nil
}

func (l *Lab) limited(ctx context.Context, u Undo) ([]string, error) {
	if gone, err := l.gone(ctx, u); gone || err != nil {
		return nil, err
	}
	out, err := l.onNode(ctx, u.Node, `for pid in $(processes "$1"); do
  awk '/^Max file size/ && $4 != "unlimited" {print "a limit of " $4}' "/proc/$pid/limits" 2>/dev/null || true; done`, u.UID)
	if err != nil || out == "" {
		return nil, err
	}
	return []string{fmt.Sprintf("the writes of pod %s/%s have %s", u.Namespace, u.Name, out)}, nil
}
