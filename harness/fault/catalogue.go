package fault

import (
	"fmt"

	chaosv1alpha1 "github.com/chaos-mesh/chaos-mesh/api/v1alpha1"

	"assay.dev/assay/spec"
)

// maker makes the faults of one action, from what they are aimed at.
type maker struct {
	make func(*Lab, string, aim) Fault
	// target and peer say that the action needs them.
	target, peer bool
	// roles are components that the action needs beside, only the role that its target has
	// to have, empty for any.
	roles []spec.TargetRole
	only  spec.TargetRole
}

// makers are all actions of faults.
var makers = map[spec.FaultAction]maker{
	"pod-kill":       {target: true, make: func(l *Lab, n string, a aim) Fault { return podKill(l, n, a.target...) }},
	"pod-failure":    {target: true, make: func(l *Lab, n string, a aim) Fault { return podFailure(l, n, a.one()) }},
	"container-kill": {target: true, make: func(l *Lab, n string, a aim) Fault { return containerKill(l, n, a.one(), a.container()) }},

	"partition": {target: true, peer: true, make: func(l *Lab, n string, a aim) Fault {
		return partition(l, n, cut{a.target, a.peer[0], a.port(), chaosv1alpha1.Both})
	}},
	"partition-oneway": {target: true, peer: true, make: func(l *Lab, n string, a aim) Fault {
		return partition(l, n, cut{a.target, a.peer[0], a.port(), chaosv1alpha1.To})
	}},
	"network-delay":     network(networkDelay),
	"network-loss":      network(networkLoss),
	"network-duplicate": network(networkDuplicate),
	"network-corrupt":   network(networkCorrupt),
	"network-bandwidth": network(networkBandwidth),

	"cpu-stress":    {target: true, make: func(l *Lab, n string, a aim) Fault { return cpuStress(l, n, a.one(), a.container()) }},
	"memory-stress": {target: true, make: func(l *Lab, n string, a aim) Fault { return memoryStress(l, n, a.one(), a.container()) }},
	"clock-skew":    {target: true, make: func(l *Lab, n string, a aim) Fault { return clockSkew(l, n, a.one(), a.container()) }},
	"io-fault":      ofBrokers(brokerIO),
	"dns-fault":     {target: true, make: func(l *Lab, n string, a aim) Fault { return dnsFault(l, n, a.target) }},

	"node-pause": {target: true, make: func(l *Lab, n string, a aim) Fault { return nodePause(l, n, a.one()) }},
	"node-stop":  {target: true, make: func(l *Lab, n string, a aim) Fault { return nodeStop(l, n, a.one()) }},
	"scale-to-zero": {target: true, peer: true, make: func(l *Lab, n string, a aim) Fault {
		return scaledToZero(l, n, a.one(), a.of.Target.Port, a.peer[0])
	}},
	"disk-full": ofBrokers(brokerDiskFull),
	"quota-exhaustion": {target: true, make: func(l *Lab, n string, a aim) Fault {
		return quotaExhaustion(l, n, a.one().namespace)
	}},
	"expired-tls-secret": {make: func(l *Lab, n string, _ aim) Fault { return expiredTLSSecret(l, n) }},
	"topic-deletion":     {target: true, make: func(l *Lab, n string, a aim) Fault { return topicDeletion(l, n, a.of.Target.Name) }},
	"health-blip":        {target: true, make: func(l *Lab, n string, a aim) Fault { return appHealthBlip(l, n, a.one()) }},
	"injector-outage-during-rollout": {target: true, peer: true, make: func(l *Lab, n string, a aim) Fault {
		return injectorOutageDuringRollout(l, n, a.one(), a.peer[0])
	}},

	"poison-headers": {target: true, make: func(l *Lab, n string, a aim) Fault { return poisoned(l, n, a.one(), a.of.Target.Topic) }},
	"outage-then-silence": {target: true, peer: true, make: func(l *Lab, n string, a aim) Fault {
		return outageThenSilence(l, n, a.one(), outbox{a.peer[0], a.of.Peer.Keys})
	}},
	"clock-leap-back": {target: true, peer: true, roles: []spec.TargetRole{spec.TargetBrokers}, make: func(l *Lab, n string, a aim) Fault {
		return clockJumpBack(l, n, a.one(), a.peer[0])
	}},
}

// network makes faults of the brokers' network, which are measured on the way to a
// subscriber.
func network(make func(*Lab, string, target) Fault) maker {
	m := ofBrokers(make)
	m.roles = append(m.roles, spec.TargetSubscribers)
	return m
}

// ofBrokers makes faults that only brokers can have.
func ofBrokers(make func(*Lab, string, target) Fault) maker {
	return maker{target: true, only: spec.TargetBrokers, roles: []spec.TargetRole{spec.TargetBrokers}, make: func(l *Lab, n string, a aim) Fault { return make(l, n, a.one()) }}
}

// New returns the fault of a name of the specification. The error is a *NotApplicable
// where the specification has nothing that the fault could hit.
func New(lab *Lab, name string) (Fault, error) {
	row, known := lab.row(name)
	if !known {
		return nil, fmt.Errorf("there is no fault %q", name)
	}
	if row.Chaos != nil {
		return lab.manifest(row)
	}
	m, known := makers[row.Action]
	if !known {
		return nil, fmt.Errorf("fault %s: there is no action %q", name, row.Action)
	}
	if m.only != "" && row.Target.Role != m.only {
		return nil, fmt.Errorf("fault %s: the action %s is for %s, and is aimed at %s", name, row.Action, m.only, row.Target)
	}
	a := aim{of: row}
	var err error
	if m.target {
		if a.target, err = lab.find(row.Target); err != nil {
			return nil, &NotApplicable{Fault: name, Reason: err.Error()}
		}
	}
	if m.peer {
		if a.peer, err = lab.find(row.Peer); err != nil {
			return nil, &NotApplicable{Fault: name, Reason: err.Error()}
		}
	}
	for _, role := range m.roles {
		if _, err := lab.find(spec.FaultTarget{Role: role}); err != nil {
			return nil, &NotApplicable{Fault: name, Reason: err.Error()}
		}
	}
	return m.make(lab, name, a), nil
}

// manifest returns the fault of a row that is a manifest.
func (l *Lab) manifest(row spec.Fault) (Fault, error) {
	a := aim{of: row}
	var err error
	if a.target, err = l.find(row.Target); err != nil {
		return nil, &NotApplicable{Fault: row.Name, Reason: err.Error()}
	}
	if row.Peer.Role != "" {
		if a.peer, err = l.find(row.Peer); err != nil {
			return nil, &NotApplicable{Fault: row.Name, Reason: err.Error()}
		}
	}
	return fromManifest(l, a)
}

// row is what the specification says of a fault.
func (l *Lab) row(name string) (spec.Fault, bool) {
	for _, f := range l.Spec.Faults {
		if f.Name == name {
			return f, true
		}
	}
	return spec.Fault{}, false
}
