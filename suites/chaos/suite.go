// Package chaos breaks the platform under traffic, fault by fault, and judges
// what it guarantees meanwhile and how it comes back.
package chaos

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"assay.dev/assay/harness/expect"
	"assay.dev/assay/harness/experiment"
	"assay.dev/assay/harness/fault"
	"assay.dev/assay/spec"
)

// Labels of the checks: all of them break things, and those in core are the
// subset that runs with every judgement of the platform.
const (
	disruptive = "disruptive"
	core       = "core"
)

var (
	p        = expect.Suite(spec.Chaos, &timeouts)
	timeouts spec.Timeouts
)

// Suite are the checks of this package; conformance.Run runs them.
var Suite = p

// laboratory is what all checks share: it is made by the first of them.
type laboratory struct {
	*fault.Lab
	canaries *experiment.Canaries
	err      error
}

var (
	once   sync.Once
	shared laboratory
)

// lab returns the laboratory, on a platform that is cleaned up of what earlier runs
// left.
func lab(ctx context.Context) *laboratory {
	GinkgoHelper()
	once.Do(func() { shared.err = shared.open(ctx) })
	Expect(shared.err).NotTo(HaveOccurred())
	return &shared
}

// open cleans the platform up, finds out what the target can do, and sets out the
// canaries.
func (l *laboratory) open(ctx context.Context) error {
	l.Lab = newLab(ctx)
	cleaned, err := l.Cleanup(ctx)
	if !cleaned.Clean() {
		AddReportEntry("cleaned up before the run", join(cleaned))
	}
	if err != nil {
		return fmt.Errorf("clean up before the next fault: %w", err)
	}
	if err := l.FindOut(ctx); err != nil {
		return err
	}
	p.Run.Unsupported = l.Unsupported
	l.canaries, err = experiment.NewCanaries(ctx, p.Cluster, timeouts)
	return errors.Join(err, p.Run.Save())
}

// join is what was cleaned up, for people.
func join(cleaned fault.Cleaned) string {
	return fmt.Sprintf("faults %s; found %s; stuck %s", strings.Join(cleaned.Faults, ", "),
		strings.Join(cleaned.Found, ", "), strings.Join(cleaned.Stuck, ", "))
}

// Nothing is left of a suite, however its checks ended.
var _ = p.Checks(func() {
	AfterSuite(func(ctx SpecContext) {
		if shared.Lab == nil {
			return
		}
		var problems []error
		if shared.canaries != nil {
			problems = append(problems, shared.canaries.Close(ctx))
		}
		cleaned, err := shared.Cleanup(ctx)
		Expect(errors.Join(append(problems, err)...)).NotTo(HaveOccurred())
		Expect(cleaned.Clean()).To(BeTrue(), "the suite left something behind: %s", join(cleaned))
	}, NodeTimeout(timeouts.NamespaceDeleted.Duration+2*timeouts.FaultResidue.Duration))
})
