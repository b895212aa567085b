package fault

import (
	"fmt"

	chaosv1alpha1 "github.com/chaos-mesh/chaos-mesh/api/v1alpha1"
)

// makers are all faults, by their names in spec/platform.yaml. Faults of one
// application aim at different ones, so that not one worker alone is proven.
var makers = map[string]func(*Lab, string) Fault{
	"app-pod-kill":         func(l *Lab, n string) Fault { return podKill(l, n, l.app("audit-worker")) },
	"app-pod-failure":      func(l *Lab, n string) Fault { return podFailure(l, n, l.app("notification-worker")) },
	"app-container-kill":   func(l *Lab, n string) Fault { return containerKill(l, n, l.app("audit-worker"), "audit-worker") },
	"daprd-container-kill": func(l *Lab, n string) Fault { return containerKill(l, n, l.app("notification-worker"), sidecar) },

	"broker-pod-kill":    func(l *Lab, n string) Fault { return podKill(l, n, l.broker()) },
	"broker-pod-failure": func(l *Lab, n string) Fault { return podFailure(l, n, l.broker()) },
	"zookeeper-pod-kill": func(l *Lab, n string) Fault { return podKill(l, n, l.zookeeper()) },

	"strimzi-operator-kill":   func(l *Lab, n string) Fault { return podKill(l, n, l.part(l.Spec.Kafka.Operator.Deployment)) },
	"dapr-operator-kill":      func(l *Lab, n string) Fault { return podKill(l, n, l.daprPart("dapr-operator")) },
	"dapr-placement-kill":     func(l *Lab, n string) Fault { return podKill(l, n, l.daprPart("dapr-placement")) },
	"dapr-scheduler-kill":     func(l *Lab, n string) Fault { return podKill(l, n, l.daprPart("dapr-scheduler")) },
	"dapr-sentry-kill":        func(l *Lab, n string) Fault { return podKill(l, n, l.daprPart("dapr-sentry")) },
	"dapr-injector-kill":      func(l *Lab, n string) Fault { return podKill(l, n, l.daprPart("dapr-sidecar-injector")) },
	"ingress-controller-kill": func(l *Lab, n string) Fault { return podKill(l, n, l.ingressController()) },

	"partition-workers-kafka": func(l *Lab, n string) Fault {
		return partition(l, n, cut{l.workers(), l.broker(), l.Spec.Kafka.Listener.Port, chaosv1alpha1.Both})
	},
	"partition-workers-kafka-oneway": func(l *Lab, n string) Fault {
		return partition(l, n, cut{l.workers(), l.broker(), l.Spec.Kafka.Listener.Port, chaosv1alpha1.To})
	},
	"partition-kafka-zookeeper": func(l *Lab, n string) Fault {
		return partition(l, n, cut{[]target{l.broker()}, l.zookeeper(), zookeeperPort, chaosv1alpha1.Both})
	},
	"partition-app-statestore": func(l *Lab, n string) Fault {
		return partition(l, n, cut{l.stateful(), l.database(), databasePort, chaosv1alpha1.Both})
	},
	"network-delay":     networkDelay,
	"network-loss":      networkLoss,
	"network-duplicate": networkDuplicate,
	"network-corrupt":   networkCorrupt,
	"network-bandwidth": networkBandwidth,

	"cpu-stress":    func(l *Lab, n string) Fault { return cpuStress(l, n, l.app("audit-worker"), "audit-worker") },
	"memory-stress": func(l *Lab, n string) Fault { return memoryStress(l, n, l.app("audit-worker"), "audit-worker") },
	"clock-skew":    func(l *Lab, n string) Fault { return clockSkew(l, n, l.app("recurring-worker"), "recurring-worker") },
	"io-fault":      brokerIO,
	"dns-fault":     dnsFault,

	"node-pause":         func(l *Lab, n string) Fault { return nodePause(l, n, l.app("audit-worker")) },
	"node-stop":          func(l *Lab, n string) Fault { return nodeStop(l, n, l.app("audit-worker")) },
	"postgresql-outage":  databaseOutage,
	"broker-disk-full":   brokerDiskFull,
	"quota-exhaustion":   quotaExhaustion,
	"expired-tls-secret": expiredTLSSecret,
	"deleted-topic":      func(l *Lab, n string) Fault { return topicDeletion(l, n, "reminders") },
	"app-health-blip":    func(l *Lab, n string) Fault { return appHealthBlip(l, n, l.app("audit-worker")) },
	"injector-outage-during-rollout": func(l *Lab, n string) Fault {
		return injectorOutageDuringRollout(l, n, l.app("audit-worker"))
	},

	"poison-headers":      func(l *Lab, n string) Fault { return poisoned(l, n, "notification-worker", "reminders") },
	"outage-then-silence": outageThenSilence,
	"clock-leap-back":     func(l *Lab, n string) Fault { return clockLeapBack(l, n, "todo-backend", "notification-worker") },
}

// zookeeperPort is ZooKeeper's client port, on its pods.
const zookeeperPort = 2181

// New returns the fault of a name of spec/platform.yaml.
func New(lab *Lab, name string) (Fault, error) {
	make, known := makers[name]
	if !known {
		return nil, fmt.Errorf("there is no fault %q", name)
	}
	return make(lab, name), nil
}
