// Package platform judges a platform from a module of its own, as a team does.
package platform

import (
	"os"
	"testing"

	"assay.dev/assay/conformance"
	"assay.dev/assay/suites/quotas"
)

// TestQuotas judges the cluster that the environment names by a specification of our own.
func TestQuotas(t *testing.T) {
	report := conformance.Run(t, quotas.Suite, conformance.Options{
		Spec:       os.DirFS(os.Getenv("PLATFORM_SPEC")),
		Kubeconfig: os.Getenv("PLATFORM_KUBECONFIG"),
		ClusterUID: os.Getenv("PLATFORM_UID"),
		Ingress:    conformance.Ingress{HTTP: os.Getenv("PLATFORM_HTTP"), HTTPS: os.Getenv("PLATFORM_HTTPS")},
		ReportDir:  "runs",
	})
	for _, one := range report.Requirements {
		t.Logf("%s: %s %s", one.ID, one.Result, one.Reason)
	}
}
