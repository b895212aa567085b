// Package expect joins the harness and Ginkgo: it hands the platform to a suite,
// keeps evidence and reports, and skips what the target cannot do. It is the only
// package of the harness that knows Ginkgo.
package expect

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/gomega"

	"assay.dev/assay/harness/kube"
	"assay.dev/assay/harness/platform"
	"assay.dev/assay/harness/runs/recordings"
	"assay.dev/assay/harness/runs/run"
	"assay.dev/assay/spec"
)

// Platform is what a suite judges. Its fields are set before the first check runs.
type Platform struct {
	Registry
	Run     *run.Run
	Cluster *kube.Cluster

	name     spec.Suite
	settings Settings
	report   ginkgo.Report
	up       *platform.Platform
}

// handover is what the first process of a suite tells the others.
type handover struct {
	Run string `json:"run"`
}

// Suite returns the platform that the checks of a suite judge. Before any check is made,
// timeouts become those of the specification, and each brief the bound of a check that
// waits for nothing: a handful of requests.
func Suite(name spec.Suite, timeouts *spec.Timeouts, brief ...*ginkgo.SpecTimeout) *Platform {
	p := &Platform{name: name}
	p.Prepare = func(s *spec.Spec) {
		*timeouts = s.Timeouts
		for _, bound := range brief {
			*bound = ginkgo.SpecTimeout(s.Timeouts.SteadyState.Duration)
		}
	}
	p.Checks(func() { p.connects(name) })
	return p
}

// Name is what runs, reports and `assay test` call the suite.
func (p *Platform) Name() spec.Suite { return p.name }

// connects connects a suite to the platform that is up: one process makes or joins
// the run and hands it over, every process connects, each check that fails leaves
// diagnostics, and what Ginkgo reports at the end is kept in the run as
// ginkgo/<name>.json.
func (p *Platform) connects(name spec.Suite) {
	limit := ginkgo.NodeTimeout(p.Spec.Timeouts.SteadyState.Duration)
	ginkgo.SynchronizedBeforeSuite(func(ctx ginkgo.SpecContext) []byte {
		gomega.Expect(p.connect(ctx)).To(gomega.Succeed())
		joined, err := p.join(ctx)
		gomega.Expect(err).NotTo(gomega.HaveOccurred())
		shared, err := json.Marshal(handover{Run: joined.Path()})
		gomega.Expect(err).NotTo(gomega.HaveOccurred())
		return shared
	}, func(ctx ginkgo.SpecContext, shared []byte) {
		var h handover
		gomega.Expect(json.Unmarshal(shared, &h)).To(gomega.Succeed())
		if p.Cluster == nil {
			gomega.Expect(p.connect(ctx)).To(gomega.Succeed())
		}
		gomega.Expect(endWithHolder()).To(gomega.Succeed())
		var err error
		p.Run, err = run.Open(h.Run)
		gomega.Expect(err).NotTo(gomega.HaveOccurred())
	}, limit)
	p.progress(name)
	ginkgo.BeforeEach(p.applies)
	p.diagnose()
	ginkgo.ReportAfterSuite("save the report of "+string(name), func(report ginkgo.Report) {
		p.report = report
		gomega.Expect(p.save(name, report)).To(gomega.Succeed())
	})
}

// applies skips the running check if the cluster lacks what it needs, or if none of the
// requirements that it claims can be proven on the target of the run.
func (p *Platform) applies() {
	labels := ginkgo.CurrentSpecReport().Labels()
	for _, capability := range required(labels) {
		if reason, missing := p.Run.Unsupported[capability]; missing {
			ginkgo.Skip(fmt.Sprintf("missing capability %s: %s", capability, reason))
		}
	}
	var targets []spec.Target
	for _, label := range labels {
		if r, ok := p.Spec.Lookup(label); ok {
			if r.On(p.Run.Target) {
				return
			}
			targets = append(targets, r.Targets...)
		}
	}
	if len(targets) > 0 {
		ginkgo.Skip(fmt.Sprintf("not a requirement of target %s but of %v", p.Run.Target, targets))
	}
}

// connect connects to the platform that is up, after it has shown to be ours.
func (p *Platform) connect(ctx context.Context) error {
	if p.Recorded() {
		return nil
	}
	repo, err := p.repository()
	if err != nil {
		return err
	}
	if p.up, err = platform.New(repo, p.Spec, os.Stderr, false); err != nil {
		return err
	}
	p.up.Ingress = p.settings.Ingress
	p.Cluster, err = p.up.Connect(ctx)
	return err
}

// Helm runs helm on the platform's releases and returns what it said when it failed.
func (p *Platform) Helm(ctx context.Context, args ...string) error {
	var out bytes.Buffer
	if err := p.up.Helm(ctx, &out, args...); err != nil {
		return fmt.Errorf("%w: %s", err, out.String())
	}
	return nil
}

// Unique is a part of names that no other run and no other process of this one uses.
func (p *Platform) Unique() string {
	return fmt.Sprintf("%x-%d", p.Run.Seed&0xffffff, ginkgo.GinkgoParallelProcess())
}

// Recorded says that the suite judges a saved run: there is no platform, and
// nothing is recorded again.
func (p *Platform) Recorded() bool { return os.Getenv(recordings.Env) != "" }

// join opens the run that the environment names, or makes one of its own.
func (p *Platform) join(ctx context.Context) (*run.Run, error) {
	if p.Recorded() {
		return run.Open(os.Getenv(recordings.Env))
	}
	if Nested() {
		return run.Open(os.Getenv(run.DirEnv))
	}
	command := strings.Join(os.Args, " ")
	profile, err := p.up.Profile()
	if err != nil {
		return nil, err
	}
	if profile == spec.ReadOnly { // it writes nothing, and so no Lease
		if err := platform.RefuseLocked(ctx, p.Cluster); err != nil {
			return nil, err
		}
		return p.start(ctx, command)
	}
	lock, err := Hold(ctx, p.up, p.Cluster, command)
	if err != nil {
		return nil, err
	}
	r, err := p.start(ctx, command)
	if err != nil {
		return nil, err
	}
	if err := r.Except(p.settings.Exceptions); err != nil {
		return nil, err
	}
	return r, lock.SetRun(r.ID)
}

// start makes the run that nobody has made, or opens the one that the environment names.
func (p *Platform) start(ctx context.Context, command string) (*run.Run, error) {
	switch dir := os.Getenv(run.DirEnv); {
	case p.settings.Runs != "":
		return p.up.StartRunIn(ctx, p.settings.Runs, p.Cluster, command)
	case dir != "":
		return run.Open(dir)
	}
	return p.up.StartRun(ctx, p.Cluster, command)
}

// save writes Ginkgo's report. A run that was not reached keeps nothing.
func (p *Platform) save(name spec.Suite, report ginkgo.Report) error {
	if p.Run == nil {
		return nil
	}
	content, err := json.Marshal(report)
	if err != nil {
		return fmt.Errorf("save the report: %w", err)
	}
	return os.WriteFile(p.Run.Path("ginkgo", string(name)+".json"), content, 0o644)
}

// repository finds the checkout that has the platform: the one that was chosen, else what
// the process that has started the suite works in, else the one that the suite runs in. A cluster that a kubeconfig names needs none: what is kept
// beside its runs then goes below the working directory.
func (p *Platform) repository() (string, error) {
	if chosen := cmp.Or(p.settings.Checkout, os.Getenv(run.WorkDirEnv)); chosen != "" {
		return chosen, nil
	}
	working, err := os.Getwd()
	if err != nil {
		return "", err
	}
	if root := platform.Above(working, func(dir string) bool {
		_, err := os.Stat(filepath.Join(dir, "go.mod"))
		return err == nil
	}); root != "" {
		return root, nil
	}
	if os.Getenv(platform.KubeconfigEnv) != "" {
		return working, nil
	}
	return "", fmt.Errorf("%s is inside of no checkout: run the suite in the one that `make up` was run in, or name that (conformance.Options.Checkout), or a cluster by its kubeconfig", working)
}
