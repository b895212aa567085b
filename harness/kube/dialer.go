// Package kube talks to the judged cluster: connections into pods, waits that
// watch, and objects that are removed again. Its functions return errors and
// never fail a test themselves.
package kube

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/portforward"
	"k8s.io/client-go/transport/spdy"
)

// Dialer opens TCP connections into pods through the API server, so that what
// has only cluster-internal listeners can be reached under its own names. It
// satisfies golang.org/x/net/proxy.Dialer and the DialContext of net/http.
type Dialer struct {
	config *rest.Config
	client kubernetes.Interface
	// requests numbers the streams of port-forwarding, as its protocol asks.
	requests atomic.Int64
}

// NewDialer returns a dialer for the cluster of config.
func NewDialer(config *rest.Config, client kubernetes.Interface) *Dialer {
	return &Dialer{config: config, client: client}
}

// dialTimeout bounds finding the pod and opening the stream.
const dialTimeout = 10 * time.Second

// Dial implements golang.org/x/net/proxy.Dialer.
func (d *Dialer) Dial(network, address string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(context.Background(), dialTimeout)
	defer cancel()
	return d.DialContext(ctx, network, address)
}

// DialContext connects to address, which is a cluster-internal name with a port:
// service.namespace.svc, pod.service.namespace.svc (a pod behind a headless
// service), each with or without cluster.local, or pod.namespace.pod for a pod
// by its name. A service is reached through one of its ready pods.
func (d *Dialer) DialContext(ctx context.Context, _, address string) (net.Conn, error) {
	host, portText, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("dial %s: %w", address, err)
	}
	port, err := strconv.Atoi(portText)
	if err != nil {
		return nil, fmt.Errorf("dial %s: %w", address, err)
	}
	pod, port, err := d.resolve(ctx, host, port)
	if err != nil {
		return nil, fmt.Errorf("dial %s: %w", address, err)
	}
	conn, err := d.open(pod, port)
	if err != nil {
		return nil, fmt.Errorf("dial %s: pod %s/%s port %d: %w", address, pod.Namespace, pod.Name, port, err)
	}
	return conn, nil
}

// resolve finds the pod behind a name and the port there.
func (d *Dialer) resolve(ctx context.Context, host string, port int) (*corev1.Pod, int, error) {
	host = strings.TrimSuffix(strings.TrimSuffix(host, "."), ".cluster.local")
	parts := strings.Split(host, ".")
	switch {
	case len(parts) == 3 && parts[2] == "pod":
		pod, err := d.client.CoreV1().Pods(parts[1]).Get(ctx, parts[0], metav1.GetOptions{})
		return pod, port, err
	case len(parts) == 4 && parts[3] == "svc":
		pod, err := d.client.CoreV1().Pods(parts[2]).Get(ctx, parts[0], metav1.GetOptions{})
		return pod, port, err
	case len(parts) == 3 && parts[2] == "svc":
		return d.behind(ctx, parts[1], parts[0], port)
	}
	return nil, 0, fmt.Errorf("%q is not the name of a service or a pod in the cluster", host)
}

// behind returns a ready pod of a service and the target of the service's port.
func (d *Dialer) behind(ctx context.Context, namespace, service string, port int) (*corev1.Pod, int, error) {
	slices, err := d.client.DiscoveryV1().EndpointSlices(namespace).List(ctx, metav1.ListOptions{
		LabelSelector: "kubernetes.io/service-name=" + service,
	})
	if err != nil {
		return nil, 0, fmt.Errorf("find the endpoints of service %s/%s: %w", namespace, service, err)
	}
	object, err := d.client.CoreV1().Services(namespace).Get(ctx, service, metav1.GetOptions{})
	if err != nil {
		return nil, 0, err
	}
	name := ""
	for _, candidate := range object.Spec.Ports {
		if int(candidate.Port) == port {
			name = candidate.Name
		}
	}
	for _, slice := range slices.Items {
		for _, target := range slice.Ports {
			if target.Name == nil || *target.Name != name || target.Port == nil {
				continue
			}
			for _, endpoint := range slice.Endpoints {
				if endpoint.Conditions.Ready != nil && !*endpoint.Conditions.Ready || endpoint.TargetRef == nil {
					continue
				}
				pod, err := d.client.CoreV1().Pods(namespace).Get(ctx, endpoint.TargetRef.Name, metav1.GetOptions{})
				return pod, int(*target.Port), err
			}
		}
	}
	return nil, 0, fmt.Errorf("service %s/%s has no ready pod for port %d", namespace, service, port)
}

// open opens one connection by the port-forwarding protocol: an error stream and
// a data stream over a connection of their own.
func (d *Dialer) open(pod *corev1.Pod, port int) (net.Conn, error) {
	request := d.client.CoreV1().RESTClient().Post().
		Resource("pods").Namespace(pod.Namespace).Name(pod.Name).SubResource("portforward")
	transport, upgrader, err := spdy.RoundTripperFor(d.config)
	if err != nil {
		return nil, err
	}
	dialer := spdy.NewDialer(upgrader, &http.Client{Transport: transport, Timeout: dialTimeout}, http.MethodPost, request.URL())
	connection, _, err := dialer.Dial(portforward.PortForwardProtocolV1Name)
	if err != nil {
		return nil, err
	}
	headers := http.Header{}
	headers.Set(corev1.StreamType, corev1.StreamTypeError)
	headers.Set(corev1.PortHeader, strconv.Itoa(port))
	headers.Set(corev1.PortForwardRequestIDHeader, strconv.FormatInt(d.requests.Add(1), 10))
	errorStream, err := connection.CreateStream(headers)
	if err != nil {
		_ = connection.Close()
		return nil, err
	}
	_ = errorStream.Close() // nothing is written to it
	headers.Set(corev1.StreamType, corev1.StreamTypeData)
	data, err := connection.CreateStream(headers)
	if err != nil {
		_ = connection.Close()
		return nil, err
	}
	return newConn(connection, data, errorStream, pod, port), nil
}

var _ interface {
	Dial(network, address string) (net.Conn, error)
} = (*Dialer)(nil)
