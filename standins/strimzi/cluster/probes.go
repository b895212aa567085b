package cluster

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// kafkaServes asks the broker for its API versions (request 18, version 0, no
// client id; see the Kafka protocol guide) and succeeds when bytes come back.
// Kafka 3.6 opens its ports last, after it has loaded its logs and registered
// in ZooKeeper; an answer shows moreover that its request threads still work.
// Bash's /dev/tcp does it without a second Java process. read skips the zero
// bytes.
var kafkaServes = fmt.Sprintf(`LC_ALL=C
exec 3<>/dev/tcp/127.0.0.1/%d || exit 1
printf '\0\0\0\012\0\022\0\0\0\0\0\1\377\377' >&3
IFS= read -r -N 1 -t 4 -u 3 answer`, ReplicationPort)

// zookeeperAnswers sends a four-letter word and compares how the answer starts.
func zookeeperAnswers(word, answer string) string {
	return fmt.Sprintf(`exec 3<>/dev/tcp/127.0.0.1/%d || exit 1
printf %s >&3
IFS= read -r -N %d -t 4 -u 3 answer
[ "$answer" = '%s' ]`, zookeeperClientPort, word, len(answer), answer)
}

// srvr answers with its version while the server serves clients, that is with a
// quorum; ruok answers imok while the process is well, quorum or not.
var (
	zookeeperServes = zookeeperAnswers("srvr", "Zookeeper version")
	zookeeperAlive  = zookeeperAnswers("ruok", "imok")
)

// probes start fast, to notice a started server within a second, and go on at
// a slower pace.
type probes struct{ startup, readiness, liveness *corev1.Probe }

func kafkaProbes() probes {
	return probes{
		startup:   startupProbe(bash(kafkaServes)),
		readiness: steadyProbe(bash(kafkaServes), 5),
		liveness: steadyProbe(corev1.ProbeHandler{
			TCPSocket: &corev1.TCPSocketAction{Port: intstr.FromInt32(ReplicationPort)},
		}, 10),
	}
}

// zookeeperProbes have no startup probe on srvr alone: a server of a larger
// ensemble that waits for its peers must not be restarted for that, so the
// startup probe asks for life only.
func zookeeperProbes() probes {
	readiness := steadyProbe(bash(zookeeperServes), 5)
	readiness.PeriodSeconds = 2
	return probes{
		startup:   startupProbe(bash(zookeeperAlive)),
		readiness: readiness,
		liveness:  steadyProbe(bash(zookeeperAlive), 10),
	}
}

func bash(script string) corev1.ProbeHandler {
	return corev1.ProbeHandler{Exec: &corev1.ExecAction{Command: []string{"bash", "-c", script}}}
}

// startupProbe allows five minutes, Strimzi's own operation timeout.
func startupProbe(handler corev1.ProbeHandler) *corev1.Probe {
	return &corev1.Probe{ProbeHandler: handler, PeriodSeconds: 1, TimeoutSeconds: 5, FailureThreshold: 300}
}

func steadyProbe(handler corev1.ProbeHandler, period int32) *corev1.Probe {
	return &corev1.Probe{ProbeHandler: handler, PeriodSeconds: period, TimeoutSeconds: 5, FailureThreshold: 3}
}
