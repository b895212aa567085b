package provisioning_test

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

	"assay.dev/assay/harness/expect"
	"assay.dev/assay/harness/kube"
	"assay.dev/assay/spec"
	"assay.dev/assay/spec/check"
)

// Ordered: the checks share the pods that they connect from, which one process then
// starts but once. First: they wait, and others can run beside.
var _ = Describe("The network", Ordered, ContinueOnFailure, SpecPriority(first), func() {
	probed := SpecTimeout(timeouts.PodReady.Duration + 2*timeouts.SteadyState.Duration)

	check.It("SEC-001", func(ctx SpecContext) { denied(ctx, "kafka") }, probed)
	check.It("SEC-003", func(ctx SpecContext) { denied(ctx, "todo-app") }, probed)
	check.It("SEC-004", func(ctx SpecContext) { denied(ctx, "postgresql") }, probed)

	check.It("SEC-002", func(ctx SpecContext) {
		var attempts []attempt
		for _, to := range []string{"kafka", "postgresql"} {
			flows := slices.DeleteFunc(slices.Clone(p.Spec.Network.Allowed), func(f spec.Flow) bool { return f.To != to || f.From != "todo-app" })
			someFlows(flows, "allowed from todo-app to "+to)
			for _, flow := range flows {
				attempts = append(attempts, attemptsOf(ctx, flow, true)...)
			}
		}
		try(ctx, attempts)
	}, probed)
})

// denied fails the check if a connection that must not be possible into a
// namespace is; and if one that must be possible to the same port is not, since a
// port that nobody reaches shows nothing.
func denied(ctx SpecContext, to string) {
	GinkgoHelper()
	flows := slices.DeleteFunc(slices.Clone(p.Spec.Network.Denied), func(f spec.Flow) bool { return f.To != to })
	someFlows(flows, "denied to "+to)
	probes(ctx, everywhere()...)
	var attempts []attempt
	for _, flow := range flows {
		// The probe's own network works: whatever it does not reach is closed.
		attempts = append(attempts, attempt{
			from: probes(ctx, flow.From)[0], flow: spec.Flow{From: flow.From, To: "default", Why: "the Kubernetes API is open to all"},
			to: address{"kubernetes.default.svc", 443}, open: true,
		})
		attempts = append(attempts, attemptsOf(ctx, friend(flow), true)...)
		attempts = append(attempts, attemptsOf(ctx, flow, false)...)
	}
	try(ctx, attempts)
}

// everywhere are the namespaces that something is tried from. Their probes start at
// the same time.
func everywhere() []string {
	var namespaces []string
	for _, flow := range slices.Concat(p.Spec.Network.Allowed, p.Spec.Network.Denied) {
		namespaces = append(namespaces, flow.From)
	}
	slices.Sort(namespaces)
	return slices.Compact(namespaces)
}

// friend is a connection that is allowed to where another one is denied.
func friend(denied spec.Flow) spec.Flow {
	GinkgoHelper()
	for _, flow := range p.Spec.Network.Allowed {
		if flow.To == denied.To && flow.Port == denied.Port {
			return flow
		}
	}
	expect.Subject{What: fmt.Sprintf("connections to %s:%d", denied.To, denied.Port), From: "spec/platform.yaml"}.
		Holds(false, "one that is allowed", "none")
	return spec.Flow{}
}

func someFlows(flows []spec.Flow, what string) {
	GinkgoHelper()
	if len(flows) == 0 {
		expect.Subject{What: "connections " + what, From: "spec/platform.yaml"}.Holds(false, "at least one", "none")
	}
}

// attempt is a connection to try, and whether it must come about.
type attempt struct {
	from *corev1.Pod
	flow spec.Flow
	to   address
	open bool
}

// attemptsOf are those to the services of a namespace that have the flow's port
// and to each of their pods, past the service.
func attemptsOf(ctx SpecContext, flow spec.Flow, open bool) []attempt {
	GinkgoHelper()
	var attempts []attempt
	for _, to := range addresses(ctx, flow) {
		attempts = append(attempts, attempt{probes(ctx, flow.From)[0], flow, to, open})
	}
	return attempts
}

// try makes all attempts: first, and until they come about, those that must, since
// a network takes a moment to learn of a new pod; then those that must not, for as
// long as a passing state could last. Each kind is tried side by side.
func try(ctx SpecContext, attempts []attempt) {
	GinkgoHelper()
	seen, failed := make([]bool, len(attempts)), make([]error, len(attempts))
	for _, open := range []bool{true, false} {
		var wait sync.WaitGroup
		for i, a := range attempts {
			if a.open != open {
				continue
			}
			attempt := closedThroughout
			if open {
				attempt = openAtLast
			}
			wait.Go(func() { seen[i], failed[i] = attempt(ctx, a) })
		}
		wait.Wait()
	}
	for i, a := range attempts {
		subject := expect.Subject{
			What: fmt.Sprintf("from %s to %s (%s:%d): %s", a.flow.From, a.flow.To, a.to.host, a.to.port, a.flow.Why), From: "a pod of namespace " + a.flow.From,
		}
		subject.Works(failed[i])
		subject.Is(openness(seen[i]), openness(a.open))
	}
}

// openAtLast tries until a connection comes about.
func openAtLast(ctx context.Context, a attempt) (open bool, err error) {
	wait := kube.Poll{Every: timeouts.PollInterval.Duration, Within: timeouts.NetworkRules.Duration}
	_ = wait.Until(ctx, func(ctx context.Context) error { // what was seen last is judged by the caller
		now, failed := p.Cluster.Reach(ctx, a.from, a.to.host, a.to.port, shortly)
		if ctx.Err() != nil {
			return ctx.Err() // an attempt that is cut short tells nothing
		}
		if open, err = now, failed; err == nil && !open {
			return errors.New("closed")
		}
		return err
	})
	return open, err
}

// closedThroughout tries again and again, and ends with the first connection.
func closedThroughout(ctx context.Context, a attempt) (open bool, err error) {
	end := time.Now().Add(timeouts.StableFor.Duration)
	for !open && err == nil && time.Now().Before(end) {
		open, err = p.Cluster.Reach(ctx, a.from, a.to.host, a.to.port, timeouts.StableFor.Duration)
	}
	return open, err
}

// shortly is how long one attempt to connect may take where more follow.
const shortly = time.Second

func openness(open bool) string {
	if open {
		return "open"
	}
	return "closed"
}

type address struct {
	host string
	port int
}

// addresses are where a port of a namespace is reached: its service by name, and
// the service's pods by their own addresses.
func addresses(ctx SpecContext, flow spec.Flow) []address {
	GinkgoHelper()
	subject := expect.Subject{What: fmt.Sprintf("services of %s with port %d", flow.To, flow.Port), From: kubernetesAPI}
	var services corev1.ServiceList
	subject.Works(p.Cluster.List(ctx, &services, client.InNamespace(flow.To)))
	var found []address
	for _, service := range services.Items {
		if len(service.Spec.Selector) == 0 || service.Spec.ClusterIP == corev1.ClusterIPNone ||
			!slices.ContainsFunc(service.Spec.Ports, func(port corev1.ServicePort) bool { return int(port.Port) == flow.Port }) {
			continue
		}
		found = append(found, address{fmt.Sprintf("%s.%s.svc", service.Name, service.Namespace), flow.Port})
		var pods corev1.PodList
		subject.Works(p.Cluster.List(ctx, &pods, client.InNamespace(flow.To), client.MatchingLabels(service.Spec.Selector)))
		for _, pod := range pods.Items {
			if kube.PodReady(&pod) && pod.DeletionTimestamp == nil {
				found = append(found, address{pod.Status.PodIP, flow.Port})
			}
		}
	}
	if len(found) < 2 {
		subject.Holds(false, "one with a ready pod", fmt.Sprint(found))
	}
	return found
}
