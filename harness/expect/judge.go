package expect

import (
	"errors"
	"os"
	"strings"
	"sync/atomic"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/gomega"

	"assay.dev/assay/harness/runs/run"
	"assay.dev/assay/spec"
)

// Settings are what the caller of a suite has chosen. A field that is empty leaves its
// choice to the environment.
type Settings struct {
	// Spec is what the platform is judged by.
	Spec *spec.Spec
	// Checkout is the checkout of assay that has the platform.
	Checkout string
	// Runs is the directory in which the run makes its own.
	Runs string
	// Ingress is where the ingress is reached.
	Ingress run.Endpoint
	// Labels and Focus select checks, as Ginkgo takes them. Ginkgo's own label filter
	// selects from those; Focus is instead of Ginkgo's own.
	Labels, Focus string
	// Exceptions are what the run does not insist on. It saves them.
	Exceptions run.Exceptions
	// DryRun selects checks and runs none.
	DryRun bool
}

// ErrRerun is the error of a second suite in one process: Ginkgo builds its tree of checks
// once.
var ErrRerun = errors.New("a process can run one suite only: put each suite into its own test package")

// ran says that this process has run a suite.
var ran atomic.Bool

// Nested says that another process holds the platform for this one, and has made the run
// that it takes part in.
func Nested() bool { return os.Getenv(run.HolderEnv) != "" && os.Getenv(run.DirEnv) != "" }

// Judge makes the checks of the suite and runs those that are selected. A red check fails
// t. It returns what Ginkgo reports, which is empty in all processes of a parallel run but
// the first. The error is of checks that could not be made.
func (p *Platform) Judge(t ginkgo.GinkgoTestingT, settings Settings) (ginkgo.Report, error) {
	if ran.Swap(true) {
		return ginkgo.Report{}, ErrRerun
	}
	p.settings, p.Spec = settings, settings.Spec
	if err := p.Build(); err != nil {
		return ginkgo.Report{}, err
	}
	suite, reporter := ginkgo.GinkgoConfiguration()
	suite.DryRun = suite.DryRun || settings.DryRun
	if !Nested() { // a process that another one has started runs what that one selects
		suite.LabelFilter = both(settings.Labels, suite.LabelFilter)
		if settings.Focus != "" {
			suite.FocusStrings = []string{settings.Focus}
		}
	}
	gomega.RegisterFailHandler(ginkgo.Fail)
	ginkgo.RunSpecs(t, p.title(), suite, reporter)
	return p.report, nil
}

// both is the label filter of what two filters select.
func both(one, other string) string {
	if one == "" || other == "" {
		return one + other
	}
	return "(" + one + ") && (" + other + ")"
}

// title is how Ginkgo calls the suite.
func (p *Platform) title() string { return strings.ToUpper(string(p.name[:1])) + string(p.name[1:]) }
