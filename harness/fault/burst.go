package fault

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// A burst is what kernels' counters are read around, before the fault and during it: over
// any longer time they also count what happens in peace, as segments that a loaded machine
// sends again. Of 600 connections on an unbroken platform at a load of 3 none was
// late, and no counter rose in ten bursts.
const (
	// burstSize is how many connections a burst opens side by side.
	burstSize = 40
	// late is from when on a connection counts as late. Where its first segment or the
	// answer is lost, it is sent again after a second (RFC 6298, 2.1).
	late = 900 * time.Millisecond
)

// exchanges opens connections to $1:$2 and prints for each that comes about after how many
// milliseconds it did. On each it sends a request of Kafka for the versions of its API, and
// waits for a byte of the answer: whatever listens there sends something back, or ends the
// connection.
var exchanges = fmt.Sprintf(`for i in {1..%d}; do
  timeout 3 bash -c 'begin=$(date +%%s%%N); exec 3<>"/dev/tcp/$0/$1"; echo $(( ($(date +%%s%%N) - begin) / 1000000 ))
    printf "\0\0\0\12\0\22\0\0\0\0\0\1\377\377" >&3; head -c 1 <&3 >/dev/null; sleep 0.1' "$1" "$2" 2>/dev/null &
done; wait`, burstSize)

// bursts starts a burst from a pod to each of some endpoints, one after another, and
// returns for each how many connections were late.
func (l *Lab) bursts(ctx context.Context, from *corev1.Pod, to ...endpoint) ([]int64, error) {
	var all []int64
	for _, end := range to {
		out, err := l.inNetwork(ctx, from, exchanges, end.host, strconv.Itoa(end.port))
		if err != nil {
			return nil, fmt.Errorf("connect to %s: %w", end, err)
		}
		n, err := lateOf(out)
		if err != nil {
			return nil, fmt.Errorf("connect from %s/%s to %s: %w", from.Namespace, from.Name, end, err)
		}
		all = append(all, n)
	}
	return all, nil
}

// lateOf counts the connections of a burst that were late or did not come about. Where none
// is quick, nothing was lost at random: a machine stood still, or nobody listens.
func lateOf(out string) (int64, error) {
	n := int64(burstSize)
	for _, text := range strings.Fields(out) {
		took, err := strconv.Atoi(text)
		if err != nil {
			return 0, fmt.Errorf("a burst took %q", out)
		}
		if time.Duration(took)*time.Millisecond < late {
			n--
		}
	}
	if n == burstSize {
		return 0, errors.New("no connection of a burst is quick")
	}
	return n, nil
}

// brokerEndpoints are where brokers listen.
func (l *Lab) brokerEndpoints(brokers []corev1.Pod) []endpoint {
	var all []endpoint
	for i := range brokers {
		all = append(all, podEndpoint(&brokers[i], l.Spec.Kafka.Listener.Port))
	}
	return all
}

// lateConnections is how many connections of a burst from a worker are late at the broker
// that has fewest of them: each that is hit has to lose some.
func (l *Lab) lateConnections(ctx context.Context, brokers, workers []corev1.Pod) (int64, error) {
	all, err := l.bursts(ctx, &workers[0], l.brokerEndpoints(brokers)...)
	if err != nil {
		return 0, err
	}
	return slices.Min(all), nil
}

// counter is by how much a counter of the kernel rises while a worker sends bursts to the
// brokers, added up over the network namespaces of all of them.
func (l *Lab) counter(c kernelCounter) measurement {
	return func(ctx context.Context, brokers, workers []corev1.Pod) (int64, error) {
		return l.rise(ctx, c, append(slices.Clone(brokers), workers[0]), func() error {
			_, err := l.bursts(ctx, &workers[0], l.brokerEndpoints(brokers)...)
			return err
		})
	}
}

// rise is by how much a counter rises in the network namespaces of pods while something is
// done.
func (l *Lab) rise(ctx context.Context, c kernelCounter, pods []corev1.Pod, do func() error) (int64, error) {
	sum := func() (total int64, err error) {
		for i := range pods {
			n, err := l.count(ctx, &pods[i], c)
			if err != nil {
				return 0, err
			}
			total += n
		}
		return total, nil
	}
	before, err := sum()
	if err != nil {
		return 0, err
	}
	if err := do(); err != nil {
		return 0, err
	}
	after, err := sum()
	return after - before, err
}

// kernelCounter is a counter of a network namespace: file has pairs of lines, names and
// values, each started by a group.
type kernelCounter struct{ file, group, name string }

var (
	// copiesReceived counts segments that came again and were answered so (RFC 2883).
	copiesReceived = kernelCounter{"/proc/net/netstat", "TcpExt", "TCPDSACKOldSent"}
	wrongChecksums = kernelCounter{"/proc/net/snmp", "Tcp", "InCsumErrors"}
)

func (l *Lab) count(ctx context.Context, pod *corev1.Pod, c kernelCounter) (int64, error) {
	out, err := l.inNetwork(ctx, pod, `grep "^$2:" "$1"`, c.file, c.group)
	if err != nil {
		return 0, err
	}
	return countIn(out, c.name)
}

// countIn finds a value by its name in a pair of lines of /proc/net.
func countIn(lines, name string) (int64, error) {
	head, values, _ := strings.Cut(lines, "\n")
	at := slices.Index(strings.Fields(head), name)
	fields := strings.Fields(values)
	if at < 0 || at >= len(fields) {
		return 0, fmt.Errorf("the kernel has no counter %s", name)
	}
	return strconv.ParseInt(fields[at], 10, 64)
}
