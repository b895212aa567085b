package fault

import (
	"context"
	"errors"
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"assay.dev/assay/harness/kube"
	"assay.dev/assay/spec"
)

// witnessTarget is what the witness of a fault that is a manifest looks at.
type witnessTarget struct {
	lab *Lab
	of  spec.Fault
	// pods are those that the fault hits, peers those on the other side.
	pods, peers []corev1.Pod
	// container is the one that is hit, port where the peers listen.
	container string
	port      int
}

// witness sees the effect of a fault.
type witness struct {
	// before wants the healthy state, and keeps what later looks are compared with.
	before func(context.Context) error
	// observe returns a text if the effect is there.
	observe func(context.Context) (string, error)
	// times is how often in a row it has to be seen.
	times int
}

// usualLeast is the smallest change of a counter that counts where the specification names
// none.
const usualLeast = 3

// witnessesByName are the witnesses.
var witnessesByName = map[spec.Witness]func(witnessTarget) witness{
	spec.PodReplaced: func(s witnessTarget) witness {
		return witness{nothing, func(ctx context.Context) (string, error) { return s.lab.away(ctx, s.pods) }, 1}
	},
	spec.PodNotReady: func(s witnessTarget) witness { return witness{s.allReady, s.noneReady, 1} },
	spec.ContainerRestarted: func(s witnessTarget) witness {
		return witness{
			func(context.Context) error { return running(s.pods, s.container) },
			func(ctx context.Context) (string, error) { return s.lab.restarted(ctx, s.pods, s.container) }, 1,
		}
	},
	spec.ConnectionFailed: func(s witnessTarget) witness {
		return witness{
			func(ctx context.Context) error { return s.lab.reachable(ctx, s.pods, s.endpoints()...) },
			func(ctx context.Context) (string, error) { return s.lab.unreachable(ctx, s.pods, s.endpoints()...) }, inARow,
		}
	},
	spec.ConnectionSlow: func(s witnessTarget) witness {
		return s.rising("milliseconds to connect to "+s.peers[0].Name, func(ctx context.Context, pod *corev1.Pod) (int64, error) {
			return s.lab.connectTime(ctx, pod, podEndpoint(&s.peers[0], s.port))
		})
	},
	spec.Retransmissions: func(s witnessTarget) witness {
		return s.rising(fmt.Sprintf("of %d connections, those whose first segments had to be sent again", burstSize), func(ctx context.Context, pod *corev1.Pod) (int64, error) {
			all, err := s.lab.bursts(ctx, pod, s.endpoints()[0])
			if err != nil {
				return 0, err
			}
			return all[0], nil
		})
	},
	spec.DuplicateSegments: func(s witnessTarget) witness {
		return s.risingAtBoth("segments that came twice", copiesReceived)
	},
	spec.ChecksumErrors: func(s witnessTarget) witness {
		return s.risingAtBoth("segments with a wrong checksum", wrongChecksums)
	},
	spec.PacketsHeldBack: func(s witnessTarget) witness {
		return s.rising("packets that had to wait for bandwidth", func(ctx context.Context, pod *corev1.Pod) (int64, error) {
			return s.lab.overLimits(ctx, pod, &s.peers[0])
		})
	},
	spec.NameUnresolved: func(s witnessTarget) witness {
		var server endpoint
		return witness{
			func(ctx context.Context) (err error) {
				if server, err = s.lab.nameServer(ctx); err != nil {
					return err
				}
				return s.lab.allResolve(ctx, s.pods, server)
			},
			func(ctx context.Context) (string, error) { return s.lab.noneResolves(ctx, s.pods, server) }, inARow,
		}
	},
	spec.CPUThrottled: func(s witnessTarget) witness {
		return s.rising("of ten periods in which container "+s.container+" was held back", s.gauge(throttled))
	},
	spec.MemoryUsed: func(s witnessTarget) witness {
		return s.rising("MiB in use by container "+s.container, func(ctx context.Context, pod *corev1.Pod) (int64, error) {
			used, err := s.gauge(resident)(ctx, pod)
			return used >> 20, err
		})
	},
	spec.ClockOff: func(s witnessTarget) witness {
		return s.rising("seconds by which the Date of an answer is off", func(ctx context.Context, pod *corev1.Pod) (int64, error) {
			off, err := s.lab.clockOff(ctx, pod, s.of.Target.Name)
			return int64(off.Abs().Seconds()), err
		})
	},
	spec.WriteErrors: func(s witnessTarget) witness {
		return s.rising(fmt.Sprintf("of %d writes to %s that failed", probeWrites, s.of.Proof.Path), func(ctx context.Context, pod *corev1.Pod) (int64, error) {
			failed, err := s.lab.failedWrites(ctx, pod, s.container, s.of.Proof.Path)
			return int64(failed), err
		})
	},
}

func nothing(context.Context) error { return nil }

// endpoints are where the peers listen.
func (s witnessTarget) endpoints() []endpoint {
	var all []endpoint
	for i := range s.peers {
		all = append(all, podEndpoint(&s.peers[i], s.port))
	}
	return all
}

// measure is a number of a pod that a fault raises.
type measure func(context.Context, *corev1.Pod) (int64, error)

// gauge is read in the cgroup of the container.
func (s witnessTarget) gauge(script string) measure {
	return func(ctx context.Context, pod *corev1.Pod) (int64, error) {
		return s.lab.inCgroup(ctx, pod, s.container, script)
	}
}

// rising sees a number rise in each of the pods.
func (s witnessTarget) rising(what string, of measure) witness {
	return s.compare(what, func(ctx context.Context) ([]int64, error) {
		var all []int64
		for i := range s.pods {
			n, err := of(ctx, &s.pods[i])
			if err != nil {
				return nil, err
			}
			all = append(all, n)
		}
		return all, nil
	})
}

// risingAtBoth sees a counter rise during a burst, summed over pods and peers: which of them
// counts depends on the direction.
func (s witnessTarget) risingAtBoth(what string, c kernelCounter) witness {
	return s.compare(fmt.Sprintf("%s in a burst of %d connections", what, burstSize), func(ctx context.Context) ([]int64, error) {
		n, err := s.lab.rise(ctx, c, slices.Concat(s.pods, s.peers), func() error {
			for i := range s.pods {
				if _, err := s.lab.bursts(ctx, &s.pods[i], s.endpoints()...); err != nil {
					return err
				}
			}
			return nil
		})
		return []int64{n}, err
	})
}

// compare sees each of some numbers rise by what the specification calls enough.
func (s witnessTarget) compare(what string, read func(context.Context) ([]int64, error)) witness {
	least := int64(s.of.Proof.Least)
	if least == 0 {
		least = usualLeast
	}
	var before []int64
	w := witness{times: 1}
	w.before = func(ctx context.Context) (err error) {
		before, err = read(ctx)
		return err
	}
	w.observe = func(ctx context.Context) (string, error) {
		now, err := read(ctx)
		if err != nil {
			return "", err
		}
		text := fmt.Sprintf("%s: %d before, %d now", what, before, now)
		for i := range now {
			if now[i]-before[i] < least {
				return "", fmt.Errorf("%s; want %d more", text, least)
			}
		}
		if len(now) == 0 {
			return "", errors.New(what + ": there is no pod to inspect")
		}
		return text, nil
	}
	return w
}

// allReady wants the pods to be Ready.
func (s witnessTarget) allReady(context.Context) error {
	for i := range s.pods {
		if !kube.PodReady(&s.pods[i]) {
			return fmt.Errorf("pod %s/%s is not ready before the fault", s.pods[i].Namespace, s.pods[i].Name)
		}
	}
	return nil
}

// noneReady returns a text if the pods are the same and none is Ready.
func (s witnessTarget) noneReady(ctx context.Context) (string, error) {
	return each(s.pods, func(old *corev1.Pod) (string, error) {
		var now corev1.Pod
		if err := s.lab.Cluster.Get(ctx, client.ObjectKeyFromObject(old), &now); err != nil {
			return "", err
		}
		if now.UID != old.UID || now.DeletionTimestamp != nil {
			return "", fmt.Errorf("pod %s/%s was replaced", old.Namespace, old.Name)
		}
		if kube.PodReady(&now) {
			return "", fmt.Errorf("pod %s/%s is ready", now.Namespace, now.Name)
		}
		return fmt.Sprintf("pod %s/%s is not ready", now.Namespace, now.Name), nil
	})
}
