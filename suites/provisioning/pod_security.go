package provisioning

import (
	"strings"

	. "github.com/onsi/ginkgo/v2"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"assay.dev/assay/harness/expect"
	"assay.dev/assay/harness/kube"
	"assay.dev/assay/spec"
)

// enforceLabel is the label by which a namespace enforces a Pod Security level.
const enforceLabel = "pod-security.kubernetes.io/enforce"

var _ = p.Checks(func() {
	Describe("Pod Security", expect.At(spec.Standard), func() {
		p.It("namespace.pod-security", func(ctx SpecContext) {
			for _, want := range p.Spec.Namespaces {
				namespace := namespaceOf(ctx, want.Name)
				expect.Subject{What: "Pod Security level of namespace " + want.Name, From: "its label", Object: namespace}.
					Is(namespace.Labels[enforceLabel], string(want.PodSecurity))

				// The label is a wish; what admission answers is the fact. A dry run
				// goes through admission and leaves nothing.
				allowed := kube.ProbePod(want.Name, "assay-allowed")
				expect.Subject{What: "a pod without privileges in " + want.Name, From: "admission", Object: allowed}.
					NoError(p.Cluster.Create(ctx, allowed, client.DryRunAll))
				privileged := kube.ProbePod(want.Name, "assay-privileged")
				privileged.Spec.HostNetwork = true
				privileged.Spec.Containers[0].SecurityContext.Privileged = ptr.To(true)
				privileged.Spec.Containers[0].SecurityContext.AllowPrivilegeEscalation = ptr.To(true)
				err := p.Cluster.Create(ctx, privileged, client.DryRunAll)
				refused := apierrors.IsForbidden(err) && strings.Contains(err.Error(), "violates PodSecurity")
				expect.Subject{What: "a privileged pod in " + want.Name, From: "admission", Object: privileged}.
					AssertThat(refused, "refused by PodSecurity", resultText(err))
			}
		}, brief)
	})
})

// resultText is what became of a request.
func resultText(err error) string {
	if err == nil {
		return "accepted"
	}
	return err.Error()
}
