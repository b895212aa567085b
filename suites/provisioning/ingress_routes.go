package provisioning

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"

	. "github.com/onsi/ginkgo/v2"
	networkingv1 "k8s.io/api/networking/v1"

	"assay.dev/assay/harness/expect"
	"assay.dev/assay/harness/kube"
	"assay.dev/assay/spec"
)

var _ = p.Checks(func() {
	Describe("Routes", expect.Requires(spec.IngressAddress), func() {
		expect.Each(p, "ingress.route.{path}", func(ctx SpecContext, want spec.Route) {
			reaches(ctx, "https", p.Spec.Ingress.Host, want, others(want))
		}, brief)

		p.It("ingress.longest-route", expect.At(spec.Standard), func(ctx SpecContext) {
			// One host for each order of the same routes; the specified ingress has but
			// one of them.
			turned := slices.Clone(p.Spec.Ingress.Paths)
			slices.Reverse(turned)
			for i, order := range [][]spec.Route{p.Spec.Ingress.Paths, turned} {
				host := fmt.Sprintf("assay-order-%d-%s.test", i, p.Unique())
				publish(ctx, kube.NewIngress(p.Spec.Ingress.Namespace, host, p.Spec.Ingress.Class, order))
				served(ctx, host)
				for _, want := range order {
					reaches(ctx, "http", host, want, others(want))
				}
			}
		}, SpecTimeout(timeouts.IngressRoute.Duration+timeouts.SteadyState.Duration))
	})
})

// others are the specified routes to other services.
func others(route spec.Route) []spec.Route {
	return slices.DeleteFunc(slices.Clone(p.Spec.Ingress.Paths), func(r spec.Route) bool { return r.Service == route.Service && r.Port == route.Port })
}

// reaches fails the check unless a path asked for through the ingress is
// answered as the service of the route itself answers it, and not as the other
// services do.
func reaches(ctx SpecContext, scheme, host string, want spec.Route, others []spec.Route) {
	GinkgoHelper()
	path := want.Request()
	itself := direct(ctx, want, path)
	expect.Subject{What: path + " of " + want.Service, From: "the service"}.
		AssertThat(itself.Status == http.StatusOK, "HTTP 200", itself.String())
	for _, other := range others {
		another := direct(ctx, other, path)
		if itself.Status == another.Status && bytes.Equal(itself.Body, another.Body) {
			expect.Subject{What: path + " of " + other.Service, From: "the service"}.
				AssertThat(false, "another answer than that of "+want.Service, another.String())
		}
	}
	subject := expect.Subject{What: fmt.Sprintf("%s://%s%s", scheme, host, path), From: ingressController}
	var answer kube.Answer
	var err error
	if scheme == "https" {
		answer, err = secure(ctx, host, path)
	} else {
		answer, err = plain(ctx, host, path)
	}
	subject.NoError(err)
	subject.AssertThat(answer.Status == itself.Status && bytes.Equal(answer.Body, itself.Body),
		fmt.Sprintf("the answer of %s:%d: %s", want.Service, want.Port, itself), answer.String())
}

// direct asks the service of a route past the ingress.
func direct(ctx SpecContext, route spec.Route, path string) kube.Answer {
	GinkgoHelper()
	answer, err := kube.Ask(ctx, p.Cluster.HTTP(timeouts.HTTPRequest.Duration), http.MethodGet,
		fmt.Sprintf("http://%s.%s.svc:%d%s", route.Service, p.Spec.Ingress.Namespace, route.Port, path), nil, "")
	expect.Subject{What: path + " of " + route.Service, From: "the service"}.NoError(err)
	return answer
}

// publish makes an ingress that lasts as long as the check.
func publish(ctx SpecContext, ingress *networkingv1.Ingress) {
	GinkgoHelper()
	subject := expect.Subject{What: "ingress " + ingress.Name, From: kubernetesAPI, Object: ingress}
	DeferCleanup(func(ctx SpecContext) {
		subject.NoError(p.Cluster.Remove(ctx, ingress, timeouts.ObjectDeleted.Duration))
	},
		NodeTimeout(timeouts.ObjectDeleted.Duration))
	subject.NoError(p.Cluster.Create(ctx, ingress))
}

// served waits until the controller serves a host by HTTP.
func served(ctx SpecContext, host string) {
	GinkgoHelper()
	path := p.Spec.Ingress.Paths[0].Request()
	expect.Subject{What: "http://" + host + path, From: ingressController}.NoError(kube.AwaitServed(ctx, p.Run.Ingress.HTTP, host, path, timeouts))
}
