// Package quotas_test judges what each namespace may use: the limits that are
// declared, that admission holds to them, and that the platform fits inside,
// while everything is being rolled out too.
package quotas_test

import (
	"fmt"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"assay.dev/assay/harness/expect"
	"assay.dev/assay/spec"
)

// kubernetesAPI is where objects are read from; admission is what answers to a
// pod that is created.
const (
	kubernetesAPI = "Kubernetes API"
	admission     = "admission"
)

var (
	p        = expect.Suite(spec.Quotas)
	timeouts = spec.Current().Timeouts
	// brief bounds a check that waits for nothing: a handful of requests.
	brief = SpecTimeout(timeouts.SteadyState.Duration)
)

// TestQuotas runs the suite.
func TestQuotas(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "Quotas")
}

// unique is a part of names that no other run and no other process of this one
// uses.
func unique() string {
	return fmt.Sprintf("%x-%d", p.Run.Seed&0xffffff, GinkgoParallelProcess())
}

// outcome is what became of a request.
func outcome(err error) string {
	if err == nil {
		return "accepted"
	}
	return err.Error()
}
