package fault

import (
	"context"
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// traces prints what faults leave in a network namespace: packet rules, chains,
// sets and queues. A pod that no fault has met has none of them: what a cluster's
// network needs stands in the namespaces of the nodes.
const traces = `iptables-save 2>/dev/null | grep -E '^-A|^:[^ ]+ - ' || true
ipset list -name 2>/dev/null || true
tc qdisc show 2>/dev/null | grep -vE 'qdisc (noqueue|pfifo_fast|mq|fq_codel) 0: ' || true`

// wipe removes them. Chaos Mesh leaves its chains and sets behind, out of use.
const wipe = `for table in filter mangle; do
  iptables -t $table -F; iptables -t $table -X
done
ipset flush; ipset destroy
for device in $(ls /sys/class/net); do tc qdisc del dev $device root 2>/dev/null || true; done`

// podOf is the pod that a step names, for what needs no more of it.
func podOf(u Undo) *corev1.Pod {
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: u.Namespace, Name: u.Name, UID: types.UID(u.UID)},
		Spec:       corev1.PodSpec{NodeName: u.Node},
	}
}

// scrub empties a pod's network namespace of what a fault may have put there.
func (l *Lab) scrub(ctx context.Context, u Undo) error {
	if gone, err := l.gone(ctx, u); gone || err != nil {
		return err
	}
	if _, err := l.inNetwork(ctx, podOf(u), wipe); err != nil {
		return fmt.Errorf("remove network rules from pod %s/%s: %w", u.Namespace, u.Name, err)
	}
	return nil
}

func (l *Lab) unscrubbed(ctx context.Context, u Undo) ([]string, error) {
	if gone, err := l.gone(ctx, u); gone || err != nil {
		return nil, err
	}
	out, err := l.inNetwork(ctx, podOf(u), traces)
	if err != nil || out == "" {
		return nil, err
	}
	return []string{fmt.Sprintf("network rules in pod %s/%s: %s", u.Namespace, u.Name, strings.Join(strings.Split(out, "\n"), "; "))}, nil
}
