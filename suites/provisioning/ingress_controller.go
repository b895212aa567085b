package provisioning

import (
	"net/http"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	appsv1 "k8s.io/api/apps/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"assay.dev/assay/harness/expect"
	"assay.dev/assay/harness/kube"
	"assay.dev/assay/spec"
)

// ingressNamespace is where the controller runs.
func ingressNamespace() string {
	GinkgoHelper()
	controller, ok := p.Spec.OfRole(spec.RoleIngress)
	if !ok {
		expect.Subject{What: "the ingress controller", From: "the specification's table infrastructure"}.AssertThat(false, "specified", "absent")
	}
	return controller.Namespace
}

var _ = p.Checks(func() {
	Describe("The ingress controller", func() {
		p.It("ingress.controller", func(ctx SpecContext) {
			var list appsv1.DeploymentList
			subject := expect.Subject{What: "deployments of namespace " + ingressNamespace(), From: kubernetesAPI}
			subject.NoError(p.Cluster.List(ctx, &list, client.InNamespace(ingressNamespace())))
			if len(list.Items) == 0 {
				subject.AssertThat(false, "at least one", "none")
			}
			for i := range list.Items {
				available(&list.Items[i])
			}
			answer, err := secure(ctx, p.Spec.Ingress.Host, p.Spec.Ingress.Paths[0].Request())
			door := expect.Subject{What: "the server that answers", From: "header Server of " + ingressController}
			door.NoError(err)
			door.AssertThat(strings.HasPrefix(strings.ToLower(answer.Header.Get("Server")), "nginx"), "nginx", answer.Header.Get("Server"))
		}, brief)

		p.It("ingress.class", expect.At(spec.Standard), func(ctx SpecContext) {
			class := named[networkingv1.IngressClass]("", p.Spec.Ingress.Class)
			get(ctx, class)
			expect.Subject{What: "controller of class " + class.Name, From: kubernetesAPI, Object: class}.
				AssertThat(class.Spec.Controller != "", "a controller", class.Spec.Controller)
			ingress := ingressOf(ctx)
			expect.Subject{What: "class of ingress " + ingress.Name, From: kubernetesAPI, Object: ingress}.Is(ptr.Deref(ingress.Spec.IngressClassName, ""), class.Name)

			// Two ingresses that differ in nothing but their class: one is served.
			routes := p.Spec.Ingress.Paths[:1]
			path := routes[0].Request()
			ours, nobodys := "assay-class-"+p.Unique()+".test", "assay-classless-"+p.Unique()+".test"
			publish(ctx, kube.NewIngress(p.Spec.Ingress.Namespace, nobodys, "assay-nobody", routes))
			publish(ctx, kube.NewIngress(p.Spec.Ingress.Namespace, ours, class.Name, routes))
			served(ctx, ours)
			answer, err := plain(ctx, ours, path)
			door := expect.Subject{What: "an ingress of class " + class.Name, From: ingressController}
			door.NoError(err)
			door.AssertThat(answer.Status == http.StatusOK, "HTTP 200", answer.String())
			Consistently(func(g Gomega, ctx SpecContext) {
				answer, err := plain(ctx, nobodys, path)
				g.Expect(err).NotTo(HaveOccurred())
				g.Expect(answer.Status).To(Equal(http.StatusNotFound), "an ingress of a class that is nobody's is served: %s", answer)
			}).WithContext(ctx).WithPolling(timeouts.PollInterval.Duration).WithTimeout(timeouts.StableFor.Duration).Should(Succeed())
		}, SpecTimeout(timeouts.IngressRoute.Duration+timeouts.SteadyState.Duration))

		p.It("ingress.redirect", func(ctx SpecContext) {
			host := p.Spec.Ingress.Host
			for _, route := range p.Spec.Ingress.Paths {
				path := route.Request()
				answer, err := plain(ctx, host, path)
				subject := expect.Subject{What: "http://" + host + path, From: ingressController}
				subject.NoError(err)
				subject.AssertThat(redirects(answer.Status), "a redirect", answer.String())
				location := answer.Header.Get("Location")
				ok := strings.HasPrefix(location, "https://"+host+"/") || strings.HasPrefix(location, "https://"+host+":")
				subject.AssertThat(ok && strings.HasSuffix(location, path), "a redirect to https of the same host and path", location)
			}
		}, brief)
	})
})

func redirects(status int) bool {
	switch status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return true
	}
	return false
}
