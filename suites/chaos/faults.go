package chaos

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"assay.dev/assay/harness/expect"
	"assay.dev/assay/harness/experiment"
	"assay.dev/assay/harness/fault"
	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/judge"
	"assay.dev/assay/harness/record/traffic"
	"assay.dev/assay/harness/runs/recordings"
	"assay.dev/assay/spec"
)

var _ = p.Checks(func() {
	Describe("Faults", Serial, expect.At(spec.Breaking), expect.Requires(spec.IngressAddress), expect.Requires(spec.KafkaAccess), func() {
		for _, f := range p.Spec.Faults {
			labels := Label(disruptive, f.Name)
			if f.Core {
				labels = append(labels, core)
			}
			p.It(f.Requirement, func(ctx SpecContext) { survives(ctx, f) }, labels, SpecTimeout(bound(f)))
		}
	})
})

// bound is the sum of the bounds of what an experiment does.
func bound(f spec.Fault) time.Duration {
	return timeouts.NamespaceDeleted.Duration + 2*timeouts.SteadyState.Duration + timeouts.FaultEffect.Duration +
		f.Hold.Duration + 2*timeouts.FaultResidue.Duration + timeouts.Recovery.Duration + 2*timeouts.Drain.Duration
}

// survives injects a fault under traffic and wants a verdict that is pass.
func survives(ctx context.Context, f spec.Fault) {
	GinkgoHelper()
	dir := p.Run.Path("history", f.Name)
	if !p.Recorded() {
		record(ctx, f)
	} else if !recordings.Has(p.Run.Path(), f.Name) {
		Skip("the run has no experiment with " + f.Name)
	}
	judgeSurvival(f, dir)
}

// record runs the experiment with a fault.
func record(ctx context.Context, f spec.Fault) {
	GinkgoHelper()
	lab := lab(ctx)
	made, err := fault.New(lab.Lab, f.Name)
	if none := (*fault.NotApplicable)(nil); errors.As(err, &none) {
		Skip(none.Error())
	}
	Expect(err).NotTo(HaveOccurred())
	var missing *fault.Missing
	if err := made.Available(ctx); errors.As(err, &missing) {
		p.RequireCapability(missing.Capability)
	} else {
		Expect(err).NotTo(HaveOccurred())
	}
	live := &experiment.Live{
		Cluster: p.Cluster, Spec: p.Spec, Run: p.Run, Name: f.Name,
		Profile: traffic.WithFault(p.Spec, p.Run.Seed), Streams: traffic.Streams(p.Spec, p.Run.Seed),
	}
	if involved, ok := made.(fault.Involved); ok {
		involved.Involve(live)
	}
	// A run in self-test mode must turn red, or the green of others is worth nothing.
	made, err = fault.SelfTest(made, os.Getenv(fault.SelfTestEnv))
	Expect(err).NotTo(HaveOccurred())
	_, err = (&experiment.Experiment{
		Fault: made, Flow: live, Health: experiment.Pods{Cluster: p.Cluster, Spec: p.Spec}, Guard: lab.canaries,
		Hold: f.Hold.Duration, Timeouts: timeouts, Requirement: f.Requirement,
	}).Run(ctx)
	Expect(err).NotTo(HaveOccurred())
}

// judgeSurvival judges the experiment with a fault as it is on disk.
func judgeSurvival(f spec.Fault, dir string) {
	GinkgoHelper()
	seen, err := history.Open(dir)
	Expect(err).NotTo(HaveOccurred())
	Expect(seen.Faults).To(HaveLen(1), "faults in the history of %s", f.Name)
	entry := seen.Faults[0]
	recordFault(entry)
	verdict, err := experiment.Judge(dir, experiment.Rules(p.Spec))
	Expect(err).NotTo(HaveOccurred())
	recordVerdict(f, verdict)
	Expect(verdict.Result).To(Equal(judge.Pass), "%s: %v", verdict.Result, verdict.Reasons)
	Expect(entry.Error).To(BeEmpty(), "what went wrong beside the verdict")
}

// recordVerdict keeps where the events ended.
func recordVerdict(f spec.Fault, verdict *judge.Verdict) {
	t := verdict.Totals
	expect.RecordEvidence(expect.Evidence{
		What: "events under " + f.Name, From: "history " + verdict.Experiment, Expected: "every accepted event accounted for",
		Seen: fmt.Sprintf("%d accepted, %d found beside; %d processed, %d failed, %d expired, %d queued, %d lost; %d duplicated; %d refused and %d unknown attempts",
			t.Accepted, t.Found, t.Processed, t.Failed, t.Expired, t.Queued, t.Lost, t.Duplicated, t.Refused, t.Unknown),
	})
}
