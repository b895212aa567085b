package provisioning

import (
	"fmt"
	"net/http"

	. "github.com/onsi/ginkgo/v2"
	networkingv1 "k8s.io/api/networking/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"assay.dev/assay/harness/expect"
	"assay.dev/assay/harness/kube"
	"assay.dev/assay/harness/record/observe"
)

var _ = p.Checks(func() {
	Describe("The ingress", func() {
		p.It("ingress.exists", func(ctx SpecContext) {
			ingress := ingressOf(ctx)
			expect.Subject{What: "ingress", From: kubernetesAPI, Object: ingress}.
				Is(ingress.Namespace+"/"+ingress.Name, p.Spec.Ingress.Namespace+"/"+p.Spec.Ingress.Name)
		}, brief)

		p.It("ingress.host", func(ctx SpecContext) {
			host, path := p.Spec.Ingress.Host, p.Spec.Ingress.Paths[0].Request()
			var list networkingv1.IngressList
			subject := expect.Subject{What: "hosts of the ingresses beside it, but those that suites made", From: kubernetesAPI}
			subject.NoError(p.Cluster.List(ctx, &list, client.InNamespace(p.Spec.Ingress.Namespace)))
			var hosts []string
			for _, ingress := range list.Items {
				if ingress.Labels[kube.ManagedByLabel] == kube.ManagedBy {
					continue
				}
				for _, rule := range ingress.Spec.Rules {
					hosts = append(hosts, rule.Host)
				}
				if ingress.Spec.DefaultBackend != nil {
					hosts = append(hosts, "any (default backend)")
				}
			}
			subject.Is(hosts, []string{host})

			answer, err := secure(ctx, host, path)
			served := expect.Subject{What: "https://" + host + path, From: ingressController}
			served.NoError(err)
			served.AssertThat(answer.Status == http.StatusOK, "HTTP 200", answer.String())
			for _, other := range []string{"other-" + host, "www." + host, "localhost"} {
				answer, err := secure(ctx, other, path)
				expect.Subject{What: "https://" + other + path, From: ingressController}.
					AssertThat(unserved(answer, err), "a refused handshake, or HTTP 404 or 421", answered(answer, err))
				answer, err = plain(ctx, other, path)
				expect.Subject{What: "http://" + other + path, From: ingressController}.
					AssertThat(unserved(answer, err), "HTTP 404 or 421", answered(answer, err))
			}
		}, brief)

		p.It("ingress.routes", func(ctx SpecContext) {
			ingress := ingressOf(ctx)
			var want, seen []string
			for _, path := range p.Spec.Ingress.Paths {
				want = append(want, fmt.Sprintf("%s%s → %s:%d", p.Spec.Ingress.Host, path.Path, path.Service, path.Port))
			}
			for _, rule := range ingress.Spec.Rules {
				if rule.HTTP == nil {
					continue
				}
				for _, path := range rule.HTTP.Paths {
					backend := "no service"
					if service := path.Backend.Service; service != nil {
						backend = fmt.Sprintf("%s:%d%s", service.Name, service.Port.Number, service.Port.Name)
					}
					seen = append(seen, fmt.Sprintf("%s%s → %s", rule.Host, path.Path, backend))
				}
			}
			if ingress.Spec.DefaultBackend != nil {
				seen = append(seen, "anything else → a default backend")
			}
			expect.Subject{What: "routes", From: kubernetesAPI, Object: ingress}.Is(seen, want)
		}, brief)
	})
})

// unserved reports whether the controller has nothing for a host. Not even a
// redirect: that would be a promise to serve it.
func unserved(answer kube.Answer, err error) bool {
	if err != nil {
		return observe.RefusedHandshake(err)
	}
	return answer.Status == http.StatusNotFound || answer.Status == http.StatusMisdirectedRequest
}

// answered is an answer or the error in its place as text.
func answered(answer kube.Answer, err error) string {
	if err != nil {
		return err.Error()
	}
	return answer.String()
}
