package chaos_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"assay.dev/assay/harness/expect"
	"assay.dev/assay/harness/experiment"
	"assay.dev/assay/harness/fault"
	"assay.dev/assay/harness/judge"
	"assay.dev/assay/spec"
	"assay.dev/assay/spec/check"
)

// sabotageEnv takes the injection or the recovery out of every fault: a run with
// it must turn red, or its green is worth nothing.
const sabotageEnv = "ASSAY_SABOTAGE"

// How long faults last after their effect was seen. A kill is over at once. An
// outage is longer than what inbound retries bridge, and than any client's timeout.
const (
	killHold   = 0
	outageHold = 20 * time.Second
	// blipHold is less than the ten seconds that the requirement names, its proof
	// and its recovery included.
	blipHold = 5 * time.Second
	// freezeHold is longer than a node may be silent until it counts as gone.
	freezeHold = 60 * time.Second
)

// holds are those that differ from an outage's.
var holds = map[string]time.Duration{
	"app-pod-kill": killHold, "app-container-kill": killHold, "daprd-container-kill": killHold,
	"broker-pod-kill": killHold, "zookeeper-pod-kill": killHold, "strimzi-operator-kill": killHold,
	"dapr-operator-kill": killHold, "dapr-placement-kill": killHold, "dapr-scheduler-kill": killHold,
	"dapr-sentry-kill": killHold, "dapr-injector-kill": killHold, "ingress-controller-kill": killHold,
	"app-health-blip": blipHold, "node-stop": freezeHold,
}

// coreFaults hit each part of the platform once.
var coreFaults = []string{
	"app-pod-kill", "daprd-container-kill", "broker-pod-kill", "ingress-controller-kill",
	"partition-workers-kafka", "partition-app-statestore", "network-loss", "postgresql-outage",
}

var _ = Describe("Faults", Serial, func() {
	for _, f := range spec.Current().Faults {
		labels := Label(disruptive, f.Name)
		if slices.Contains(coreFaults, f.Name) {
			labels = append(labels, core)
		}
		check.It(f.Requirement, func(ctx SpecContext) { survives(ctx, f) }, labels, SpecTimeout(bound(f)))
	}
})

func hold(f spec.Fault) time.Duration {
	if differs, ok := holds[f.Name]; ok {
		return differs
	}
	return outageHold
}

// bound is the sum of the bounds of what an experiment does.
func bound(f spec.Fault) time.Duration {
	return timeouts.NamespaceDeleted.Duration + 2*timeouts.SteadyState.Duration + timeouts.FaultEffect.Duration +
		hold(f) + 2*timeouts.FaultResidue.Duration + timeouts.Recovery.Duration + 2*timeouts.Drain.Duration
}

// survives injects a fault under traffic and wants a verdict that is pass.
func survives(ctx context.Context, f spec.Fault) {
	GinkgoHelper()
	lab := lab(ctx)
	made, err := fault.New(lab.Lab, f.Name)
	Expect(err).NotTo(HaveOccurred())
	var missing *fault.Missing
	if err := made.Available(ctx); errors.As(err, &missing) {
		p.Needs(missing.Capability)
	} else {
		Expect(err).NotTo(HaveOccurred())
	}
	made, err = fault.Sabotage(made, os.Getenv(sabotageEnv))
	Expect(err).NotTo(HaveOccurred())
	live := &experiment.Live{Cluster: p.Cluster, Spec: p.Spec, Run: p.Run, Name: f.Name, Profile: experiment.Load(p.Run.Seed)}
	entry, err := (&experiment.Experiment{
		Fault: made, Flow: live, Health: experiment.Pods{Cluster: p.Cluster, Spec: p.Spec}, Guard: lab.canaries,
		Hold: hold(f), Timeouts: timeouts, Requirement: f.Requirement,
	}).Run(ctx)
	Expect(err).NotTo(HaveOccurred())
	sawFault(entry)
	verdict, err := experiment.Judge(live.Dir(), experiment.Rules(p.Spec))
	Expect(err).NotTo(HaveOccurred())
	sawVerdict(f, verdict)
	Expect(verdict.Result).To(Equal(judge.Pass), "%s: %v", verdict.Result, verdict.Reasons)
	Expect(entry.Error).To(BeEmpty(), "what went wrong beside the verdict")
}

// sawVerdict keeps where the events ended.
func sawVerdict(f spec.Fault, verdict *judge.Verdict) {
	t := verdict.Totals
	expect.Saw(expect.Evidence{
		What: "events under " + f.Name, From: "history " + verdict.Experiment, Expected: "every accepted event accounted for",
		Seen: fmt.Sprintf("%d accepted, %d found beside; %d processed, %d failed, %d expired, %d queued, %d lost; %d duplicated; %d refused and %d unknown attempts",
			t.Accepted, t.Found, t.Processed, t.Failed, t.Expired, t.Queued, t.Lost, t.Duplicated, t.Refused, t.Unknown),
	})
}
