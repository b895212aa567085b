package fault

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// endpoint is an address inside the cluster and what it is.
type endpoint struct {
	what, host string
	port       int
}

func (e endpoint) String() string { return fmt.Sprintf("%s (%s:%d)", e.what, e.host, e.port) }

// connect prints, for a TCP connection from the network namespace that it runs
// in, whether it came about and after how many milliseconds. A second is a
// hundred times what a healthy cluster needs; bounded so, nothing of it hides a
// connection that a lost first packet delayed by its second's retransmission.
const connect = `begin=$(date +%s%N)
if timeout 1 bash -c 'exec 3<>"/dev/tcp/$0/$1"' "$1" "$2" 2>/dev/null; then echo -n "open "; else
  code=$?; if [ "$code" = 124 ]; then echo -n "silent "; else echo -n "refused "; fi; fi
echo $(( ($(date +%s%N) - begin) / 1000000 ))`

// How a connection attempt ends.
const (
	open    = "open"
	silent  = "silent"
	refused = "refused"
)

// reach tries a TCP connection from a pod's network namespace.
func (l *Lab) reach(ctx context.Context, from *corev1.Pod, to endpoint) (how string, took time.Duration, err error) {
	out, err := l.inNetwork(ctx, from, connect, to.host, strconv.Itoa(to.port))
	if err != nil {
		return "", 0, err
	}
	how, text, _ := strings.Cut(out, " ")
	milliseconds, err := strconv.Atoi(text)
	if err != nil {
		return "", 0, fmt.Errorf("connect from %s/%s to %s: %q", from.Namespace, from.Name, to, out)
	}
	return how, time.Duration(milliseconds) * time.Millisecond, nil
}

// reachable is the baseline of every proof that something cannot be reached: it
// can be, now.
func (l *Lab) reachable(ctx context.Context, from []corev1.Pod, to ...endpoint) error {
	for i := range from {
		for _, e := range to {
			how, _, err := l.reach(ctx, &from[i], e)
			if err != nil {
				return err
			}
			if how != open {
				return fmt.Errorf("pod %s/%s cannot connect to %s before the fault: %s", from[i].Namespace, from[i].Name, e, how)
			}
		}
	}
	return nil
}

// unreachable returns a text if no pod can connect to any of the endpoints.
func (l *Lab) unreachable(ctx context.Context, from []corev1.Pod, to ...endpoint) (string, error) {
	var said []string
	for i := range from {
		for _, e := range to {
			how, took, err := l.reach(ctx, &from[i], e)
			if err != nil {
				return "", err
			}
			if how == open {
				return "", fmt.Errorf("pod %s/%s still connects to %s", from[i].Namespace, from[i].Name, e)
			}
			said = append(said, fmt.Sprintf("a connection from pod %s/%s to %s is %s after %s", from[i].Namespace, from[i].Name, e, how, took))
		}
	}
	return strings.Join(said, "; "), nil
}

// service is a Service's address, as its clients use it.
func (l *Lab) service(ctx context.Context, namespace, name string, port int) (endpoint, error) {
	var found corev1.Service
	if err := l.Cluster.Get(ctx, client.ObjectKey{Namespace: namespace, Name: name}, &found); err != nil {
		return endpoint{}, fmt.Errorf("find the address of %s/%s: %w", namespace, name, err)
	}
	if found.Spec.ClusterIP == "" || found.Spec.ClusterIP == corev1.ClusterIPNone {
		return endpoint{}, fmt.Errorf("service %s/%s has no address", namespace, name)
	}
	return endpoint{what: "service " + name, host: found.Spec.ClusterIP, port: port}, nil
}

// podEndpoint is a pod's own address.
func podEndpoint(pod *corev1.Pod, port int) endpoint {
	return endpoint{what: "pod " + pod.Name, host: pod.Status.PodIP, port: port}
}
