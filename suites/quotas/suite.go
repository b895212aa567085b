// Package quotas judges what each namespace may use: the limits that are
// declared, that admission holds to them, and that the platform fits inside,
// while everything is being rolled out too.
package quotas

import (
	. "github.com/onsi/ginkgo/v2"

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
	p        = expect.Suite(spec.Quotas, &timeouts, &brief)
	timeouts spec.Timeouts
	// brief bounds a check that waits for nothing: a handful of requests.
	brief SpecTimeout
)

// Suite are the checks of this package; conformance.Run runs them.
var Suite = p

// resultText is what became of a request.
func resultText(err error) string {
	if err == nil {
		return "accepted"
	}
	return err.Error()
}
