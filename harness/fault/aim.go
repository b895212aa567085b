package fault

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"assay.dev/assay/spec"
)

// NotApplicable says that a specification has nothing that a fault could hit. It is no
// failure: checks of such a fault are skipped with the reason.
type NotApplicable struct {
	Fault  string
	Reason string
}

// Error implements error.
func (n *NotApplicable) Error() string {
	return fmt.Sprintf("the fault %s does not apply: %s", n.Fault, n.Reason)
}

// aim is what a fault is aimed at.
type aim struct {
	of           spec.Fault
	target, peer []target
}

// one is the first target.
func (a aim) one() target { return a.target[0] }

// container is the one that is hit in the target's pods.
func (a aim) container() string {
	if a.of.Target.Container != "" {
		return a.of.Target.Container
	}
	return a.one().name
}

// port is where the peer listens.
func (a aim) port() int {
	if a.of.Peer.Port != 0 {
		return a.of.Peer.Port
	}
	return a.peer[0].port
}

// zookeeperPort is ZooKeeper's client port, on its pods.
const zookeeperPort = 2181

// find finds the components of a role. The error says what the specification does not
// have.
func (l *Lab) find(t spec.FaultTarget) (found []target, err error) {
	s := l.Spec
	switch t.Role {
	case spec.TargetApplication:
		found = l.apps(func(d spec.Deployment) bool { return d.Name == t.Name })
	case spec.TargetInfrastructure:
		found = l.part(t.Name)
	case spec.TargetControlPlane:
		for _, part := range s.Dapr.ControlPlane {
			if part.Name == t.Name {
				found = append(found, target{kind: part.Kind, namespace: s.Dapr.Namespace, name: part.Workload()})
			}
		}
	case spec.TargetTopic:
		if slices.ContainsFunc(s.Topics, func(topic spec.Topic) bool { return topic.Name == t.Name }) {
			found = []target{{namespace: s.Kafka.Namespace, name: t.Name}}
		}
	case spec.TargetBrokers:
		found = at(l.part(s.Kafka.Name+"-kafka"), s.Kafka.Listener.Port)
	case spec.TargetZooKeeper:
		found = at(l.part(s.Kafka.Name+"-zookeeper"), zookeeperPort)
	case spec.TargetKafkaOperator:
		found = l.part(s.Kafka.Operator.Deployment)
	case spec.TargetSubscribers:
		found = l.workers()
	case spec.TargetStateUsers:
		found = l.stateful()
	case "":
		return nil, errors.New("the specification names no target for it")
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("the specification has no %s", t)
	}
	for i := range found {
		found[i].most = t.Pods
	}
	return found, nil
}

// at gives targets the port on which they listen.
func at(targets []target, port int) []target {
	for i := range targets {
		targets[i].port = port
	}
	return targets
}

// apps are the deployments that suit.
func (l *Lab) apps(suits func(spec.Deployment) bool) []target {
	var found []target
	for _, d := range l.Spec.Deployments {
		if suits(d) {
			found = append(found, target{kind: deployment, namespace: d.Namespace, name: d.Name, port: d.Dapr.AppPort})
		}
	}
	return found
}

// app is the deployment of a Dapr application.
func (l *Lab) app(id string) []target {
	return l.apps(func(d spec.Deployment) bool { return d.Dapr.AppID == id })
}

// consumer is the deployment of a Dapr application that consumes events; one that the
// specification does not list has no namespace.
func (l *Lab) consumer(id string) target {
	for _, found := range l.app(id) {
		return found
	}
	return target{kind: deployment, name: id}
}

// part is something of the infrastructure that the specification lists.
func (l *Lab) part(name string) []target {
	for _, item := range l.Spec.Infrastructure {
		if item.Name == name {
			return []target{{kind: item.Kind, namespace: item.Namespace, name: item.Name}}
		}
	}
	return nil
}

// broker is the set of the brokers. Faults that need it do not apply without it.
func (l *Lab) broker() target {
	found, err := l.find(spec.FaultTarget{Role: spec.TargetBrokers})
	if err != nil {
		return target{}
	}
	return found[0]
}

// workers are the deployments that consume events.
func (l *Lab) workers() []target {
	var found []target
	seen := map[string]bool{}
	for _, subscription := range l.Spec.Dapr.Subscriptions {
		if !seen[subscription.App] {
			seen[subscription.App] = true
			found = append(found, l.app(subscription.App)...)
		}
	}
	return found
}

// stateTypes starts the types of Dapr's components that are state stores.
const stateTypes = "state."

// stateful are the deployments that may use a state store.
func (l *Lab) stateful() []target {
	var scopes []string
	for _, component := range l.Spec.Dapr.Components {
		if strings.HasPrefix(component.Type, stateTypes) {
			scopes = append(scopes, component.Scopes...)
		}
	}
	return l.apps(func(d spec.Deployment) bool { return slices.Contains(scopes, d.Dapr.AppID) })
}
