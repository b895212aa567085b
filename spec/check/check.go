// Package check lets a Ginkgo suite name its checks by requirement.
//
//	var _ = check.It("KFK-003", func(ctx SpecContext) { … })
//
// The requirement's sentence is the check's name, and its ID, family, level,
// suite and targets are the labels that runs are filtered by.
package check

import (
	"github.com/onsi/ginkgo/v2"

	"assay.dev/assay/spec"
)

// It adds the check that proves a requirement. The other arguments are those of
// ginkgo.It. An unknown ID panics while the suite is being built, with the IDs
// nearby.
func It(id string, args ...any) bool {
	r := spec.Req(id)
	args = append([]any{ginkgo.Label(r.Labels()...), ginkgo.Offset(1)}, args...)
	return ginkgo.It(r.Text(), args...)
}
