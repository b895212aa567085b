package fault

import (
	"context"
	"errors"
	"fmt"

	chaosv1alpha1 "github.com/chaos-mesh/chaos-mesh/api/v1alpha1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"assay.dev/assay/spec"
)

// dnsFault lets no name resolve in the pods that use the state store: their
// packets to the cluster's name service are dropped. Chaos Mesh's own DNSChaos
// needs a name server of its own in the cluster, and changes each pod's
// configuration; what a pod sees is the same.
func dnsFault(lab *Lab, name string, clientsOf []target) Fault {
	m := &chaosMeshFault{base: base{lab: lab, name: name, needs: []spec.Capability{partitioning}}, targets: clientsOf}
	var clients []corev1.Pod
	var server endpoint
	m.prepared = func(ctx context.Context, pods []corev1.Pod) ([]Undo, error) {
		clients = pods
		var err error
		if server, err = lab.nameServer(ctx); err != nil {
			return nil, err
		}
		if err := lab.allResolve(ctx, clients, server); err != nil {
			return nil, err
		}
		var undos []Undo
		for i := range pods {
			undos = append(undos, inside(scrub, &pods[i]))
		}
		return undos, nil
	}
	m.describe = func(pods []corev1.Pod) client.Object {
		return &chaosv1alpha1.NetworkChaos{Spec: chaosv1alpha1.NetworkChaosSpec{
			PodSelector: exactly(pods), Action: chaosv1alpha1.PartitionAction, Direction: chaosv1alpha1.To,
			ExternalTargets: []string{server.host}, Duration: limit(),
		}}
	}
	m.proof = func(ctx context.Context) (Proof, error) {
		return lab.sees(ctx, inARow, func(ctx context.Context) (string, error) { return lab.noneResolves(ctx, clients, server) })
	}
	return m
}

// nameServer is the cluster's name service.
func (l *Lab) nameServer(ctx context.Context) (endpoint, error) {
	return l.service(ctx, metav1.NamespaceSystem, "kube-dns", 53)
}

// allResolve wants the name service to answer each pod.
func (l *Lab) allResolve(ctx context.Context, pods []corev1.Pod, server endpoint) error {
	return l.baseline(ctx, func(ctx context.Context) error {
		_, err := each(pods, func(pod *corev1.Pod) (string, error) { return l.resolves(ctx, pod, server) })
		return err
	})
}

// noneResolves returns a text if the name service answers no pod.
func (l *Lab) noneResolves(ctx context.Context, pods []corev1.Pod, server endpoint) (string, error) {
	return each(pods, func(pod *corev1.Pod) (string, error) {
		answer, err := l.resolves(ctx, pod, server)
		var silence *unresolved
		if errors.As(err, &silence) {
			return silence.Error(), nil
		}
		if err == nil {
			err = errors.New(answer)
		}
		return "", err
	})
}

// unresolved says that a name did not resolve.
type unresolved struct{ pod, server string }

// Error implements error.
func (u *unresolved) Error() string {
	return fmt.Sprintf("pod %s asked %s for a name and got no answer", u.pod, u.server)
}

// query asks by UDP for the address of kubernetes.default.svc.cluster.local and
// prints how many bytes of an answer came within a second.
const query = `exec 3<>"/dev/udp/$1/$2"
printf '\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x0akubernetes\x07default\x03svc\x07cluster\x05local\x00\x00\x01\x00\x01' >&3
timeout 1 head -c 12 <&3 | wc -c`

// resolves asks the name service from a pod's network namespace. Its error is an
// *unresolved if no answer came.
func (l *Lab) resolves(ctx context.Context, pod *corev1.Pod, server endpoint) (string, error) {
	out, err := l.inNetwork(ctx, pod, query, server.host, fmt.Sprint(server.port))
	if err != nil {
		return "", err
	}
	if out == "0" {
		return "", &unresolved{pod: pod.Namespace + "/" + pod.Name, server: server.String()}
	}
	return fmt.Sprintf("pod %s/%s gets answers from %s", pod.Namespace, pod.Name, server), nil
}
