package fault

import (
	"context"
	"errors"
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"assay.dev/assay/spec"
)

// FindOut tries what the target can do and fills Lacks and Means. It breaks
// nothing: the kernel is tried in network namespaces of its own, and Chaos Mesh
// on a pod that is made for it.
func (l *Lab) FindOut(ctx context.Context) error {
	l.Unsupported, l.Mechanisms = map[spec.Capability]string{}, map[spec.Capability]string{}
	brokers, err := l.pods(ctx, l.broker())
	if err != nil {
		return fmt.Errorf("find out what the target can do: %w", err)
	}
	broker := &brokers[0]
	l.tryKernel(ctx, broker.Spec.NodeName)
	for _, try := range []struct {
		capability spec.Capability
		can        func() error
	}{
		{stressing, func() error { return l.canStress(ctx, broker) }},
		{ioFaults, func() error { return l.canCorruptIO(ctx, broker.Spec.NodeName) }},
		{clocks, func() error { return l.canSkew(ctx) }},
		{stressChaos, func() error { return l.canStressByChaos(ctx) }},
		{nodeOutage, func() error { return l.canTakeNodes(ctx, broker.Spec.NodeName) }},
		{ownVolume, func() error { return l.hasVolume(ctx, broker) }},
	} {
		if err := try.can(); err != nil {
			if ctx.Err() != nil {
				return fmt.Errorf("find out what the target can do: %w", err)
			}
			l.Unsupported[try.capability] = reason(err)
		}
	}
	return nil
}

// Capabilities that are found out by other means than the kernel's.
const (
	ioFaults spec.Capability = "io"
	clocks   spec.Capability = "clock"
	naming   spec.Capability = "dns"
)

// kernelTries are commands that succeed, in an empty network namespace, where the
// kernel has what a capability needs. Where the first means fails, the second is
// tried.
var kernelTries = []struct {
	capability spec.Capability
	mechanism  string
	command    string
}{
	{partitioning, "", trySets + "iptables -A INPUT -m set --match-set both src,dst -j DROP"},
	{naming, "", trySets + "iptables -A OUTPUT -m set --match-set both dst,dst -j DROP"},
	{networkSlow, "", tryChains + "tc qdisc add dev lo root netem delay 1ms"},
	{networkLossy, "", tryChains + "tc qdisc add dev lo root netem loss 1%"},
	{networkCopying, "", tryChains + "tc qdisc add dev lo root netem duplicate 1%"},
	{networkCorruption, "", tryChains + "tc qdisc add dev lo root netem corrupt 1%"},
	{"network-bandwidth", "", tryChains + "tc qdisc add dev lo root tbf rate 1mbit burst 4kb limit 100kb"},
	{networkLossy, byRules, "iptables -A OUTPUT -m statistic --mode random --probability 0.5 -j DROP"},
	{networkCopying, byRules, "iptables -t mangle -A OUTPUT -j TEE --gateway 127.0.0.1"},
	{networkSlow, byQueue, tryQueue},
	{networkCorruption, byQueue, tryQueue},
}

// For each NetworkChaos the daemon sets ipsets, then chains of iptables, then tc
// (controllers/podnetworkchaos of Chaos Mesh), and stops at the first that fails. It
// names no variant of iptables: its image does, as it does here.
const (
	// trySets makes the types of sets by which a partition names its other side.
	trySets = "ipset create net hash:net && ipset create port hash:net,port && ipset create both list:set && " +
		"ipset add both net && ipset add both port && "
	// tryChains stands before what tc does.
	tryChains = "ipset create net hash:net && iptables -N TRY && iptables -A INPUT -j TRY && "
)

// tryQueue succeeds where packets can be handed to the packet shaper, which is in
// the daemon's image that is built here and not in the published one.
const tryQueue = `command -v packet-shaper >/dev/null || { echo "the daemon has no packet-shaper" >&2; exit 1; }
packet-shaper --try --queue 1 && iptables -t mangle -A OUTPUT -j NFQUEUE --queue-num 1 --queue-bypass`

// tryKernel tries the kernel of a node; all nodes of a target have the same one.
func (l *Lab) tryKernel(ctx context.Context, node string) {
	l.tryAll(ctx, func(ctx context.Context, command string) error {
		_, err := l.onNode(ctx, node, "unshare --net -- bash -euc "+quote("ip link set lo up\n"+command))
		return err
	})
}

// tryAll runs the tries and fills Lacks and Means by what fails.
func (l *Lab) tryAll(ctx context.Context, run func(ctx context.Context, command string) error) {
	for _, try := range kernelTries {
		_, unable := l.Unsupported[try.capability]
		if try.mechanism != "" && !unable {
			continue
		}
		if err := run(ctx, try.command); err != nil {
			l.Unsupported[try.capability] = strings.TrimPrefix(l.Unsupported[try.capability]+"; ", "; ") + fmt.Sprintf("`%s`: %s", lastCommand(try.command), reason(err))
			continue
		}
		delete(l.Unsupported, try.capability)
		if try.mechanism != "" {
			l.Mechanisms[try.capability] = try.mechanism
		}
	}
}

// lastCommand is the command of a try that the others are preparations for.
func lastCommand(script string) string {
	for _, separator := range []string{"\n", "&& "} {
		if at := strings.LastIndex(script, separator); at >= 0 {
			script = script[at+len(separator):]
		}
	}
	return script
}

// reason is what a command in a pod printed, without where it ran.
func reason(err error) string {
	const code = "exit code "
	text := strings.TrimSpace(err.Error())
	if at := strings.LastIndex(text, code); at >= 0 {
		if _, message, found := strings.Cut(text[at:], ": "); found {
			return message
		}
	}
	return text
}

// canStress looks for the program and the cgroups that stress needs.
func (l *Lab) canStress(ctx context.Context, broker *corev1.Pod) error {
	status := containerStatus(broker, brokerContainer)
	if status == nil {
		return errors.New("the broker has no container to inspect")
	}
	_, id, _ := strings.Cut(status.ContainerID, "://")
	_, err := l.onNode(ctx, broker.Spec.NodeName, `command -v stress-ng >/dev/null || { echo "the daemon has no stress-ng" >&2; exit 1; }
`+joined, id)
	return err
}

// runsToda fails unless the daemon has Chaos Mesh's file system, toda, and can run
// it: the published image for arm64 has the program for amd64. Bytes 18 and 19 of an
// ELF file name its machine; bash is of this one. A program that cannot be executed,
// or finds no libraries, ends with 126 or 127. Bash starts it: timeout by itself
// would take what the kernel refuses for a script of sh.
const runsToda = `toda=$(command -v toda || echo /usr/local/bin/toda)
[ -x "$toda" ] || { echo "the daemon has no toda, Chaos Mesh's file system" >&2; exit 1; }
machine() { od -An -tx1 -j18 -N2 "$1"; }
if [ "$(head -c 4 "$toda")" = $'\177ELF' ] && [ "$(machine "$toda")" != "$(machine "$BASH")" ]; then
  echo "the daemon's toda, Chaos Mesh's file system, is a program of another machine" >&2; exit 1
fi
code=0; timeout 5 bash -c '"$1" --help' assay "$toda" >/dev/null 2>&1 </dev/null || code=$?
case $code in 124|126|127) echo "the daemon's toda, Chaos Mesh's file system, does not run (exit code $code)" >&2; exit 1;; esac`

// canCorruptIO looks for the file system that Chaos Mesh puts between, and else for
// what limits a process' writes.
func (l *Lab) canCorruptIO(ctx context.Context, node string) error {
	_, err := l.onNode(ctx, node, runsToda+`
[ -e /dev/fuse ] || { echo "the node has no /dev/fuse" >&2; exit 1; }`)
	if err == nil {
		return nil
	}
	if _, without := l.onNode(ctx, node, `command -v prlimit setpriv >/dev/null`); without != nil {
		return err
	}
	l.Mechanisms[ioFaults] = byLimit
	return nil
}

// canTakeNodes looks for a way to stop nodes.
func (l *Lab) canTakeNodes(ctx context.Context, node string) error {
	if l.Nodes == nil {
		return errors.New("assay cannot stop this target's nodes")
	}
	_, err := l.Nodes.State(ctx, node)
	return err
}

// hasVolume compares the device of the broker's data with the one of a file that
// the kubelet keeps on the node's own disk.
func (l *Lab) hasVolume(ctx context.Context, broker *corev1.Pod) error {
	out, err := l.Cluster.Exec(ctx, broker.Namespace, broker.Name, brokerContainer, "stat", "-c", "%d", brokerData, "/etc/hosts")
	if err != nil {
		return err
	}
	if devices := strings.Fields(out); len(devices) == 2 && devices[0] != devices[1] {
		return nil
	}
	return errors.New("the broker's volume is a directory of its node's disk, which would be filled with it")
}
