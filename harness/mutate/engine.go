package mutate

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"assay.dev/assay/harness/kube"
	"assay.dev/assay/harness/mutate/cloud"
	"assay.dev/assay/harness/runner/session"
	"assay.dev/assay/harness/runs/resultlog"
	"assay.dev/assay/harness/text/visible"
	"assay.dev/assay/mutants"
	"assay.dev/assay/spec"
)

// Checker runs the checks of these requirements and the related checks on the
// platform as it is, by a kubeconfig of their own if one is named.
type Checker func(ctx context.Context, ids []string, kubeconfig string) ([]session.Check, error)

// CloudChecker runs such checks on the emulated cloud.
type CloudChecker func(ctx context.Context, ids []string) ([]session.Check, error)

// FileChecker runs such checks with files that are not as in the repository, which
// it knows by a path: the directory of the specification (the chosen one if it is
// empty), or the folder above infra/ for the configuration.
type FileChecker func(ctx context.Context, ids []string, path string) ([]session.Check, error)

// Engine tries mutants on a cluster and on an emulated cloud.
type Engine struct {
	// Repo is the checkout whose files mutants change copies of.
	Repo string
	// Spec is what the platform is judged by.
	Spec    *spec.Spec
	Cluster *kube.Cluster // needed for mutants of the platform alone
	// Ingress is where the platform's ingress controller takes HTTP, as host:port.
	Ingress string
	Check   Checker
	// CheckAll runs all checks that change nothing and wait for nothing. It is needed for
	// harmless changes.
	CheckAll func(ctx context.Context, kubeconfig string) ([]session.Check, error)
	// CheckSpecification is Check with other files of the specification.
	CheckSpecification FileChecker
	// Healthy returns an error unless the platform is up and complete.
	Healthy func(context.Context) error
	// Cloud is needed for mutants of the cloud alone.
	Cloud      *cloud.Cloud
	CheckCloud CloudChecker
	// CheckConfiguration applies a configuration to an emulated cloud of its own.
	CheckConfiguration FileChecker
	// Recordings are needed for mutants of recordings alone.
	Recordings *Recordings
	// ResultLog is the file that keeps results; Out takes the progress.
	ResultLog string
	Out       io.Writer
}

// Run tries the mutants, those without a result of an earlier run, and returns
// the results of all. It ends early only when what was broken could not be
// brought back.
func (e Engine) Run(ctx context.Context, list []mutants.Mutant, fresh bool) ([]Result, error) {
	known, err := tried(e.ResultLog, e.Spec)
	if err != nil {
		return nil, err
	}
	resultLog := resultlog.Log[Result]{Path: e.ResultLog}
	targets := map[mutants.Place]mutationTarget{}
	var results []Result
	start, count := time.Now(), 0
	for i, m := range list {
		if old, ok := known[m.ID]; ok && !fresh && old.kills(m) {
			results = append(results, old)
			continue
		}
		on := targets[m.Place()]
		if on == nil {
			if on, err = e.targetOf(ctx, m.Place()); err != nil {
				return results, err
			}
			targets[m.Place()] = on
		}
		result, err := try(ctx, on, m)
		if err != nil {
			return results, err
		}
		result.Revision = e.Spec.Specification.Feature
		results, count = append(results, result), count+1
		if err := resultLog.Add(result); err != nil {
			return results, err
		}
		left := time.Since(start) / time.Duration(count) * time.Duration(len(list)-i-1)
		printResult(e.Out, i+1, len(list), result, left)
	}
	return results, nil
}

// Pending returns those of the mutants that Run would try: without fresh, those that no
// earlier run has killed as they are written now.
func (e Engine) Pending(list []mutants.Mutant, fresh bool) ([]mutants.Mutant, error) {
	known, err := tried(e.ResultLog, e.Spec)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(slices.Clone(list), func(m mutants.Mutant) bool {
		old, ok := known[m.ID]
		return ok && !fresh && old.kills(m)
	}), nil
}

// printResult prints the result of one mutant of so many, and why it is not killed.
func printResult(out io.Writer, number, of int, r Result, left time.Duration) {
	fmt.Fprintf(out, "[%d/%d] %-11s %-40s %5.1fs  about %s left\n", number, of, r.Status, r.ID, r.Seconds, left.Round(time.Second))
	if r.Status != Killed && r.Status != Unnoticed {
		fmt.Fprintf(out, "    %s\n", strings.ReplaceAll(visible.Text(r.Text), "\n", "\n    "))
	}
}

// targetOf is what the mutants of a place change.
func (e Engine) targetOf(ctx context.Context, place mutants.Place) (mutationTarget, error) {
	switch place {
	case mutants.OnPlatform:
		return e.newLive(ctx)
	case mutants.OnSpecification:
		return &described{check: e.CheckSpecification, copied: func(dir string, changes []mutants.File) (string, error) {
			return specified(e.Spec.Files, dir, changes)
		}}, nil
	case mutants.OnRecording:
		if e.Recordings == nil {
			return nil, errors.New("there is no saved run to change")
		}
		return newReplayed(e.Spec, *e.Recordings), nil
	case mutants.OnConfiguration:
		return &described{original: e.Repo, check: e.CheckConfiguration, copied: func(dir string, changes []mutants.File) (string, error) {
			return configured(e.Repo, dir, changes)
		}}, nil
	}
	if e.Cloud == nil {
		return nil, errors.New("there is no emulated cloud to change")
	}
	return &emulated{cloud: e.Cloud, check: e.CheckCloud}, nil
}

// try applies a mutant, judges, undoes it, and wants everything as it was. The
// error is a world that was not brought back.
func try(ctx context.Context, on mutationTarget, m mutants.Mutant) (Result, error) {
	start := time.Now()
	result := Result{ID: m.ID, Requirement: m.Requirement, What: m.What, Digest: identity(m)}
	fail := func(format string, args ...any) {
		if result.Status == "" || result.Status == Killed {
			result.Status, result.Text = Failed, fmt.Sprintf(format, args...)
		}
	}
	ids := append([]string{m.Requirement}, m.Also...)
	var unsupported *UnsupportedError
	if err := on.apply(ctx, m); errors.As(err, &unsupported) {
		result.Status, result.Text = Skipped, unsupported.Error()
		return result, nil
	} else if err != nil {
		fail("could not be applied: %v", err)
	} else if checks, err := on.runChecks(ctx, m, ids); err != nil {
		fail("could not be judged: %v", err)
	} else {
		judge(&result, m, checks)
	}
	after := context.WithoutCancel(ctx) // what was broken is restored in any case
	if err := on.undo(after); err != nil {
		return result, err
	}
	if err := on.verifyRestored(after); err != nil {
		return result, fmt.Errorf("after %s was undone: %w", m.ID, err)
	}
	if ctx.Err() != nil {
		return result, context.Cause(ctx)
	}
	checks, err := on.runChecks(ctx, mutants.Mutant{}, ids)
	if err != nil {
		fail("could not be judged after it was undone: %v", err)
	}
	for _, check := range checks {
		if check.Red {
			fail("%s is still red after it was undone: %s", strings.Join(check.IDs, ", "), check.Message)
		}
	}
	result.Seconds = time.Since(start).Seconds()
	return result, nil
}

// judge compares what went red with what the mutant foretells.
func judge(result *Result, m mutants.Mutant, checks []session.Check) {
	want := regexp.MustCompile(m.Message)
	seen := false
	var collateral []string
	for _, check := range checks {
		if slices.Contains(check.IDs, m.Requirement) {
			seen = true
			switch {
			case check.Skipped:
				result.Status, result.Text = Failed, "its check was skipped: "+check.Message
			case !check.Red:
				result.Status, result.Text = Survived, "its check stayed green"
			case !want.MatchString(check.Message):
				result.Status = Survived
				result.Text = fmt.Sprintf("its check is red with another message than %q: %s", m.Message, check.Message)
			default:
				result.Status, result.Message = Killed, check.Message
			}
		}
		if !check.Red {
			continue
		}
		result.Red = append(result.Red, check.IDs...)
		related := func(id string) bool { return id == m.Requirement || slices.Contains(m.Also, id) }
		if !slices.ContainsFunc(check.IDs, related) {
			collateral = append(collateral, check.IDs...)
		}
	}
	if !seen {
		result.Status, result.Text = Survived, "no check of the requirement ran"
	}
	if result.Status == Killed && len(collateral) > 0 {
		result.Status, result.Text = Collateral, "also red: "+strings.Join(collateral, ", ")
	}
}

// settle waits until the platform is whole again. A controller whose pods were refused
// tries again after a pause that doubles: at most as long as it was refused, which a check
// of a rollout waits for.
func (e Engine) settle(ctx context.Context, timeouts spec.Timeouts) error {
	wait := kube.Poll{Every: timeouts.PollInterval.Duration, Within: timeouts.Rollout.Duration + timeouts.SteadyState.Duration}
	if err := wait.Until(ctx, e.Healthy); err != nil {
		return fmt.Errorf("the platform is not healthy: %w", err)
	}
	return nil
}

// identity is a digest of a mutant as it is written, which stays what it is when
// mutants learn to do more.
func identity(m mutants.Mutant) string {
	content, err := yaml.Marshal(m)
	if err != nil {
		panic("mutate: a mutant that was read cannot be written: " + err.Error())
	}
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:8])
}
