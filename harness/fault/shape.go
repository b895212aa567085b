package fault

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	chaosv1alpha1 "github.com/chaos-mesh/chaos-mesh/api/v1alpha1"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// How strong the faults of the network are: far above what a healthy cluster
// shows, and below what would be a partition.
const (
	latency      = 300 * time.Millisecond
	jitter       = 50 * time.Millisecond
	lossShare    = 20 // percent
	copyShare    = 30 // percent
	corruptShare = 10 // percent
	bandwidth    = "512kbit"
)

// shape makes the network of brokers bad. describe fills in what kind of bad; measure is a
// number that the fault raises, enough by how much.
type shape struct {
	describe func(*chaosv1alpha1.NetworkChaosSpec)
	what     string
	measure  measurement
	enough   int64
}

// measurement reads a number on the ways between the brokers that are hit and the workers.
type measurement func(ctx context.Context, brokers, workers []corev1.Pod) (int64, error)

// shaped is a fault of the brokers' network, in both directions where Chaos Mesh
// can do both.
func shaped(lab *Lab, name string, t target, s shape) Fault {
	m := &chaosMeshFault{base: base{lab: lab, name: name}, targets: []target{t}}
	var brokers, workers []corev1.Pod
	var before int64
	m.prepared = func(ctx context.Context, pods []corev1.Pod) (undos []Undo, err error) {
		if workers, err = lab.pods(ctx, lab.workers()...); err != nil {
			return nil, err
		}
		brokers = pods
		for i := range brokers {
			undos = append(undos, inside(scrub, &brokers[i]))
		}
		before, err = s.measure(ctx, brokers, workers)
		return undos, err
	}
	m.describe = func(pods []corev1.Pod) client.Object {
		chaos := &chaosv1alpha1.NetworkChaos{Spec: chaosv1alpha1.NetworkChaosSpec{
			PodSelector: exactly(pods), Direction: chaosv1alpha1.To, Duration: limit(),
		}}
		s.describe(&chaos.Spec)
		return chaos
	}
	m.proof = func(ctx context.Context) (Proof, error) {
		return lab.sees(ctx, 1, func(ctx context.Context) (string, error) {
			now, err := s.measure(ctx, brokers, workers)
			if err != nil {
				return "", err
			}
			if now-before < s.enough {
				return "", fmt.Errorf("%s: %d before, %d now", s.what, before, now)
			}
			return fmt.Sprintf("%s: %d before, %d now", s.what, before, now), nil
		})
	}
	return m
}

func networkDelay(lab *Lab, name string, t target) Fault {
	return either(lab, name, t, networkSlow, shape{
		what:    "median of the milliseconds in which a worker connects to a broker",
		measure: lab.brokerTime, enough: latency.Milliseconds() - jitter.Milliseconds(),
		describe: func(to *chaosv1alpha1.NetworkChaosSpec) {
			to.Action = chaosv1alpha1.DelayAction
			to.Delay = &chaosv1alpha1.DelaySpec{Latency: latency.String(), Jitter: jitter.String(), Correlation: "0"}
		},
	})
}

func networkLoss(lab *Lab, name string, t target) Fault {
	return either(lab, name, t, networkLossy, shape{
		what:    fmt.Sprintf("of %d connections to a broker, those whose first segments had to be sent again", burstSize),
		measure: lab.lateConnections, enough: 3,
		describe: func(to *chaosv1alpha1.NetworkChaosSpec) {
			to.Action = chaosv1alpha1.LossAction
			to.Loss = &chaosv1alpha1.LossSpec{Loss: strconv.Itoa(lossShare), Correlation: "0"}
		},
	})
}

func networkDuplicate(lab *Lab, name string, t target) Fault {
	return either(lab, name, t, networkCopying, shape{
		what:    fmt.Sprintf("segments of %d connections that came twice", burstSize),
		measure: lab.counter(copiesReceived), enough: 3,
		describe: func(to *chaosv1alpha1.NetworkChaosSpec) {
			to.Action = chaosv1alpha1.DuplicateAction
			to.Duplicate = &chaosv1alpha1.DuplicateSpec{Duplicate: strconv.Itoa(copyShare), Correlation: "0"}
		},
	})
}

func networkCorrupt(lab *Lab, name string, t target) Fault {
	return either(lab, name, t, networkCorruption, shape{
		what:    fmt.Sprintf("segments of %d connections with a wrong checksum", burstSize),
		measure: lab.counter(wrongChecksums), enough: 3,
		describe: func(to *chaosv1alpha1.NetworkChaosSpec) {
			to.Action = chaosv1alpha1.CorruptAction
			to.Corrupt = &chaosv1alpha1.CorruptSpec{Corrupt: strconv.Itoa(corruptShare), Correlation: "0"}
		},
	})
}

func networkBandwidth(lab *Lab, name string, t target) Fault {
	return shaped(lab, name, t, shape{
		what:    "packets of the brokers that had to wait for the bandwidth of " + bandwidth,
		measure: lab.heldBack, enough: 10,
		describe: func(to *chaosv1alpha1.NetworkChaosSpec) {
			to.Action = chaosv1alpha1.BandwidthAction
			to.Bandwidth = &chaosv1alpha1.BandwidthSpec{Rate: bandwidth, Limit: 200_000, Buffer: 4_000}
		},
	})
}

// brokerTime is how long a worker takes to connect to the broker that is reached first, as
// connectTime is: each of those that are hit has to be slow.
func (l *Lab) brokerTime(ctx context.Context, brokers, workers []corev1.Pod) (int64, error) {
	var all []int64
	for _, end := range l.brokerEndpoints(brokers) {
		took, err := l.connectTime(ctx, &workers[0], end)
		if err != nil {
			return 0, err
		}
		all = append(all, took)
	}
	return slices.Min(all), nil
}

// connectTime is the median of five connections from a pod, in milliseconds.
func (l *Lab) connectTime(ctx context.Context, from *corev1.Pod, to endpoint) (int64, error) {
	var took []int64
	for range 5 {
		_, t, err := l.reach(ctx, from, to)
		if err != nil {
			return 0, err
		}
		took = append(took, t.Milliseconds())
	}
	slices.Sort(took)
	return took[len(took)/2], nil
}

// heldBack adds up overLimits of the brokers.
func (l *Lab) heldBack(ctx context.Context, brokers, workers []corev1.Pod) (int64, error) {
	var sum int64
	for i := range brokers {
		n, err := l.overLimits(ctx, &brokers[i], &workers[0])
		if err != nil {
			return 0, err
		}
		sum += n
	}
	return sum, nil
}

// overLimits is how many packets a token bucket in the broker's network namespace
// has held back; none where there is no bucket. It sends some more than a bucket
// lets pass at once, to a port on which nobody listens.
func (l *Lab) overLimits(ctx context.Context, broker, worker *corev1.Pod) (int64, error) {
	out, err := l.inNetwork(ctx, broker, `dd if=/dev/zero bs=1400 count=32 2>/dev/null >"/dev/udp/$1/9"
tc -s qdisc show | awk '/^qdisc/ {bucket = ($2 == "tbf")}
    bucket && match($0, /overlimits [0-9]+/) {n += substr($0, RSTART + 11, RLENGTH - 11)} END {print n + 0}'`, worker.Status.PodIP)
	if err != nil {
		return 0, err
	}
	return strconv.ParseInt(out, 10, 64)
}
