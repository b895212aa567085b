package provisioning

import (
	"fmt"
	"net"
	"strconv"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"assay.dev/assay/harness/expect"
	"assay.dev/assay/spec"
)

// apiVersions asks a broker for its API versions (request 18 of the Kafka
// protocol, version 0, no client id) and prints whether bytes came back.
const apiVersions = `exec 3<>/dev/tcp/%s/%d || exit 1
printf '\0\0\0\012\0\022\0\0\0\0\0\1\377\377' >&3
LC_ALL=C IFS= read -r -N 1 -t %d -u 3 answer && echo answered || echo silent`

// connects opens a connection to a broker.
const connects = `exec 3<>/dev/tcp/%s/%d && echo answered`

// describeListener is what has to be the same of a listener, as declared and specified.
func describeListener(name, kind, port, tls, authentication any) string {
	return fmt.Sprintf("%v: %v, port %v, TLS %v, authentication %q", name, kind, port, tls, fmt.Sprint(authentication))
}

var _ = p.Checks(func() {
	Describe("The listener of Kafka", expect.Requires(spec.KafkaAccess), func() {
		p.It("kafka.listeners", func(ctx SpecContext) {
			resource := kafkaResource(ctx)
			listeners, _, _ := unstructured.NestedSlice(resource.Object, "spec", "kafka", "listeners")
			var declared []string
			for _, entry := range listeners {
				listener, _ := entry.(map[string]any)
				authentication, _, _ := unstructured.NestedString(listener, "authentication", "type")
				declared = append(declared, describeListener(listener["name"], listener["type"], listener["port"], listener["tls"], authentication))
			}
			want := p.Spec.Kafka.Listener
			expect.Subject{What: "declared listeners", From: "Kafka " + p.Spec.Kafka.Name, Object: resource}.
				Is(declared, []string{describeListener(want.Name, want.Type, want.Port, want.TLS, want.Authentication)})

			for advertised := range strings.SplitSeq(kafka().brokerSetting("advertised.listeners"), ",") {
				_, address, _ := strings.Cut(advertised, "://")
				host, _, err := net.SplitHostPort(address)
				inside := err == nil && (strings.HasSuffix(host, "."+p.Spec.Kafka.Namespace+".svc") || strings.HasSuffix(host, ".svc.cluster.local"))
				expect.Subject{What: "advertised listener", From: kafkaBroker}.AssertThat(inside, "a name inside the cluster", advertised)
			}
			var services corev1.ServiceList
			subject := expect.Subject{What: "services of the Kafka cluster", From: kubernetesAPI}
			subject.NoError(p.Cluster.List(ctx, &services, client.InNamespace(p.Spec.Kafka.Namespace)))
			subject.AssertThat(len(services.Items) > 0, "at least one", strconv.Itoa(len(services.Items)))
			for _, service := range services.Items {
				expect.Subject{What: "type of service " + service.Name, From: kubernetesAPI, Object: &service}.
					Is(string(service.Spec.Type), string(corev1.ServiceTypeClusterIP))
			}
		}, brief)

		p.It("kafka.bootstrap", expect.At(spec.Standard), func(ctx SpecContext) {
			host, portText, err := net.SplitHostPort(p.Spec.Kafka.Bootstrap)
			subject := expect.Subject{What: "bootstrap address " + p.Spec.Kafka.Bootstrap, From: "a pod of an application's namespace, by its name and service address"}
			subject.NoError(err)
			port, err := strconv.Atoi(portText)
			subject.NoError(err)
			expect.Subject{What: "port of the bootstrap address", From: "spec/platform.yaml"}.Is(port, p.Spec.Kafka.Listener.Port)
			from := probes(ctx, p.Spec.DeploymentNamespaces()[0])[0]
			script := fmt.Sprintf(apiVersions, host, port, int(timeouts.HTTPRequest.Seconds()))
			if p.Spec.Kafka.Listener.TLS {
				// Bash speaks no TLS: it connects, and the suite's own client has spoken it.
				script = fmt.Sprintf(connects, host, port)
				kafka()
			}
			out, err := p.Cluster.Exec(ctx, from.Namespace, from.Name, "", "bash", "-c", script)
			subject.NoError(err)
			subject.Is(strings.TrimSpace(out), "answered")

			resource := kafkaResource(ctx)
			published, _, _ := unstructured.NestedSlice(resource.Object, "status", "listeners")
			var seen []string
			for _, entry := range published {
				listener, _ := entry.(map[string]any)
				seen = append(seen, fmt.Sprint(listener["bootstrapServers"]))
			}
			expect.Subject{What: "published bootstrap addresses", From: "status of Kafka " + p.Spec.Kafka.Name, Object: resource}.
				Is(seen, []string{p.Spec.Kafka.Bootstrap})
		}, SpecTimeout(timeouts.PodReady.Duration+timeouts.SteadyState.Duration))
	})
})
