package fault

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
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

// attempt is one connection that was tried.
type attempt struct {
	from *corev1.Pod
	to   endpoint
	how  string
	took time.Duration
}

func (a attempt) String() string {
	return fmt.Sprintf("a connection from pod %s/%s to %s is %s after %s", a.from.Namespace, a.from.Name, a.to, a.how, a.took)
}

// attempts tries to connect from each pod to each endpoint, all at once.
func (l *Lab) attempts(ctx context.Context, from []corev1.Pod, to []endpoint) ([]attempt, error) {
	tried := make([]attempt, len(from)*len(to))
	trying, all := errgroup.WithContext(ctx)
	for i := range tried {
		a := &tried[i]
		a.from, a.to = &from[i/len(to)], to[i%len(to)]
		trying.Go(func() (err error) {
			a.how, a.took, err = l.reach(all, a.from, a.to)
			return err
		})
	}
	return tried, trying.Wait()
}

// reachable is the baseline of every proof that something cannot be reached: it
// can be, now.
func (l *Lab) reachable(ctx context.Context, from []corev1.Pod, to ...endpoint) error {
	return l.baseline(ctx, func(ctx context.Context) error {
		tried, err := l.attempts(ctx, from, to)
		if err != nil {
			return err
		}
		for _, a := range tried {
			if a.how != open {
				return errors.New(a.String())
			}
		}
		return nil
	})
}

// unreachable returns a text if no pod can connect to any of the endpoints.
func (l *Lab) unreachable(ctx context.Context, from []corev1.Pod, to ...endpoint) (string, error) {
	tried, err := l.attempts(ctx, from, to)
	if err != nil {
		return "", err
	}
	var seen []string
	for _, a := range tried {
		if a.how == open {
			return "", errors.New(a.String())
		}
		seen = append(seen, a.String())
	}
	return strings.Join(seen, "; "), nil
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
