// Package platform_test is the acceptance of the platform itself, before any
// requirement is evaluated on it: that what was brought up is the real thing and
// works. It runs on the platform that `make up` left.
package platform_test

import (
	"os"
	"path/filepath"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"assay.dev/assay/harness/expect"
	"assay.dev/assay/harness/kube"
	"assay.dev/assay/harness/platform"
	"assay.dev/assay/spec"
)

var (
	suite    = &expect.Registry{Prepare: func(s *spec.Spec) { timeouts = s.Timeouts }}
	cluster  *kube.Cluster
	timeouts spec.Timeouts
)

func TestPlatform(t *testing.T) {
	suite.RunSuite(t, "Platform")
}

var _ = suite.Checks(func() {
	BeforeSuite(func(ctx SpecContext) {
		repo, err := filepath.Abs(filepath.Join("..", ".."))
		Expect(err).NotTo(HaveOccurred())
		p, err := platform.New(repo, suite.Spec, os.Stderr, false)
		Expect(err).NotTo(HaveOccurred())
		cluster, err = p.Connect(ctx)
		Expect(err).NotTo(HaveOccurred())
		_, err = expect.Hold(ctx, p, cluster, "the platform's acceptance")
		Expect(err).NotTo(HaveOccurred())
	}, NodeTimeout(timeouts.SteadyState.Duration))
})

// probeNamespace makes a namespace for a check's own objects and removes it with
// all that is in it when the check ends.
func probeNamespace(ctx SpecContext, annotations map[string]string) string {
	GinkgoHelper()
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{
		GenerateName: "assay-probe-", Annotations: annotations,
		Labels: map[string]string{"app.kubernetes.io/managed-by": "assay"},
	}}
	Expect(cluster.Create(ctx, namespace)).To(Succeed())
	DeferCleanup(func(ctx SpecContext) {
		Expect(cluster.Remove(ctx, namespace, timeouts.NamespaceDeleted.Duration)).To(Succeed())
	}, NodeTimeout(timeouts.NamespaceDeleted.Duration))
	return namespace.Name
}
