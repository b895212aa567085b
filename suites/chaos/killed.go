package chaos

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"assay.dev/assay/harness/expect"
	"assay.dev/assay/harness/fault"
	"assay.dev/assay/harness/runs/run"
	"assay.dev/assay/spec"
)

// Faults of each way of undoing: a resource of Chaos Mesh, a copy, a process, a
// scale, a node.
var killedIn = []spec.FaultAction{"partition", "expired-tls-secret", "health-blip", "scale-to-zero", "node-pause"}

var _ = p.Checks(func() {
	Describe("A suite that is killed in the middle of a fault", Serial, Label(disruptive, string(spec.Chaos)), expect.At(spec.Breaking), func() {
		for _, action := range killedIn {
			i := slices.IndexFunc(p.Spec.Faults, func(f spec.Fault) bool { return f.Action == action })
			if i < 0 {
				continue // no fault of the specification is undone in this way
			}
			name := p.Spec.Faults[i].Name
			It("leaves nothing that healing does not remove: "+name, func(ctx SpecContext) {
				forgetLaboratory(ctx)
				DeferCleanup(forgetLaboratory, NodeTimeout(timeouts.NamespaceDeleted.Duration))
				killInTheMiddle(ctx, name)

				cleaner := &laboratory{}
				cleaner.Lab = newLab(ctx)
				cleaned, err := cleaner.Cleanup(ctx)
				Expect(err).NotTo(HaveOccurred())
				expect.RecordEvidence(expect.Evidence{What: "what a killed suite left", From: "journal of faults and pods", Seen: join(cleaned)})
				Expect(cleaned.Faults).To(ConsistOf(name))
				Expect(cleaned.Found).NotTo(BeEmpty(), "the suite was killed before it broke anything")
				again, err := cleaner.Cleanup(ctx)
				Expect(err).NotTo(HaveOccurred())
				Expect(again.Clean()).To(BeTrue(), "something was left after healing: %s", join(again))
			}, SpecTimeout(bound(p.Spec.Faults[i])))
		}
	})
})

// forgetLaboratory lets the next check make a laboratory of its own: the suite that
// is killed cleans the platform up first, and with it the canaries of this one.
func forgetLaboratory(ctx context.Context) {
	if shared.canaries != nil {
		Expect(shared.canaries.Close(ctx)).To(Succeed())
	}
	once, shared = sync.Once{}, laboratory{}
}

// killInTheMiddle runs this suite with one fault alone and kills it when the fault
// has had its effect.
func killInTheMiddle(ctx context.Context, name string) {
	GinkgoHelper()
	own, err := run.Create(filepath.Join(p.Run.Path(), "killed"), run.Run{
		ID: name, Started: time.Now(), Seed: p.Run.Seed, Target: p.Run.Target, Ingress: p.Run.Ingress, ClusterUID: p.Run.ClusterUID,
	})
	Expect(err).NotTo(HaveOccurred())
	log, err := os.Create(own.Path("suite.log"))
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(log.Close)
	suite := exec.CommandContext(ctx, os.Args[0], "-ginkgo.label-filter="+name, "-ginkgo.no-color", "-ginkgo.v")
	// What it does is no progress of this suite, and nobody answers when it would pause.
	suite.Env = append(os.Environ(), run.DirEnv+"="+own.Path(), run.HolderEnv+"="+strconv.Itoa(os.Getpid()), run.ProgressEnv+"=", run.HoldEnv+"=")
	suite.Stdout, suite.Stderr = log, log
	suite.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	Expect(suite.Start()).To(Succeed())
	ended := make(chan error, 1)
	go func() { ended <- suite.Wait() }()
	DeferCleanup(func() { _ = syscall.Kill(-suite.Process.Pid, syscall.SIGKILL) })
	Eventually(func(g Gomega) {
		g.Expect(ended).NotTo(Receive(), "the suite ended by itself, see %s", log.Name())
		left, err := newLab(ctx).Open(ctx)
		g.Expect(err).NotTo(HaveOccurred())
		g.Expect(left).NotTo(BeEmpty(), "nothing is broken")
	}).WithContext(ctx).WithPolling(timeouts.PollInterval.Duration).
		WithTimeout(timeouts.NamespaceDeleted.Duration + 2*timeouts.SteadyState.Duration).Should(Succeed())
	Expect(syscall.Kill(-suite.Process.Pid, syscall.SIGKILL)).To(Succeed())
	Eventually(ended).WithContext(ctx).WithTimeout(timeouts.APIRequest.Duration).Should(Receive())
}

// newLab is a laboratory that has not been prepared.
func newLab(ctx context.Context) *fault.Lab {
	return &fault.Lab{Cluster: p.Cluster, Spec: p.Spec, Ingress: p.Run.Ingress, Nodes: p.Nodes(ctx)}
}
