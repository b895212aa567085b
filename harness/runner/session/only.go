package session

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/onsi/ginkgo/v2/types"

	"assay.dev/assay/harness/runs/run"
	"assay.dev/assay/harness/runs/suitereport"
	"assay.dev/assay/hermetic/host"
	"assay.dev/assay/spec"
)

// CloudDirEnv names the folder of the run that CloudRunEnv names.
const CloudDirEnv = "ASSAY_OCI_DIR"

// Check is how one check ended.
type Check struct {
	Name    string
	IDs     []string // the requirements that it proves
	Red     bool
	Skipped bool
	// Message is the failure, or the reason for skipping.
	Message string
}

// Only runs the checks of some requirements, and those of the family of the first
// which break nothing, on the platform as it is. env is added to their environment.
// Experiments that an earlier call has recorded in the run are forgotten.
func (s Session) Only(ctx context.Context, r *run.Run, ids []string, env ...string) ([]Check, error) {
	if err := os.RemoveAll(r.Path("history")); err != nil {
		return nil, fmt.Errorf("remove what was recorded before: %w", err)
	}
	bySuite := map[spec.Suite][]string{}
	for _, id := range ids {
		suite := s.Spec.Requirement(id).Suite
		bySuite[suite] = append(bySuite[suite], id)
	}
	var checks []Check
	for _, suite := range Suites() {
		if len(bySuite[suite]) == 0 {
			continue
		}
		filter := strings.Join(bySuite[suite], " || ")
		if suite == s.Spec.Requirement(ids[0]).Suite {
			filter = s.relatedChecks(bySuite[suite])
		}
		found, err := s.only(ctx, r, suite, filter, env)
		if err != nil {
			return nil, err
		}
		checks = append(checks, found...)
	}
	return checks, nil
}

// Undisturbing runs the checks of some suites that neither break anything nor wait for long,
// with the run's directory and some variables of the environment.
func (s Session) Undisturbing(ctx context.Context, r *run.Run, suites []spec.Suite, env ...string) ([]Check, error) {
	var checks []Check
	for _, suite := range suites {
		found, err := s.only(ctx, r, suite, "!disruptive && !waits", env)
		if err != nil {
			return nil, err
		}
		checks = append(checks, found...)
	}
	return checks, nil
}

// relatedChecks is the label filter of the checks that could see a change: those of
// the requirements, and of the family of the first, which is what is broken, what
// neither breaks things nor waits for long.
func (s Session) relatedChecks(ids []string) string {
	return fmt.Sprintf("((%s) && !disruptive && !waits) || %s", strings.Join(s.families(ids[:1]), " || "), strings.Join(ids, " || "))
}

// families are the label filters of the families of some requirements.
func (s Session) families(ids []string) []string {
	var all []string
	for _, id := range ids {
		// By the IDs: labels are compared without case, and OKE is a target, too.
		if family := `/^` + s.Spec.Requirement(id).Family() + `\./`; !slices.Contains(all, family) {
			all = append(all, family)
		}
	}
	return all
}

// OnlyCloud runs such checks of the emulated cloud. env says where it is; else the
// checks emulate one and apply to it the configuration of the checkout at tree. Their
// program is compiled by CompileCloud; log and report go to dir.
func (s Session) OnlyCloud(ctx context.Context, tree, dir string, ids []string, env ...string) ([]Check, error) {
	of := filepath.Join(tree, "suites", emulated)
	if err := os.MkdirAll(of, 0o755); err != nil { // a tree may hold the configuration alone
		return nil, fmt.Errorf("run some checks of the cloud: %w", err)
	}
	filter := fmt.Sprintf("((%s) && %s) || %s", s.relatedChecks(ids), inEmulated, strings.Join(ids, " || "))
	return filtered(ctx, s.process(ctx, of, env, s.bin("oci.test")), "cloud", filter, dir)
}

// CompileCloud compiles the checks of the emulated cloud into bin/.
func (s Session) CompileCloud(ctx context.Context) error {
	var log strings.Builder
	err := host.Run(ctx, &log, host.Command{Dir: s.Dir, Args: []string{
		"go", "test", "-vet=off", "-c", "-o", s.bin("oci.test"), "./suites/" + emulated,
	}})
	if err != nil {
		return fmt.Errorf("compile the checks of the cloud: %w\n%s", err, log.String())
	}
	return nil
}

func (s Session) only(ctx context.Context, r *run.Run, suite spec.Suite, filter string, env []string) ([]Check, error) {
	env = append([]string{run.DirEnv + "=" + r.Path(), run.NoDiagnosticsEnv + "=1"}, env...)
	return filtered(ctx, s.suiteProcess(ctx, suite, env), string(suite), filter, r.Path())
}

// filtered runs the checks of a suite that a filter leaves, with log and report in a folder.
func filtered(ctx context.Context, command *exec.Cmd, suite, filter, folder string) ([]Check, error) {
	file := filepath.Join(folder, "only-"+suite+".json")
	command.Args = append(command.Args, "-ginkgo.label-filter="+filter,
		"-ginkgo.json-report="+file, "-ginkgo.silence-skips", "-ginkgo.no-color")
	out, err := command.CombinedOutput()
	if writeErr := os.WriteFile(filepath.Join(folder, "only-"+suite+".log"), out, 0o644); writeErr != nil {
		return nil, writeErr
	}
	var ended *exec.ExitError
	if ctx.Err() != nil || err != nil && !errors.As(err, &ended) {
		return nil, fmt.Errorf("run some checks of suite %s: %w", suite, err)
	}
	report, err := suitereport.Read(file)
	if err != nil {
		return nil, fmt.Errorf("run some checks of suite %s: %w", suite, err)
	}
	return checksOf(report)
}

// checksOf returns the checks that ran or were skipped for a reason. A suite that
// could not start is an error.
func checksOf(report types.Report) ([]Check, error) {
	var checks []Check
	for _, r := range report.SpecReports {
		failed := r.State.Is(types.SpecStateFailureStates)
		if r.LeafNodeType != types.NodeTypeIt {
			if failed {
				return nil, fmt.Errorf("%s failed: %s", r.LeafNodeType, r.FailureMessage())
			}
			continue
		}
		skipped := r.State.Is(types.SpecStateSkipped) && r.Failure.Message != ""
		if !failed && !skipped && !r.State.Is(types.SpecStatePassed) {
			continue
		}
		checks = append(checks, Check{Name: r.FullText(), IDs: suitereport.IDs(r), Red: failed, Skipped: skipped, Message: r.Failure.Message})
	}
	return checks, nil
}
