package provisioning

import (
	"crypto/tls"
	"fmt"
	"net"

	. "github.com/onsi/ginkgo/v2"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"assay.dev/assay/harness/expect"
)

var _ = p.Checks(func() {
	Describe("The load balancer", func() {
		p.It("ingress.balancer", func(ctx SpecContext) {
			var list corev1.ServiceList
			subject := expect.Subject{What: "services of type LoadBalancer in " + ingressNamespace(), From: kubernetesAPI, Object: &list}
			subject.NoError(p.Cluster.List(ctx, &list, client.InNamespace(ingressNamespace())))
			var balanced []corev1.Service
			for _, service := range list.Items {
				if service.Spec.Type == corev1.ServiceTypeLoadBalancer {
					balanced = append(balanced, service)
				}
			}
			subject.Is(len(balanced), 1)
			service := balanced[0]
			addresses := service.Status.LoadBalancer.Ingress
			given := expect.Subject{What: "address of service " + service.Name, From: "the cloud's controller", Object: &service}
			given.AssertThat(len(addresses) > 0 && addresses[0].IP != "", "an address", fmt.Sprint(addresses))

			// Whoever answers there has to be the controller: it has the certificate.
			host := p.Spec.Ingress.Host
			dialer := tls.Dialer{
				NetDialer: &net.Dialer{Timeout: timeouts.HTTPRequest.Duration},
				Config:    &tls.Config{ServerName: host, RootCAs: authorities(ctx)},
			}
			connection, err := dialer.DialContext(ctx, "tcp", net.JoinHostPort(addresses[0].IP, "443"))
			const answers = "answers with the certificate of the ingress"
			expect.Subject{What: "TLS at " + addresses[0].IP, From: "the load balancer"}.AssertThat(err == nil, answers, resultOf(err, answers))
			_ = connection.Close()
		}, brief)
	})
})
