package provisioning

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"assay.dev/assay/harness/kube"
	"assay.dev/assay/spec"
)

// attempts are connections that were tried, by what the specification says of them.
type attempts map[spec.Flow]*attempt

// attempt is one connection at all addresses where it could come about. An error is
// one of trying, which says nothing of the network.
type attempt struct {
	flow    spec.Flow
	open    bool // what is wanted
	err     error
	results []result
}

type result struct {
	host string
	port int
	open bool
	err  error
}

// toAll is a connection that every pod has to be able to make.
func toAll(from string) spec.Flow {
	return spec.Flow{From: from, To: "default", Port: 443, Why: "the Kubernetes API is open to all"}
}

// toNames is a connection that pods which may open few have to be able to make.
func toNames(from string) spec.Flow {
	return spec.Flow{From: from, To: "kube-system", Port: 53, Why: "names resolve"}
}

// unrestricted is a namespace whose pods may connect to whatever lets them in.
const unrestricted = "default"

// unhindered is the same connection from where nothing stops it.
func unhindered(denied spec.Flow) spec.Flow {
	return spec.Flow{From: unrestricted, To: denied.To, Port: denied.Port, Why: "somebody listens there"}
}

// try tries every connection that the specification allows or denies: first, and
// until they come about, those that must, since a network takes a moment to learn of
// a new pod; then those that must not, for as long as a passing state could last.
// Each kind is tried side by side.
func try(ctx SpecContext) attempts {
	GinkgoHelper()
	tried := attempts{}
	for _, flow := range p.Spec.Network.Allowed {
		tried[flow] = &attempt{flow: flow, open: true}
	}
	var from []string
	for _, flow := range p.Spec.Network.Denied {
		tried[flow] = &attempt{flow: flow}
		from = append(from, flow.From)
	}
	for _, namespace := range from {
		tried[toAll(namespace)] = &attempt{flow: toAll(namespace), open: true}
	}
	for _, flow := range p.Spec.Network.Outbound.Denied {
		tried[flow] = &attempt{flow: flow}
		tried[toNames(flow.From)] = &attempt{flow: toNames(flow.From), open: true}
		tried[unhindered(flow)] = &attempt{flow: unhindered(flow), open: true}
		from = append(from, flow.From, unrestricted)
	}
	for _, flow := range p.Spec.Network.Allowed {
		from = append(from, flow.From)
	}
	slices.Sort(from)
	pods := probes(ctx, slices.Compact(from)...)
	for _, open := range []bool{true, false} {
		var wait sync.WaitGroup
		for _, t := range tried {
			if t.open != open {
				continue
			}
			i := slices.IndexFunc(pods, func(pod *corev1.Pod) bool { return pod.Namespace == t.flow.From })
			t.results, t.err = addresses(ctx, t.flow)
			for j := range t.results {
				wait.Go(func() { t.results[j].try(ctx, pods[i], open) })
			}
		}
		wait.Wait()
	}
	return tried
}

// shortly is how long one attempt to connect may take where more follow.
const shortly = time.Second

// try connects from a pod until it is as it has to be: the rules of the network know a pod
// that has just started a little later. What must be closed has to stay it.
func (r *result) try(ctx context.Context, from *corev1.Pod, open bool) {
	wait := kube.Poll{Every: timeouts.PollInterval.Duration, Within: timeouts.NetworkRules.Duration}
	_ = wait.Until(ctx, func(ctx context.Context) error { // what was seen last is judged later
		now, failed := p.Cluster.Reach(ctx, from, r.host, r.port, shortly)
		if ctx.Err() != nil {
			return ctx.Err() // an attempt that is cut short tells nothing
		}
		if r.open, r.err = now, failed; r.err == nil && r.open != open {
			return errors.New("not yet")
		}
		return r.err
	})
	end := time.Now().Add(timeouts.StableFor.Duration)
	for !open && !r.open && r.err == nil && time.Now().Before(end) {
		r.open, r.err = p.Cluster.Reach(ctx, from, r.host, r.port, timeouts.StableFor.Duration)
	}
}

// addresses are where a port of a namespace is reached: its services by name, and
// the services' pods by their own addresses.
func addresses(ctx context.Context, flow spec.Flow) ([]result, error) {
	var services corev1.ServiceList
	if err := p.Cluster.List(ctx, &services, client.InNamespace(flow.To)); err != nil {
		return nil, err
	}
	var found []result
	for _, service := range services.Items {
		if service.Spec.ClusterIP == corev1.ClusterIPNone ||
			!slices.ContainsFunc(service.Spec.Ports, func(port corev1.ServicePort) bool { return int(port.Port) == flow.Port }) {
			continue
		}
		found = append(found, result{host: fmt.Sprintf("%s.%s.svc", service.Name, service.Namespace), port: flow.Port})
		if len(service.Spec.Selector) == 0 {
			continue // the Kubernetes API, which no pod of the cluster's own network serves
		}
		var pods corev1.PodList
		if err := p.Cluster.List(ctx, &pods, client.InNamespace(flow.To), client.MatchingLabels(service.Spec.Selector)); err != nil {
			return nil, err
		}
		reachable := 0
		for _, pod := range pods.Items {
			if kube.PodReady(&pod) && pod.DeletionTimestamp == nil {
				reachable++
				found = append(found, result{host: pod.Status.PodIP, port: flow.Port})
			}
		}
		if reachable == 0 {
			return nil, fmt.Errorf("service %s/%s has no ready pod", service.Namespace, service.Name)
		}
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("namespace %s has no service with port %d", flow.To, flow.Port)
	}
	return found, nil
}
