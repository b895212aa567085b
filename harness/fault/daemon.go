package fault

import (
	"context"
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"assay.dev/assay/spec"
)

// Chaos Mesh's daemon is privileged and sees the processes of its node: probes
// and faults that Chaos Mesh does not have run there.
const daemonContainer = "chaos-daemon"

// chaosNamespace is where Chaos Mesh runs, and where its experiments are made: where the
// specification has its daemon, or else where its chart puts it.
func (l *Lab) chaosNamespace() string {
	if daemon, there := l.Spec.OfRole(spec.RoleChaosDaemon); there {
		return daemon.Namespace
	}
	return "chaos-mesh"
}

var daemonLabels = client.MatchingLabels{"app.kubernetes.io/component": "chaos-daemon"}

// prelude gives scripts the function processes, which prints the process numbers
// of the pod with a UID, the oldest first: that is its pause container, whose
// network namespace is the pod's. systemd's cgroups spell a UID with underscores.
const prelude = `set -eu
processes() {
  grep -lE "pod($1|${1//-/_})" /proc/[0-9]*/cgroup 2>/dev/null | cut -d/ -f3 | sort -n || true
}
first() { processes "$1" | head -n 1; }
`

// onNode runs a bash script in the daemon of a node; args are $1 and on.
func (l *Lab) onNode(ctx context.Context, node, script string, args ...string) (string, error) {
	var daemons corev1.PodList
	if err := l.Cluster.List(ctx, &daemons, client.InNamespace(l.chaosNamespace()), daemonLabels); err != nil {
		return "", fmt.Errorf("find the daemon of node %s: %w", node, err)
	}
	for _, daemon := range daemons.Items {
		if daemon.Spec.NodeName == node && daemon.Status.Phase == corev1.PodRunning {
			command := append([]string{"bash", "-c", prelude + script, "assay"}, args...)
			out, err := l.Cluster.Exec(ctx, daemon.Namespace, daemon.Name, daemonContainer, command...)
			return strings.TrimSpace(out), err
		}
	}
	return "", fmt.Errorf("node %s runs no daemon of Chaos Mesh", node)
}

// inNetwork runs a command line in the network namespace of a pod; args are $1
// and on.
func (l *Lab) inNetwork(ctx context.Context, pod *corev1.Pod, command string, args ...string) (string, error) {
	script := `pid=$(first "$1"); [ -n "$pid" ] || { echo "the pod has no process" >&2; exit 1; }
[ "$(readlink "/proc/$pid/ns/net")" != "$(readlink /proc/1/ns/net)" ] || { echo "the pod has no network of its own" >&2; exit 1; }
exec nsenter --target "$pid" --net -- bash -c "$0_command" assay "${@:2}"`
	script = strings.Replace(script, `"$0_command"`, quote(command), 1)
	return l.onNode(ctx, pod.Spec.NodeName, script, append([]string{string(pod.UID)}, args...)...)
}

// quote makes one word of a text for a shell.
func quote(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }

// gone reports whether the pod with a UID no longer exists, and with it its
// processes and its network namespace.
func (l *Lab) gone(ctx context.Context, u Undo) (bool, error) {
	var pod corev1.Pod
	err := l.Cluster.Get(ctx, client.ObjectKey{Namespace: u.Namespace, Name: u.Name}, &pod)
	if apierrors.IsNotFound(err) {
		return true, nil
	}
	if err != nil {
		return false, fmt.Errorf("look for pod %s/%s: %w", u.Namespace, u.Name, err)
	}
	return string(pod.UID) != u.UID, nil
}
