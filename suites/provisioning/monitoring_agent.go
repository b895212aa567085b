package provisioning

import (
	"fmt"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	appsv1 "k8s.io/api/apps/v1"

	"assay.dev/assay/harness/expect"
)

var _ = p.Checks(func() {
	Describe("The logging agent", func() {
		p.It("monitoring.logging-agent", func(ctx SpecContext) {
			var list appsv1.DaemonSetList
			subject := expect.Subject{What: "logging agents of OCI", From: kubernetesAPI}
			subject.NoError(p.Cluster.List(ctx, &list))
			found := 0
			for _, set := range list.Items {
				if !isLoggingAgent(&set) {
					continue
				}
				found++
				expect.Subject{What: "namespace of " + set.Name, From: kubernetesAPI, Object: &set}.Is(set.Namespace, metricsServer().Namespace)
				expect.Subject{What: "ready pods of " + set.Name, From: kubernetesAPI, Object: &set}.
					Is(set.Status.NumberReady, set.Status.DesiredNumberScheduled)
			}
			expect.RecordEvidence(expect.Evidence{What: subject.What, From: subject.From, Seen: fmt.Sprint(found)})
			if found == 0 {
				Skip("the logging agent is optional and not deployed")
			}
		}, brief)
	})
})

// isLoggingAgent recognises the agent by its image: OCI's is a build of fluentd.
func isLoggingAgent(set *appsv1.DaemonSet) bool {
	for _, c := range set.Spec.Template.Spec.Containers {
		for _, part := range []string{"fluentd", "unified-monitoring-agent", "oci-logging"} {
			if strings.Contains(c.Image, part) {
				return true
			}
		}
	}
	return false
}
